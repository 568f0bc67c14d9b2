/** The judge at work: whatever arrives, the parser in C and the one in AssemblyScript tell the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOW } from '../../src/wasm/constants.gen.ts';
import type { HttpuvExports } from '../../src/wasm/httpuv.ts';
import { httpCorpus } from '../helpers/corpus.ts';
import { type FixtureSettings, fixtures, lenientFixtures } from '../helpers/fixtures.ts';
import { pieces } from '../helpers/splits.ts';
import { instantiateTwin } from '../helpers/twin.ts';
import { requests, responses } from './http-grammar.ts';
import { Judge } from './judge.ts';

const judges = { request: new Judge('request'), response: new Judge('response') };

const settings: fc.Arbitrary<FixtureSettings> = fc.record({
  maxHeadBytes: fc.constantFrom(4096, 4096, 64, 20, 0),
  maxFields: fc.constantFrom(1000, 1000, 3, 0),
  maxChunkExtensionBytes: fc.constantFrom(16_384, 4, 0, Number.POSITIVE_INFINITY),
  maxBodyBytes: fc.constantFrom(2 ** 30, 2 ** 30, 10, Number.POSITIVE_INFINITY),
  pause: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(15) }),
});

/** Bytes, and where to cut them. */
const cutUp = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> =>
  bytes.chain((all) =>
    fc
      .uniqueArray(fc.integer({ min: 1, max: Math.max(1, all.length - 1) }), { maxLength: 8 })
      .map((at) => pieces(all, all.length < 2 ? [] : at.sort((a, b) => a - b))),
  );

function agree(kind: 'request' | 'response', input: fc.Arbitrary<Uint8Array>, numRuns: number): void {
  const property = fc.property(cutUp(input), settings, (parts, limits) => {
    expect(judges[kind].difference(limits, parts)).toBeNull();
  });
  fc.assert(property, { numRuns });
}

describe('both parsers agree', () => {
  it('on requests from a grammar', () => agree('request', requests, 2000));

  it('on responses from a grammar', () => agree('response', responses, 2000));

  it.each([
    ['request', requests],
    ['response', responses],
  ] as const)('on a %s of which much is forgiven, with lines that end as they like', (kind, messages) => {
    const loose = fc.tuple(messages, fc.nat()).map(([bytes, seed]) => {
      const text = Buffer.from(bytes).toString('latin1');
      let lines = 0;
      return Uint8Array.from(
        Buffer.from(
          text.replace(/\r\n/g, (end) => ((seed >> (lines++ % 16)) & 1 ? end : '\n')),
          'latin1',
        ),
      );
    });
    const property = fc.property(cutUp(loose), settings, fc.nat(127), (parts, limits, allow) => {
      const forgiving = { ...limits, pause: limits.pause | (allow << 8) };
      expect(judges[kind].difference(forgiving, parts)).toBeNull();
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it.each(['request', 'response'] as const)('on random bytes as a %s', (kind) => {
    agree(kind, fc.uint8Array({ maxLength: 200 }), 1000);
  });

  it('on the corpus of the fuzzer, whole, byte by byte and in pieces', () => {
    const inputs = httpCorpus();
    expect(inputs.length).toBeGreaterThan(300);
    for (const [at, { kind, settings: limits, bytes, step }] of inputs.entries()) {
      for (const size of [bytes.length, 1, step]) {
        const ends = Array.from({ length: Math.max(0, Math.ceil(bytes.length / size) - 1) }, (_, n) => (n + 1) * size);
        expect(judges[kind].difference(limits, pieces(bytes, ends)), `input ${at} by ${size}`).toBeNull();
      }
    }
  });

  it('on damaged fixtures', () => {
    const seeds = [...fixtures(), ...lenientFixtures()].filter(({ input }) => input.length > 0 && input.length < 500);
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const damaged = fc.tuple(fc.constantFrom(...seeds), damage).map(([{ input, kind }, acts]) => {
      const bytes = [...input];
      for (const [place, act, byte] of acts)
        bytes.splice(place % (bytes.length + 1), act % 2, ...(act < 3 ? [byte] : []));
      return { kind, bytes: Uint8Array.from(bytes) };
    });
    const property = fc.property(damaged, fc.nat(), settings, ({ kind, bytes }, cut, limits) => {
      const parts = bytes.length < 2 ? [bytes] : pieces(bytes, [1 + (cut % (bytes.length - 1))]);
      expect(judges[kind].difference(limits, parts)).toBeNull();
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

describe('the judge', () => {
  const limits: FixtureSettings = {
    maxHeadBytes: 4096,
    maxFields: 9,
    maxChunkExtensionBytes: 0,
    maxBodyBytes: 9,
    pause: 0,
  };
  const input = Buffer.from(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost : a\r\n\r\n',
  );

  /** A twin that goes wrong after the feeds. */
  const spoilt = (spoil: (words: Uint32Array, window: number) => void) => (): HttpuvExports => {
    const twin = instantiateTwin();
    const words = new Uint32Array(twin.memory.buffer);
    let window = 0;
    return {
      ...twin,
      hv_window: (kind) => {
        window = twin.hv_window(kind) >>> 2;
        return window << 2;
      },
      hv_feed: (start, end) => {
        const status = twin.hv_feed(start, end);
        spoil(words, window);
        return status;
      },
    };
  };
  const at = (words: Uint32Array, window: number, name: keyof typeof WINDOW): number =>
    words[window + WINDOW[name]] ?? 0;

  it.each([
    ['nothing', () => {}, null],
    [
      'a word of a record',
      (words: Uint32Array, window: number) => words.set([7], (at(words, window, 'RECORDS_AT') >>> 2) + 2),
      /records/,
    ],
    [
      'a record that is missing',
      (words: Uint32Array, window: number) => words.set([0], window + WINDOW.RECORDS_LENGTH),
      /records/,
    ],
    [
      'an offset of an error',
      (words: Uint32Array, window: number) => words.set([1], (at(words, window, 'CONTEXT_AT') >>> 2) + 4),
      /HV_SPACE_BEFORE_COLON at 20, twin .* at 1$/,
    ],
  ] as const)('notices %s', (_, spoil, expected) => {
    const told = new Judge('request', spoilt(spoil)).difference(limits, [input]);
    if (expected === null) expect(told).toBeNull();
    else expect(told).toMatch(expected);
  });
});
