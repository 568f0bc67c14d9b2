/** Messages over web streams: read on demand, whole at every cut, and handed on where HTTP ends. */
import { describe, expect, it } from 'vitest';
import { type HttpMessage, HttpParser, HttpWriter, readMessages, streamMessage } from '../../src/parser/index.ts';
import { bytesOf, splits, textOf } from './tell.ts';

const TWO =
  'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: t\r\n\r\n' +
  'PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
const WEBSOCKET = 'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n';

/** A stream of these chunks that counts what is asked for. */
function sourceOf(chunks: readonly Uint8Array[]): {
  stream: ReadableStream<Uint8Array>;
  taken: () => number;
  cancelled: () => boolean;
} {
  let at = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[at++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, taken: () => at, cancelled: () => isCancelled };
}

const streamOf = (text: string): ReadableStream<Uint8Array> => sourceOf([bytesOf(text)]).stream;

async function all(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  for await (const bytes of stream) text += textOf(bytes);
  return text;
}

describe('messages of a stream', () => {
  it('are told alike at every cut, bodies read or skipped', async () => {
    for (const chunks of splits(bytesOf(TWO))) {
      const read: unknown[] = [];
      for await (const { head, body, ...message } of readMessages(sourceOf(chunks).stream)) {
        if (head.type === 'request') read.push(head.method, head.url, await all(body), message);
      }
      expect(read.filter((item) => typeof item === 'string')).toEqual(['POST', '/a', 'hi', 'PUT', '/b', 'abc']);
      const skipped: string[] = [];
      for await (const { head } of readMessages(sourceOf(chunks).stream)) {
        if (head.type === 'request') skipped.push(head.url);
      }
      expect(skipped).toEqual(['/a', '/b']);
    }
  });

  it('bring bodies as text and bytes, and what stood behind them', async () => {
    const messages = readMessages(streamOf(TWO));
    const { value: first } = await messages.next();
    expect(first?.trailers).toEqual([]);
    expect(await first?.text()).toBe('hi');
    expect(first?.trailers).toEqual(['X-T', 't']);
    const { value: second } = await messages.next();
    expect(await second?.bytes()).toEqual(Uint8Array.of(0x61, 0x62, 0x63));
    expect(second?.upgraded()).toBeNull();
    expect((await messages.next()).done).toBe(true);
  });

  it('are read as far as they are asked for', async () => {
    const source = sourceOf(
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na', 'b', 'c', 'd', 'GET'].map(bytesOf),
    );
    const messages = readMessages(source.stream);
    const { value: message } = await messages.next();
    expect(source.taken()).toBe(1);
    const reader = message?.body.getReader();
    for (let i = 1; i <= 3; i++) {
      await reader?.read();
      expect(source.taken()).toBe(i);
    }
    await messages.return();
    expect(source.cancelled()).toBe(true);
  });

  it('that were skipped have no body any more', async () => {
    const messages = readMessages(sourceOf(splits(bytesOf(TWO)).next().value ?? []).stream);
    const { value: first } = await messages.next();
    await messages.next();
    await expect(first?.text()).rejects.toMatchObject({ code: 'HV_BODY_GONE' });
  });

  it('that were left have no body that looks complete, unless they never had one', async () => {
    const firstOf = async (text: string): Promise<HttpMessage | null> => {
      for await (const message of readMessages(streamOf(text))) return message;
      return null;
    };
    for (const text of [TWO, TWO.slice(0, 70)])
      await expect((await firstOf(text))?.text()).rejects.toMatchObject({ code: 'HV_BODY_GONE' });
    expect(await (await firstOf(`GET / HTTP/1.1\r\nHost: a\r\n\r\n${TWO}`))?.text()).toBe('');
  });

  it.each([
    ['1234/2', '/3', '/4'],
    ['12', '34/2', '/3/4'],
    ['1', '234', '/2/3', '/4'],
  ])('are all told while a body is still being read, which came as %j %j %j', async (...pieces) => {
    const get = (text: string): string => text.replace(/\/\d/g, (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const chunks = ['POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n', ...pieces.map(get)].map(bytesOf);
    const urls: string[] = [];
    const bodies: Promise<string>[] = [];
    for await (const { head, body } of readMessages(sourceOf(chunks).stream)) {
      if (head.type === 'request') urls.push(head.url);
      bodies.push(all(body).catch((error: { code: string }) => error.code));
    }
    expect(urls).toEqual(['/1', '/2', '/3', '/4']);
    // Whoever does not wait gets all of a body, or is told that it is not all.
    const [first, ...others] = await Promise.all(bodies);
    expect(['1234', 'HV_BODY_GONE']).toContain(first);
    expect(others).toEqual(['', '', '']);
  });

  it('tell an error again to whoever goes on, and do not wait for more', async () => {
    const bad = bytesOf('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx');
    const open = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bad) });
    const codes: string[] = [];
    const loop = (async () => {
      for await (const message of readMessages(open)) {
        await message.text().catch((error: { code: string }) => codes.push(error.code));
      }
    })();
    await expect(loop).rejects.toMatchObject({ code: 'HV_BAD_CHUNK_SIZE' });
    expect(codes).toEqual(['HV_BAD_CHUNK_SIZE']);
  });

  it('that are malformed, or cut short, throw where they are', async () => {
    const messages = readMessages(streamOf('GET / HTTP/1.1\r\nHost: a\r\n\r\nGE(T'));
    expect((await messages.next()).value?.head).toMatchObject({ url: '/' });
    await expect(messages.next()).rejects.toMatchObject({ code: 'HV_BAD_METHOD', offset: 2 });
    const { value: short } = await readMessages(streamOf(TWO.slice(0, 60))).next();
    await expect(short?.text()).rejects.toMatchObject({ code: 'HV_INCOMPLETE' });
  });

  it('that change to another protocol hand on the connection, or go on when they are not taken', async () => {
    for (const chunks of splits(bytesOf(`GET /a HTTP/1.1\r\nHost: a\r\n\r\n${WEBSOCKET}\x81\x00`))) {
      const told: string[] = [];
      for await (const message of readMessages(sourceOf(chunks).stream)) {
        const rest = message.upgraded();
        told.push(rest === null ? 'http' : await all(rest));
      }
      expect(told).toEqual(['http', '\x81\x00']);
    }
    const withBody = WEBSOCKET.replace('\r\n\r\n', '\r\nContent-Length: 2\r\n\r\n');
    for (const text of [`${WEBSOCKET}${TWO}`, `${withBody}hi${TWO}`]) {
      for (const chunks of splits(bytesOf(text))) {
        const urls: string[] = [];
        for await (const { head } of readMessages(sourceOf(chunks).stream))
          if (head.type === 'request') urls.push(head.url);
        expect(urls).toEqual(['/ws', '/a', '/b']);
      }
    }
  });

  it('of a server are read with what was asked', async () => {
    const parser = new HttpParser({ kind: 'response', pauseAt: ['body', 'message'] });
    parser.expect('HEAD');
    parser.expect('CONNECT');
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
    const told: unknown[] = [];
    for await (const message of readMessages(
      streamOf(`${head}HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 \r\n\r\ntunnel`),
      parser,
    )) {
      const rest = message.upgraded();
      told.push(
        message.head.type === 'response' && message.head.status,
        await (rest === null ? message.text() : all(rest)),
      );
    }
    expect(told).toEqual([200, '', 100, '', 200, 'tunnel']);
  });
});

