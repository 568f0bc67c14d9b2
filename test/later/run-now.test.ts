/** Running a loop from synchronous code. */
import { expect, test } from 'vitest';
import { createLoop, currentLoop, globalLoop, later, loopEmpty, runNow, withLoop } from '../../src/later/index.ts';
import { runUntil } from '../../src/later/internal.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();

test('without a timeout it does not wait', () => {
  later(() => {}, 1);
  expect(runNow()).toBe(false);
  expect(fake.host.waits).toEqual([]);
});

test('with nothing due it waits its timeout and says false', () => {
  const before = fake.host.timeMs;
  expect(runNow(0.5)).toBe(false);
  expect(runNow(3)).toBe(false);
  expect(fake.host.timeMs - before).toBe(3500);
});

test('it waits no longer than until the first due task', () => {
  let ran = false;
  later(() => {
    ran = true;
  }, 0.2);
  expect(runNow(5)).toBe(true);
  expect(ran).toBe(true);
  expect(fake.host.waits).toEqual([200]);
});

test.each([-1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('a timeout of %d has no end', (timeoutSecs) => {
  later(() => {}, 86_400);
  expect(runNow(timeoutSecs)).toBe(true);
  expect(fake.host.waits).toEqual([86_400_000]);
});

test('a wait that ends early goes on until the time is over', () => {
  fake.host.onWait = (ms) => Math.min(ms, 40);
  const before = fake.host.timeMs;
  expect(runNow(0.1)).toBe(false);
  expect(fake.host.timeMs - before).toBe(100);
  expect(fake.host.waits).toEqual([100, 60, 20]);
});

test('it also waits for the tasks of loops below', () => {
  const child = createLoop();
  const grandchild = createLoop(child);
  let ran = false;
  later(
    () => {
      ran = true;
    },
    0.3,
    grandchild,
  );
  expect(runNow(1)).toBe(true);
  expect(ran).toBe(true);
  expect(fake.host.waits).toEqual([300]);
});

test('another thread’s task ends the wait', () => {
  let ran = false;
  fake.host.onWait = () => {
    fake.host.sent.push(() => later(() => (ran = true)));
    return 5;
  };
  expect(runNow(10)).toBe(true);
  expect(ran).toBe(true);
  expect(fake.host.waits).toEqual([10_000]);
});

test('what other threads sent is seen even without waiting', () => {
  fake.host.sent.push(() => later(() => {}));
  expect(runNow()).toBe(true);
});

test('a condition ends the wait', () => {
  let isOver = false;
  fake.host.onWait = () => {
    isOver = true;
    return 1;
  };
  expect(runUntil(globalLoop(), Number.POSITIVE_INFINITY, false, () => isOver)).toBe(false);
});

test('all = false runs one task and leaves the others', () => {
  const ran: number[] = [];
  for (const i of [1, 2, 3]) later(() => ran.push(i));
  expect(runNow(0, false)).toBe(true);
  expect(ran).toEqual([1]);
  expect(runNow(0, false)).toBe(true);
  expect(runNow(0, false)).toBe(true);
  expect(runNow(0, false)).toBe(false);
  expect(ran).toEqual([1, 2, 3]);
});

test('all = false still runs every due task of the loops below', () => {
  const ran: string[] = [];
  const child = createLoop();
  later(() => ran.push('c1'), 0, child);
  later(() => ran.push('c2'), 0, child);
  later(() => ran.push('g1'));
  later(() => ran.push('g2'));
  runNow(0, false);
  expect(ran).toEqual(['g1', 'c1', 'c2']);
  runNow();
});

test('a throw comes out of runNow with its own error; the rest runs in the next call', () => {
  const ran: string[] = [];
  const error = new Error('original');
  later(() => ran.push('before'));
  later(() => {
    throw error;
  });
  later(() => ran.push('after'));
  let caught: unknown;
  try {
    runNow();
  } catch (thrown) {
    caught = thrown;
  }
  expect(caught).toBe(error);
  expect(ran).toEqual(['before']);
  expect(runNow()).toBe(true);
  expect(ran).toEqual(['before', 'after']);
  expect(runNow()).toBe(false);
});

test('a throw in a child loop leaves the rest of it queued and restores the current loop', () => {
  const child = createLoop();
  let ran = 0;
  later(
    () => {
      throw new Error('child');
    },
    0,
    child,
  );
  later(() => ran++, 0, child);
  expect(() => runNow()).toThrow('child');
  expect(currentLoop()).toBe(globalLoop());
  expect(loopEmpty(child)).toBe(false);
  runNow();
  expect(ran).toBe(1);
});

test('a nested runNow runs what the outer pass had not reached, and the outer goes on', () => {
  const ran: string[] = [];
  later(() => {
    ran.push('1s');
    expect(runNow()).toBe(true);
    ran.push('1e');
  });
  later(() => ran.push('2'));
  runNow();
  expect(ran).toEqual(['1s', '2', '1e']);
});

test('a nested runNow of one task leaves the rest to the outer pass', () => {
  const ran: string[] = [];
  later(() => {
    ran.push('1s');
    runNow(0, false);
    ran.push('1e');
  });
  for (const name of ['2', '3']) later(() => ran.push(name));
  runNow();
  expect(ran).toEqual(['1s', '2', '1e', '3']);
});

test('tasks added by a nested pass wait for a pass that starts after them', () => {
  const ran: string[] = [];
  later(() => {
    later(() => ran.push('added'));
    runNow();
    ran.push('outer');
  });
  runNow();
  expect(ran).toEqual(['added', 'outer']);
});

test('while a task runs, its loop is the current one and takes what is queued', () => {
  const loop = createLoop(null);
  let seen: unknown;
  withLoop(loop, () =>
    later(() => {
      seen = currentLoop();
      later(() => {});
    }),
  );
  runNow(0, true, loop);
  expect(seen).toBe(loop);
  expect(loopEmpty(loop)).toBe(false);
  expect(loopEmpty(globalLoop())).toBe(true);
});

test.each([
  ['NaN', () => runNow(Number.NaN)],
  ['a word', () => runNow('1' as unknown as number)],
  ['a number for all', () => runNow(0, 1 as unknown as boolean)],
  ['something else as loop', () => runNow(0, true, [] as never)],
])('it refuses %s', (_name, call) => {
  expect(call).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
});
