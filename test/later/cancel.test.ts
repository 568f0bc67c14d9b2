/** Taking tasks back. */
import { expect, test } from 'vitest';
import { type CancelFunction, createLoop, destroyLoop, later, loopEmpty, runNow } from '../../src/later/index.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();

test.each([0, 0.5, -1, Number.POSITIVE_INFINITY])('a waiting task with delay %d is taken back once', (delaySecs) => {
  let ran = 0;
  const cancel = later(() => ran++, delaySecs);
  expect(cancel()).toBe(true);
  expect(loopEmpty()).toBe(true);
  expect(cancel()).toBe(false);
  fake.host.timeMs += 1000;
  expect(runNow()).toBe(false);
  expect(ran).toBe(0);
});

test('a task that has run cannot be taken back', () => {
  const cancel = later(() => {});
  runNow();
  expect(cancel()).toBe(false);
});

test('a task cannot take itself back while it runs', () => {
  let answer: boolean | undefined;
  const cancel: CancelFunction = later(() => {
    answer = cancel();
  });
  runNow();
  expect(answer).toBe(false);
});

test('taking 2 and 3 back from 1 leaves 4 running', () => {
  const ran: number[] = [];
  const cancels: CancelFunction[] = [];
  const answers: (boolean | undefined)[] = [];
  later(() => {
    ran.push(1);
    answers.push(cancels[0]?.(), cancels[1]?.());
  });
  cancels.push(later(() => ran.push(2)));
  cancels.push(later(() => ran.push(3)));
  later(() => ran.push(4));
  runNow();
  expect(ran).toEqual([1, 4]);
  expect(answers).toEqual([true, true]);
  expect(cancels.map((cancel) => cancel())).toEqual([false, false]);
});

test('a task of a destroyed loop cannot be taken back', () => {
  const loop = createLoop(null);
  const cancels = [later(() => {}, 0, loop), later(() => {}, 1, loop)];
  destroyLoop(loop);
  expect(cancels.map((cancel) => cancel())).toEqual([false, false]);
});

test('many cancelled tasks without delay take no room, and the order of the others stays', () => {
  const ran: number[] = [];
  for (let i = 0; i < 5000; i++) {
    const cancel = later(() => ran.push(i));
    if (i % 10 !== 0) expect(cancel()).toBe(true);
  }
  expect(runNow()).toBe(true);
  expect(ran).toEqual(Array.from({ length: 500 }, (_, i) => i * 10));
  expect(runNow()).toBe(false);
});

test('tasks cancelled at the front, in the middle and at the end of a heap leave it in order', () => {
  const ran: number[] = [];
  const delays = [5, 3, 8, 1, 4, 7, 9, 2, 6, 10, 0.5, 11, 12];
  const cancels = delays.map((delaySecs) => later(() => ran.push(delaySecs), delaySecs));
  for (const index of [12, 10, 0, 5, 9]) expect(cancels[index]?.()).toBe(true);
  fake.host.timeMs += 60_000;
  runNow();
  expect(ran).toEqual([1, 2, 3, 4, 6, 8, 9, 11]);
});

test('a cancelled task’s place is taken by one that must rise', () => {
  const ran: number[] = [];
  const delays = [1, 10, 2, 20, 21, 3, 4, 22, 23, 24, 25, 5, 6, 7];
  const cancels = delays.map((delaySecs) => later(() => ran.push(delaySecs), delaySecs));
  cancels[3]?.();
  fake.host.timeMs += 60_000;
  runNow();
  expect(ran).toEqual([1, 2, 3, 4, 5, 6, 7, 10, 21, 22, 23, 24, 25]);
});

test('taking back the only delayed task stops the timer', () => {
  const cancel = later(() => {}, 5);
  expect(fake.host.asked).toEqual({ soon: 0, timers: 1 });
  cancel();
  expect(fake.host.asked).toEqual({ soon: 0, timers: 0 });
});
