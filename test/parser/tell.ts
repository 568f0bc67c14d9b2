/** Helpers of the parser tests: every way to cut a message, and events as plain data with neighbouring body runs joined. */
import { type HttpEvent, HttpParser, type HttpParserOptions } from '../../src/parser/index.ts';

/** Text as bytes, one byte a character. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Every way to cut `bytes` once, plus whole and byte by byte. */
export function* splits(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (_, i) => bytes.slice(i, i + 1));
  for (let cut = 1; cut < bytes.length; cut++) yield [bytes.slice(0, cut), bytes.slice(cut)];
}

/** An event in plain data. */
export type Told = Readonly<Record<string, unknown>>;

/** What the events say, read at once. Body runs that follow each other are joined; bytes are latin1 text. */
export function tell(events: Iterable<HttpEvent>, before: Told[] = []): Told[] {
  const told = before;
  for (const event of events) {
    const last = told.at(-1);
    if (event.type === 'body' && last?.['type'] === 'body') {
      told[told.length - 1] = { type: 'body', text: `${last['text']}${textOf(event.bytes)}` };
    } else told.push(tellOne(event));
  }
  return told;
}

/** What parsing these chunks says, up to the first error. */
export function tellChunks(chunks: readonly Uint8Array[], options: HttpParserOptions = {}): Told[] {
  const parser = new HttpParser(options);
  const told: Told[] = [];
  for (const chunk of chunks) {
    if (tell(parser.feed(chunk), told).at(-1)?.['type'] === 'error') return told;
  }
  return tell(parser.finish(), told);
}

function tellOne(event: HttpEvent): Told {
  switch (event.type) {
    case 'request': {
      const { method, url, httpVersion, keepAlive, flags, contentLength, rawHeaders } = event;
      const headers = Object.entries(event.headers);
      return { type: 'request', method, url, httpVersion, keepAlive, flags, contentLength, headers, rawHeaders };
    }
    case 'response': {
      const { status, reason, httpVersion, keepAlive, untilClose, rawHeaders } = event;
      const headers = Object.entries(event.headers);
      return { type: 'response', status, reason, httpVersion, keepAlive, untilClose, headers, rawHeaders };
    }
    case 'body':
      return { type: 'body', text: textOf(event.bytes) };
    case 'trailers':
      return { type: 'trailers', headers: Object.entries(event.headers), rawHeaders: event.rawHeaders };
    case 'error': {
      const { code, answer, fault, offset, message } = event.error;
      return { type: 'error', code, answer, fault, offset, message };
    }
    case 'upgrade':
      return { type: 'upgrade' };
    default:
      return { type: event.type };
  }
}

/** Bytes as text, one character a byte. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