describe('a message to be streamed', () => {
  it('takes of its body what is asked of it, and is read back', async () => {
    const body = sourceOf(['one', '', 'two'].map(bytesOf));
    const writer = new HttpWriter();
    const head = writer.response({ status: 200, headers: { 'Transfer-Encoding': 'chunked' } });
    const stream = streamMessage(writer, head, body.stream, () => ({ 'X-Count': '2' }));
    const reader = stream.getReader();
    expect(body.taken()).toBe(0);
    expect((await reader.read()).value).toBe(head);
    await reader.read();
    expect(body.taken()).toBe(1);
    reader.releaseLock();
    const rest = await all(stream);
    expect(rest).toBe('one\r\n3\r\ntwo\r\n0\r\nX-Count: 2\r\n\r\n');
    const empty = writer.response({ status: 204 });
    expect(await all(streamMessage(writer, empty, null))).toBe('HTTP/1.1 204 \r\n\r\n');
  });

  it('errs when its body is not as announced, and gives its body up when it is given up', async () => {
    const writer = new HttpWriter();
    const head = writer.response({ status: 200, headers: { 'Content-Length': 9 } });
    await expect(all(streamMessage(writer, head, streamOf('short')))).rejects.toMatchObject({ code: 'HV_BAD_MESSAGE' });
    const body = sourceOf([bytesOf('a')]);
    await streamMessage(writer, head, body.stream).cancel();
    expect(body.cancelled()).toBe(true);
    const long = sourceOf(['more than', ' nine bytes', ' of it'].map(bytesOf));
    const other = new HttpWriter();
    const ofNine = other.response({ status: 200, headers: { 'Content-Length': 9 } });
    await expect(all(streamMessage(other, ofNine, long.stream))).rejects.toMatchObject({ code: 'HV_BAD_MESSAGE' });
    expect(long.cancelled()).toBe(true);
  });
});
