/** The frame machine as native code: what its tests are made of. */
import { type WsFixture, wsFixtures } from '../websocket/fixtures.ts';
import type { Machine } from './machine.ts';

export const WEBSOCKET: Machine = {
  parts: ['ws_frames', 'ws_mask', 'ws_utf8', 'scan_scalar', 'scan_simd'],
  scans: 'ws_scans.c',
  tell: ['text.c', 'ws_tell.c'],
  runner: 'ws_runner.c',
  fuzz: 'fuzz_ws.c',
  cases: () =>
    wsFixtures().map((one) => ({
      name: `${one.file}: ${one.title}`,
      input: encode(one),
      expected: one.expected.map((line) => `${line}\n`).join(''),
    })),
  seeds: () =>
    wsFixtures()
      .filter(({ input }) => input.length <= 700)
      .map(({ role, deflate, input }, at) =>
        Buffer.concat([Buffer.from([(role === 'client' ? 1 : 0) | (deflate ? 8 : 0), at % 50]), input]),
      ),
};

/** A case as ws_runner.c reads it. */
function encode(one: WsFixture): Buffer {
  const words = Uint32Array.of(
    one.role === 'client' ? 1 : 0,
    one.deflate ? 1 : 0,
    one.maxFragments,
    one.maxMessageBytes % 2 ** 32,
    Math.floor(one.maxMessageBytes / 2 ** 32),
    one.input.length,
  );
  return Buffer.concat([Buffer.from(words.buffer), one.input]);
}
