/** What holds for any bytes: the same records or the same error in every split, never a trap; SIMD equals a plain loop. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpMachine } from '../../src/parser/machine.ts';
import { STATUS } from '../../src/wasm/constants.gen.ts';
import { type FixtureSettings, fixtures } from '../helpers/fixtures.ts';
import { pieces } from '../helpers/splits.ts';
import { tell } from './machine-driver.ts';

const SETTINGS: FixtureSettings = {
  maxHeadBytes: 400,
  maxFields: 6,
  maxChunkExtensionBytes: 8,
  maxBodyBytes: 100,
  pause: 0,
};
const machines = { request: new HttpMachine('request'), response: new HttpMachine('response') };
const seeds = fixtures().filter((one) => one.input.length > 0 && one.input.length < 500);

/** Tells of these bytes in one piece and in others, and compares. */
function agree(
  kind: 'request' | 'response',
  settings: FixtureSettings,
  bytes: Uint8Array,
  cut: readonly number[],
): void {
  const whole = tell(machines[kind], settings, [bytes]);
  expect(tell(machines[kind], settings, pieces(bytes, cut))).toEqual(whole);
}

const cutsOf = (length: number): fc.Arbitrary<number[]> =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: Math.max(1, length - 1) }), { maxLength: 12 })
    .map((at) => at.sort((a, b) => a - b));

describe('whatever arrives', () => {
  it('random bytes tell the same in every split', () => {
    const input = fc
      .uint8Array({ minLength: 2, maxLength: 300 })
      .chain((bytes) => fc.tuple(fc.constant(bytes), cutsOf(bytes.length)));
    fc.assert(
      fc.property(fc.constantFrom('request', 'response'), input, (kind, [bytes, cut]) =>
        agree(kind, SETTINGS, bytes, cut),
      ),
      { numRuns: 2000 },
    );
  });

  it('damaged messages tell the same in every split', () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(),
        act: fc.constantFrom('set', 'insert', 'remove', 'double'),
        byte: fc.oneof(fc.constantFrom(0, 9, 10, 13, 32, 34, 35, 44, 48, 58, 59, 61, 92, 127, 128, 255), fc.nat(255)),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const input = fc.tuple(fc.constantFrom(...seeds), damage).chain(([seed, acts]) => {
      let bytes = [...seed.input];
      for (const { at, act, byte } of acts) {
        const place = at % (bytes.length + 1);
        if (act === 'set') bytes[place] = byte;
        else if (act === 'insert') bytes.splice(place, 0, byte);
        else if (act === 'remove') bytes.splice(place, 1);
        else bytes = [...bytes, ...bytes.slice(0, place)];
      }
      const damaged = Uint8Array.from(bytes);
      return fc.tuple(fc.constant(seed), fc.constant(damaged), cutsOf(damaged.length));
    });
    fc.assert(
      fc.property(input, fc.boolean(), ([seed, bytes, cut], tight) =>
        agree(seed.kind, tight ? { ...SETTINGS, pause: seed.settings.pause } : seed.settings, bytes, cut),
      ),
      { numRuns: 4000 },
    );
  });

  it('what stands behind the input in the region has no influence', () => {
    for (const { kind, settings, input } of seeds) {
      const machine = machines[kind];
      const results = [0x00, 0x0d, 0x3a, 0x61, 0xff].map((noise) => {
        machine.bytes.fill(noise, machine.region, machine.region + 1024);
        return tell(machine, settings, pieces(input, [input.length >> 1]));
      });
      for (const one of results) expect(one).toEqual(results[0]);
    }
  });
});

describe('the vector scans', () => {
  const machine = machines.request;
  const limits = { ...SETTINGS, maxHeadBytes: 1000 };

  /** Puts a request whose field has this name and value at a region offset; tells whether it is taken. */
  function takes(align: number, target: string, name: string, value: string): boolean {
    const text = `GET /${target} HTTP/1.0\r\n${name}: ${value}\r\n\r\n`;
    machine.begin(null, limits, 0);
    for (let i = 0; i < text.length; i++) machine.bytes[machine.region + align + i] = text.charCodeAt(i);
    return machine.feed(align, align + text.length) === STATUS.NEED_INPUT && machine.park() === null;
  }

  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
  const TARGET = /^[\x21\x22\x24-\x7e]*$/;

  it('agree with the grammar at every length from 0 to 67 and every alignment', () => {
    for (let length = 0; length < 68; length++) {
      for (let align = 0; align < 64; align++) {
        const place = (align * 7 + length) % Math.max(1, length);
        const code = (length * 64 + align * 5) % 256;
        const run = (letter: string): string => {
          const letters = [...letter.repeat(length)];
          if (length > 0) letters[place] = String.fromCharCode(code);
          return letters.join('');
        };
        const about = `length ${length}, alignment ${align}, byte ${code} at ${place}`;
        expect(takes(align, '', 'X', run('v')), `value: ${about}`).toBe(TEXT.test(run('v')));
        expect(takes(align, run('t'), 'X', 'v'), `target: ${about}`).toBe(TARGET.test(run('t')));
        // A colon ends the name: what follows it is a value, and the empty name is the only wrong one.
        const name = run('n').split(':')[0] ?? '';
        expect(takes(align, '', run('n'), 'v'), `name: ${about}`).toBe(TOKEN.test(name));
      }
    }
  });

  it('agree with the grammar for every byte value', () => {
    for (let code = 0; code < 256; code++) {
      const byte = String.fromCharCode(code);
      for (const around of [3, 15, 16, 40]) {
        const run = (letter: string): string => letter.repeat(around) + byte + letter.repeat(around);
        expect(takes(around, '', 'X', run('v')), `value, byte ${code}`).toBe(TEXT.test(byte));
        expect(takes(around, run('t'), 'X', 'v'), `target, byte ${code}`).toBe(TARGET.test(byte));
        expect(takes(around, '', run('n'), 'v'), `name, byte ${code}`).toBe(TOKEN.test(byte) || byte === ':');
      }
    }
  });

  it('agree with the grammar for every byte value of a host, at every place', () => {
    // Host = uri-host [ ":" port ]: RFC 3986 section 3.2.2, without user information and address literals.
    const HOST = /^(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?)?$/;
    for (let length = 1; length < 19; length++) {
      for (let place = 0; place < length; place++) {
        for (let code = 0; code < 256; code++) {
          const host = 'h'.repeat(place) + String.fromCharCode(code) + 'h'.repeat(length - place - 1);
          const meant = host.replace(/^[ \t]+|[ \t]+$/g, '');
          if (takes(0, '', 'Host', host) === HOST.test(meant)) continue;
          throw new Error(`byte ${code} at ${place} of ${length}: ${HOST.test(meant) ? 'refused' : 'taken'}`);
        }
      }
    }
  });
});
