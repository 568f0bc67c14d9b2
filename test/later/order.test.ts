/** In which order tasks run. */
import { expect, test } from 'vitest';
import { later, listQueue, loopEmpty, nextOpSecs, runNow } from '../../src/later/index.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();

test('tasks of one time run in the order in which they were queued', () => {
  const ran: number[] = [];
  for (let i = 0; i < 10_000; i++) later(() => ran.push(i));
  runNow();
  expect(ran).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
});

test('ten thousand delayed tasks of one time keep their order', () => {
  const ran: number[] = [];
  for (let i = 0; i < 10_000; i++) later(() => ran.push(i), 2);
  fake.host.timeMs += 2000;
  runNow();
  expect(ran).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
});

test('an earlier due time comes first, whenever the task was queued', () => {
  const ran: string[] = [];
  later(() => ran.push('late'), 0.3);
  later(() => ran.push('early'), 0.1);
  later(() => ran.push('now'));
  fake.host.timeMs += 1000;
  later(() => ran.push('newest'));
  runNow();
  expect(ran).toEqual(['now', 'early', 'late', 'newest']);
});

test('a delayed task that came due runs before a task queued later without delay', () => {
  const ran: string[] = [];
  later(() => ran.push('delayed'), 0.1);
  fake.host.timeMs += 100;
  later(() => ran.push('plain'));
  runNow();
  expect(ran).toEqual(['delayed', 'plain']);
});

test('a negative delay goes before tasks queued earlier without delay', () => {
  const ran: string[] = [];
  later(() => ran.push('plain'));
  later(() => ran.push('was due'), -1);
  later(() => ran.push('was due longer'), -2);
  runNow();
  expect(ran).toEqual(['was due longer', 'was due', 'plain']);
});

test('minus Infinity is due before everything', () => {
  const ran: string[] = [];
  later(() => ran.push('negative'), -1e300);
  later(() => ran.push('first'), Number.NEGATIVE_INFINITY);
  later(() => ran.push('second'), Number.NEGATIVE_INFINITY);
  runNow();
  expect(ran).toEqual(['first', 'second', 'negative']);
});

test('a task queued during a pass waits for the next one, even when the clock stands still', () => {
  const ran: string[] = [];
  later(() => {
    ran.push('outer');
    later(() => ran.push('inner'));
  });
  expect(runNow()).toBe(true);
  expect(ran).toEqual(['outer']);
  expect(runNow()).toBe(true);
  expect(ran).toEqual(['outer', 'inner']);
  expect(runNow()).toBe(false);
});

test('a task queued during a pass with a negative delay runs in that pass', () => {
  const ran: string[] = [];
  later(() => {
    ran.push('1');
    later(() => ran.push('added'), -1);
  });
  later(() => ran.push('2'));
  runNow();
  expect(ran).toEqual(['1', 'added', '2']);
});

test('a task that came due during a pass waits for the next one', () => {
  const ran: string[] = [];
  later(() => {
    ran.push('slow');
    fake.host.timeMs += 500;
  });
  later(() => ran.push('came due'), 0.2);
  runNow();
  expect(ran).toEqual(['slow']);
  runNow();
  expect(ran).toEqual(['slow', 'came due']);
});

test.each([
  ['Infinity', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ['1e300', 1e300, 1e300],
  ['1e306, which overflows in milliseconds', 1e306, Number.POSITIVE_INFINITY],
])('a delay of %s never comes due and disturbs nothing', (_name, delaySecs, shown) => {
  const ran: string[] = [];
  const cancel = later(() => ran.push('never'), delaySecs);
  expect(nextOpSecs()).toBeCloseTo(shown, -299);
  expect(runNow(0.05)).toBe(false);
  later(() => ran.push('soon'), 0.1);
  fake.host.timeMs += 1e15;
  expect(runNow()).toBe(true);
  expect(ran).toEqual(['soon']);
  expect(cancel()).toBe(true);
  expect(loopEmpty()).toBe(true);
});

test('the queue is listed in the order in which it will run', () => {
  const a = () => 'a';
  const b = () => 'b';
  const c = () => 'c';
  const cancels = [later(a, 2), later(b, -1), later(c)];
  const cancelled = later(a);
  cancelled();
  const listed = listQueue();
  expect(listed.map((task) => [task.callback, task.whenSecs])).toEqual([
    [b, -1],
    [c, 0],
    [a, 2],
  ]);
  expect(new Set(listed.map((task) => task.id)).size).toBe(3);
  fake.host.timeMs += 500;
  expect(listQueue().map((task) => task.whenSecs)).toEqual([-1.5, -0.5, 1.5]);
  for (const cancel of cancels) cancel();
  expect(listQueue()).toEqual([]);
});

test.each([
  ['a missing function', () => later(undefined as unknown as () => void), /fn must be a function/],
  ['a function’s name', () => later('f' as unknown as () => void), /fn must be a function/],
  ['NaN', () => later(() => {}, Number.NaN), /delaySecs must be a number of seconds/],
  ['a delay in words', () => later(() => {}, '1' as unknown as number), /delaySecs/],
  ['a delay of null', () => later(() => {}, null as unknown as number), /delaySecs/],
  ['something else as loop', () => later(() => {}, 0, {} as never), /loop must be a loop/],
  ['null as loop', () => later(() => {}, 0, null as never), /loop must be a loop/],
  ['a number as loop', () => later(() => {}, 0, 0 as never), /loop must be a loop/],
])('later refuses %s', (_name, call, message) => {
  expect(call).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION', message: expect.stringMatching(message) }));
  expect(loopEmpty()).toBe(true);
});
