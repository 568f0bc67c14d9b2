/** Descriptors, which no JavaScript host can poll. */
import { expect, test } from 'vitest';
import { createLoop, destroyLoop, laterFd, loopEmpty, runNow } from '../../src/later/index.ts';
import { useFakeHost } from './fake-host.ts';

useFakeHost();

test('polling a descriptor is refused with what to use instead', () => {
  for (const call of [
    () => laterFd(() => {}, [0]),
    () => laterFd(() => {}, [], [1]),
    () => laterFd(() => {}, [], [], [2]),
  ]) {
    expect(call).toThrow(
      expect.objectContaining({ code: 'HV_NO_POLL', message: expect.stringMatching(/cannot poll.*Use node:net/) }),
    );
  }
  expect(loopEmpty()).toBe(true);
});

test('without descriptors the callback is queued at once with an empty array, and can be taken back', () => {
  const seen: unknown[] = [];
  laterFd((ready) => seen.push(ready));
  const cancel = laterFd((ready) => seen.push(ready), [], [], [], 5);
  expect(cancel()).toBe(true);
  expect(seen).toEqual([]);
  runNow();
  expect(seen).toEqual([[]]);
});

test('wrong arguments are named before anything is refused for want of polling', () => {
  const badOption = expect.objectContaining({ code: 'HV_BAD_OPTION' });
  expect(() => laterFd(undefined as unknown as () => void)).toThrow(badOption);
  expect(() => laterFd(() => {}, [0.5])).toThrow(badOption);
  expect(() => laterFd(() => {}, 0 as unknown as number[])).not.toThrow(TypeError);
  expect(() => laterFd(() => {}, ['0'] as unknown as number[])).toThrow(badOption);
  expect(() => laterFd(() => {}, [], [], [], Number.NaN)).toThrow(badOption);
  const gone = createLoop(null);
  destroyLoop(gone);
  expect(() => laterFd(() => {}, [], [], [], 1, gone)).toThrow(expect.objectContaining({ code: 'HV_LOOP_DESTROYED' }));
});
