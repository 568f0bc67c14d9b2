/**
 * Level three, web streams: a service that gives back what it is sent, in upper case. It reads requests from a stream, sends each
 * body through another one, and writes answers whose bodies are streams as well. Nothing is ever held as a whole.
 *   node upper-case.mjs < requests.http
 */
import { stdin, stdout } from 'node:process';
import { Readable } from 'node:stream';
import { HttpWriter, readMessages, streamMessage } from 'httpuv-wasm/parser';

/** Fields that belong to one connection and not to the message (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]);

/** The fields that go on, in original case and order. */
function passedOn({ rawHeaders }) {
  const fields = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!HOP_BY_HOP.has(rawHeaders[i].toLowerCase())) fields.push([rawHeaders[i], rawHeaders[i + 1]]);
  }
  return fields;
}

/** Turns all letters of a stream to upper case. */
const upperCase = () =>
  new TransformStream({
    transform(bytes, controller) {
      controller.enqueue(bytes.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte)));
    },
  });

const source = Readable.toWeb(stdin);
const sink = new WritableStream({
  write: (bytes) =>
    new Promise((resolve, reject) => stdout.write(bytes, (error) => (error ? reject(error) : resolve()))),
});
const writer = new HttpWriter();

/** Writes an answer; its body goes out in chunks, because its length is not known before it has come. */
async function answer(status, reason, fields, body, asked, trailers = () => []) {
  const chunked = [...fields, ['Transfer-Encoding', 'chunked']];
  const head = writer.response({ status, reason, headers: chunked }, asked);
  const message = streamMessage(writer, head, asked === 'HEAD' ? null : body, trailers);
  await message.pipeTo(sink, { preventClose: true });
}

try {
  for await (const message of readMessages(source, { allowMissingHost: true, maxBodyBytes: Infinity })) {
    const { method, url } = message.head;
    const fields = [
      ['X-Asked', `${method} ${url}`],
      ...passedOn(message.head).filter(([name]) => name.startsWith('X-')),
    ];
    if (method === 'POST' || method === 'PUT') {
      // Trailers are known when the body has been read, which is when they are asked for.
      const trailers = () => (message.trailers.length > 0 ? message.trailers : [['X-End', 'yes']]);
      await answer(200, 'OK', fields, message.body.pipeThrough(upperCase()), method, trailers);
    } else await answer(404, 'Not Found', fields, new Blob(['nothing\n']).stream(), method);
  }
} catch (error) {
  // What the peer sent is no HTTP: say so, and end the connection behind it.
  const text = `${error.code} at byte ${error.offset}\n`;
  const headers = { Connection: 'close', 'Content-Length': text.length };
  const head = writer.response({ status: error.answer, headers });
  await streamMessage(writer, head, new Blob([text]).stream()).pipeTo(sink);
}
