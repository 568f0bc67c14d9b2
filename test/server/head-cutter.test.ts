/** Heads that were cut out of the parser's memory: each is what was sent, whatever came with it and behind it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RequestHead } from '../../src/app/head.ts';
import { HttpMachine } from '../../src/parser/machine.ts';
import { HeadCutter } from '../../src/server/head-cutter.ts';
import { FLAG, KIND, LIMIT } from '../../src/wasm/constants.gen.ts';

const LIMITS = { maxHeadBytes: 65_536, maxFields: 100, maxBodyBytes: 1e6, maxChunkExtensionBytes: 0 };

/** Heads of what is fed chunk by chunk; the memory is filled with something else before each feed. */
function headsOf(chunks: readonly Buffer[], cutter: HeadCutter): RequestHead[] {
  const machine = new HttpMachine();
  const { bytes, words, region, regionBytes } = machine;
  const heads: RequestHead[] = [];
  for (const chunk of chunks) {
    machine.begin(chunk === chunks[0] ? null : machine.park(), LIMITS, 0);
    const start = regionBytes - chunk.length;
    bytes.fill(0x78, region, region + regionBytes);
    bytes.set(chunk, region + start);
    machine.feed(start, regionBytes);
    for (let at = machine.recordsAt; at < machine.recordsEnd; ) {
      const first = words[at] ?? 0;
      const isHead = (first & 0xff) === KIND.REQUEST;
      const hasBody = isHead && ((first >>> 16) & FLAG.HAS_LENGTH) !== 0;
      if (isHead) heads.push(cutter.cut(machine, at, region + start + ((words[at + 7] ?? 0) | 0), !hasBody));
      at += isHead ? LIMIT.HEAD_WORDS + (words[at + 3] ?? 0) * LIMIT.UNIT_WORDS : LIMIT.UNIT_WORDS;
    }
  }
  return heads;
}

interface Sent {
  readonly text: string;
  readonly target: string;
  readonly field: string;
}

const sent: fc.Arbitrary<Sent & { readonly body: string }> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'BREW'),
    path: fc.string({ unit: fc.constantFrom('a', 'b', '%', '1'), maxLength: 30 }),
    field: fc.oneof(
      fc.string({ unit: fc.constantFrom('c', '\xe9', ','), minLength: 1, maxLength: 40 }),
      fc.constantFrom('v'.repeat(1990), 'w'.repeat(2100)),
    ),
    body: fc.oneof(fc.constant(''), fc.constant('b'.repeat(10)), fc.constant('GET / HTTP/1.1\r\n\r\n'.repeat(150))),
  })
  .map(({ method, path, field, body }) => {
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    const target = `/${path}`;
    return { text: `${method} ${target} HTTP/1.1\r\nHost: h\r\nX-A: ${field}\r\n${length}\r\n`, target, field, body };
  });

describe('heads', () => {
  test('are what was sent, many in a chunk and one in several', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 4 }), (requests, places) => {
        const bytes = Buffer.from(requests.map(({ text, body }) => text + body).join(''), 'latin1');
        const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = cuts.slice(1).map((to, i) => bytes.subarray(cuts[i], to));
        const heads = headsOf(
          chunks.filter(({ length }) => length > 0),
          new HeadCutter(),
        );
        expect(heads.map(({ text, target }) => ({ text, target }))).toEqual(
          requests.map(({ text, target }) => ({ text, target })),
        );
        expect(heads.map((head) => [head.name(1), head.value(1)])).toEqual(requests.map(({ field }) => ['X-A', field]));
      }),
      { numRuns: 120 },
    );
  });

  test('of other memory are no longer those of the last one', () => {
    const cutter = new HeadCutter();
    const of = (target: string) =>
      headsOf([Buffer.from(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`)], cutter)[0]?.target;
    expect(['/a', '/b', '/c'].map(of)).toEqual(['/a', '/b', '/c']);
  });
});
