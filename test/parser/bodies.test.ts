/** Bodies: views of what was fed, however long, and what follows them. */
import { describe, expect, it } from 'vitest';
import { type HttpEvent, HttpParser } from '../../src/parser/index.ts';
import { bytesOf, tell, textOf } from './tell.ts';

const bodyBytes = (events: readonly HttpEvent[]) =>
  Buffer.concat(events.flatMap((event) => (event.type === 'body' ? [event.bytes] : [])));
const types = (events: readonly HttpEvent[]) => events.map((event) => event.type).join(' ');
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 9)) & 0xff);

function feedBy(size: number, bytes: Uint8Array): HttpEvent[] {
  const parser = new HttpParser();
  const events: HttpEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...parser.feed(bytes.subarray(at, at + size)));
  expect(parser.finish()).toEqual([]);
  return events;
}

function post(body: Uint8Array, behind = ''): Uint8Array {
  return Buffer.concat([
    bytesOf(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
    bytesOf(behind),
  ]);
}

function chunked(body: Uint8Array, size: number, behind = ''): Uint8Array {
  const parts: Uint8Array[] = [bytesOf('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(bytesOf(`${part.length.toString(16)}\r\n`), part, bytesOf('\r\n'));
  }
  return Buffer.concat([...parts, bytesOf(`0\r\n\r\n${behind}`)]);
}

describe('a body', () => {
  it('comes as views of the fed chunk, at the right places', () => {
    const chunk = Buffer.from('..POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello').subarray(2);
    const [, body] = new HttpParser().feed(chunk);
    if (body?.type !== 'body') throw new Error('no body');
    expect(body.bytes.buffer).toBe(chunk.buffer);
    expect(body.bytes.byteOffset).toBe(chunk.byteOffset + chunk.indexOf('hello'));
    expect(textOf(body.bytes)).toBe('hello');
  });

  const NEXT = 'GET /next HTTP/1.1\r\nHost: b\r\nX: y\r\n\r\n';
  const body = pattern(300_000);
  const feeds = [400_000, 65_536, 65_535, 40_000, 16_384, 16_500, 4096, 1000];

  it.each(feeds)('of 300,000 bytes by length is whole when fed by %i', (size) => {
    const events = feedBy(size, post(body, NEXT));
    expect(bodyBytes(events).equals(body)).toBe(true);
    expect(types(events)).toMatch(/^request (body )+end request end$/);
    const next = events.at(-2);
    expect(next?.type === 'request' && next.headers['x']).toBe('y');
  });

  it.each(feeds)('of 300,000 bytes in chunks is whole when fed by %i', (size) => {
    for (const chunkBytes of [7, 256, 4096, 20_000, 70_000, 300_000]) {
      const events = feedBy(size, chunked(body.subarray(0, chunkBytes < 256 ? 9000 : 300_000), chunkBytes, NEXT));
      expect(bodyBytes(events).equals(body.subarray(0, chunkBytes < 256 ? 9000 : 300_000))).toBe(true);
      expect(types(events)).toMatch(/^request (body )+end request end$/);
    }
  });

  it('fed in one chunk is one event, also when it is longer than the machine takes at once', () => {
    expect(types(feedBy(400_000, post(body)))).toBe('request body end');
    expect(types(feedBy(400_000, chunked(body, 100_000)))).toBe('request body body body end');
  });

  it('ends exactly at the end of a chunk, and only then', () => {
    const parser = new HttpParser();
    const bytes = post(body);
    const cut = bytes.length - 200_000;
    expect(types(parser.feed(bytes.subarray(0, cut)))).toBe('request body');
    expect(types(parser.feed(bytes.subarray(cut, -1)))).toBe('body');
    expect(types(parser.feed(bytes.subarray(-1)))).toBe('body end');
    const whole = new HttpParser();
    whole.feed(bytes.subarray(0, cut));
    expect(types(whole.feed(bytes.subarray(cut)))).toBe('body end');
    expect(types(whole.feed(bytesOf(NEXT)))).toBe('request end');
  });

  it('of more than 4 GiB is counted to the end', () => {
    const parser = new HttpParser({ maxBodyBytes: 0 });
    const length = 2 ** 32 + 70_000;
    parser.feed(bytesOf(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`));
    const chunk = new Uint8Array(2 ** 26);
    for (let left = length; left > chunk.length; left -= chunk.length) expect(types(parser.feed(chunk))).toBe('body');
    expect(types(parser.feed(chunk.subarray(0, length % chunk.length)))).toBe('body end');
  });

  it('too long for the limit is refused behind its head, with the bytes told before', () => {
    const parser = new HttpParser({ maxBodyBytes: 10 });
    const told = tell(parser.feed(post(pattern(11))));
    expect(told.map((event) => event['type'])).toEqual(['request', 'error']);
    expect(told[1]).toMatchObject({ code: 'HV_BODY_TOO_LARGE', answer: 413, fault: 'remote' });
    expect(types(new HttpParser({ maxBodyBytes: 10 }).feed(post(pattern(10))))).toBe('request body end');
    const inChunks = tell(new HttpParser({ maxBodyBytes: 10 }).feed(chunked(pattern(12), 6)));
    expect(inChunks.map((event) => event['type'])).toEqual(['request', 'body', 'error']);
  });

  it('may be followed by trailers, with inherited names harmless in them too', () => {
    const text =
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n__proto__: p\r\nEtag: e\r\nETAG: f\r\n\r\n';
    const trailers = new HttpParser().feed(bytesOf(text)).find((event) => event.type === 'trailers');
    if (trailers?.type !== 'trailers') throw new Error('no trailers');
    expect(Object.entries(trailers.headers)).toEqual([
      ['__proto__', 'p'],
      ['etag', 'e, f'],
    ]);
    expect(trailers.rawHeaders).toEqual(['__proto__', 'p', 'Etag', 'e', 'ETAG', 'f']);
  });
});

describe('a long chunk of bytes', () => {
  it('of many small requests gives each of them', () => {
    const count = 40_000;
    const text = Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: h${i % 7}\r\n\r\n`).join('');
    const events = new HttpParser().feed(bytesOf(text));
    expect(events).toHaveLength(2 * count);
    for (const i of [0, 1, 1500, 2340, 20_000, count - 1]) {
      const event = events[2 * i];
      if (event?.type !== 'request') throw new Error(`no request ${i}`);
      expect(event.url).toBe(`/${i}`);
      expect(event.headers['host']).toBe(`h${i % 7}`);
    }
  });

  it('that fills the record table is read to its end', () => {
    // The longest head with the most fields leaves no room for the many requests that follow it. Those before it see to it
    // that its end and they are in the region together.
    const head = `A / HTTP/1.0\r\n${'a:\r\n'.repeat(65_530)}\r\n`;
    const requests = 3000;
    const before = 'B / HTTP/1.0\r\n\r\n'.repeat(600);
    const text = before + head + 'B / HTTP/1.0\r\n\r\n'.repeat(requests);
    const cut = before.length + head.length - 1000;
    const parser = new HttpParser({ maxHeadBytes: 0, maxFields: 0 });
    const events: HttpEvent[] = [];
    for (let at = 0; at < cut; at += 65_536)
      events.push(...parser.feed(bytesOf(text.slice(at, Math.min(cut, at + 65_536)))));
    expect(events.splice(0)).toHaveLength(1200);
    events.push(...parser.feed(bytesOf(text.slice(cut))));
    expect(events).toHaveLength(2 * (requests + 1));
    const [first, , second] = events;
    const last = events.at(-2);
    if (first?.type !== 'request' || second?.type !== 'request' || last?.type !== 'request')
      throw new Error('no requests');
    expect([first, second, last].map((event) => event.method)).toEqual(['A', 'B', 'B']);
    expect(first.rawHeaders).toHaveLength(2 * 65_530);
    expect(second.rawHeaders).toEqual([]);
    expect(parser.finish()).toEqual([]);
  });
});
