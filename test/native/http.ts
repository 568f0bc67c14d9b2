/** The HTTP machine as native code: what its tests are made of. */
import { type Fixture, fixtures, lenientFixtures } from '../helpers/fixtures.ts';
import type { Machine } from './machine.ts';

export const HTTP: Machine = {
  parts: ['http_body', 'http_fields', 'http_head', 'http_parser', 'records', 'scan_scalar', 'scan_simd'],
  scans: 'scans.c',
  tell: ['text.c', 'tell.c'],
  runner: 'runner.c',
  fuzz: 'fuzz_http.c',
  cases: () =>
    [...fixtures(), ...lenientFixtures()].map((one) => ({
      name: `${one.file}: ${one.title}`,
      input: encode(one),
      expected: one.expected[0] === 'nothing' ? '' : `${one.expected.join('\n')}\n`,
    })),
  seeds: () =>
    [...fixtures(), ...lenientFixtures()]
      .filter(({ input }) => input.length <= 1000)
      .map(({ kind, settings, input }, at) => {
        const allow = settings.pause >> 8;
        const first = (kind === 'response' ? 1 : 0) | (allow === 0 ? 0 : 32);
        return Buffer.concat([Buffer.from([first, settings.pause & 15, allow === 0 ? at % 50 : allow]), input]);
      }),
};

/** A case as runner.c reads it. */
function encode(one: Fixture): Buffer {
  const { maxHeadBytes, maxFields, maxChunkExtensionBytes, pause, maxBodyBytes } = one.settings;
  const body = Math.min(maxBodyBytes, Number.MAX_SAFE_INTEGER);
  const words = Uint32Array.of(
    one.kind === 'response' ? 1 : 0,
    maxHeadBytes,
    maxFields,
    maxChunkExtensionBytes,
    pause,
    body % 2 ** 32,
    Math.floor(body / 2 ** 32),
    one.input.length,
  );
  return Buffer.concat([Buffer.from(words.buffer), one.input]);
}
