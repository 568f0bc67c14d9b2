/**
 * Level two, events: turns the two directions of a captured HTTP conversation into a table of requests and answers. Both files
 * hold what went over one connection, one after the other: what the client sent, and what the server sent.
 *   node conversation.mjs client.bytes server.bytes
 */
import { readFileSync } from 'node:fs';
import { HttpParser } from 'httpuv-wasm/parser';

const [clientFile, serverFile] = process.argv.slice(2);

/** Messages of one direction: each its head, where that stood in the file, and the bytes of its body. */
function messagesOf(bytes, parser, expected = []) {
  for (const method of expected) parser.expect(method);
  const messages = [];
  const take = (events) => {
    for (const event of events) {
      const last = messages.at(-1);
      if (event.type === 'request' || event.type === 'response') messages.push({ head: event, bodyBytes: 0, note: '' });
      else if (event.type === 'body') last.bodyBytes += event.bytes.length;
      else if (event.type === 'trailers') last.note = `trailers ${event.rawHeaders.join(' ')}`;
      else if (event.type === 'upgrade') last.note = `then ${event.rest.length} bytes of another protocol`;
      else if (event.type === 'error') messages.push({ error: `${event.error.code} at byte ${event.offset}` });
    }
    return events.at(-1)?.type;
  };
  const ended = take(parser.feed(bytes));
  if (ended !== 'error' && ended !== 'upgrade') take(parser.finish());
  return messages;
}

const requests = messagesOf(readFileSync(clientFile), new HttpParser({ offsets: true }));
const asked = requests.filter(({ head }) => head !== undefined).map(({ head }) => head.method);
const responses = messagesOf(readFileSync(serverFile), new HttpParser({ kind: 'response', offsets: true }), asked);

/** What answers the next request: interim responses, and the final one. */
function answerTo() {
  const interim = [];
  for (;;) {
    const response = responses.shift();
    if (response?.head === undefined) return { interim, final: response };
    if (response.head.status >= 200 || response.head.status === 101) return { interim, final: response };
    interim.push(response.head.status);
  }
}

const rows = [['at', 'request', 'sent', 'answer', 'got', 'type', 'notes']];
for (const { head, bodyBytes, note, error } of requests) {
  if (error !== undefined) {
    rows.push(['', error, '', '', '', '', '']);
    continue;
  }
  const { interim, final } = answerTo();
  const notes = [note, interim.length > 0 ? `after ${interim.join()}` : '', final?.note ?? '']
    .filter(Boolean)
    .join('; ');
  const request = `${head.method} ${head.url}`;
  if (final?.head === undefined) rows.push([head.offset, request, bodyBytes, final?.error ?? 'none', '', '', notes]);
  else {
    const { status, reason } = final.head;
    const type = final.head.header('content-type') ?? '';
    rows.push([head.offset, request, bodyBytes, `${status} ${reason}`, final.bodyBytes, type, notes]);
  }
}

const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
for (const row of rows)
  console.log(
    row
      .map((cell, column) => String(cell).padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
