/** Errors between threads: what cloning drops goes along. */
import { expect, test } from 'vitest';
import { received, sendable } from '../../src/thread/messages.ts';

test('an error arrives with its facts, its stack and its causes', () => {
  const root = Object.assign(new Error('no such address'), { code: 'ENOTFOUND', errno: -3008 });
  const error = Object.assign(new Error('cannot listen', { cause: root }), { code: 'EADDRNOTAVAIL', port: 80 });
  const got = received(structuredClone(sendable(error)));
  expect(got).toMatchObject({ message: 'cannot listen', code: 'EADDRNOTAVAIL', port: 80, stack: error.stack });
  expect(got.cause).toMatchObject({ message: 'no such address', code: 'ENOTFOUND', errno: -3008 });
  expect((got.cause as Error).cause).toBeUndefined();
});

test('what is no error, and what causes itself, can be sent', () => {
  expect(received(structuredClone(sendable('text'))).message).toBe('text');
  const circle = new Error('round');
  circle.cause = circle;
  let depth = 0;
  for (let at: unknown = received(structuredClone(sendable(circle))); at instanceof Error; at = at.cause) depth++;
  expect(depth).toBe(9);
});
