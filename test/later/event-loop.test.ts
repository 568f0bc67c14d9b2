/** How tasks run by themselves, on an event loop that turns when told. */
import { expect, test } from 'vitest';
import { createLoop, globalLoop, later, loopEmpty, runNow, withLoop } from '../../src/later/index.ts';
import { post, runIdle } from '../../src/later/internal.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();

test('a task without delay runs in the next turn of the event loop, not at once', () => {
  let ran = 0;
  later(() => ran++);
  expect(ran).toBe(0);
  fake.host.turn();
  expect(ran).toBe(1);
  expect(fake.host.turn()).toBe(false);
});

test('any number of tasks ask for one turn', () => {
  for (let i = 0; i < 5; i++) later(() => {});
  for (let i = 0; i < 5; i++) post(globalLoop(), () => {});
  expect(fake.host.asked).toEqual({ soon: 1, timers: 0 });
  fake.host.turn();
  expect(loopEmpty()).toBe(true);
});

test('one timer is set, for the earliest task', () => {
  const ran: number[] = [];
  for (const delaySecs of [3, 5, 1, 4]) {
    later(() => ran.push(delaySecs), delaySecs);
    expect(fake.host.asked).toEqual({ soon: 0, timers: 1 });
  }
  fake.host.pass(1000);
  expect(ran).toEqual([1]);
  fake.host.pass(4000);
  expect(ran).toEqual([1, 3, 4, 5]);
  expect(fake.host.asked).toEqual({ soon: 0, timers: 0 });
});

test('a timer that is right is left alone', () => {
  let asked = 0;
  const { after } = fake.host;
  fake.host.after = (ms, wake) => {
    asked++;
    return after.call(fake.host, ms, wake);
  };
  const cancel = later(() => {}, 5);
  later(() => {}, 7)();
  later(() => {});
  runNow();
  expect(asked).toBe(1);
  cancel();
});

test('a timer that rings early is set again', () => {
  let ran = 0;
  later(() => ran++, 2);
  const { after } = fake.host;
  fake.host.after = (ms, wake) => after.call(fake.host, ms / 2, wake);
  later(() => ran++, 1);
  fake.host.pass(500);
  expect(ran).toBe(0);
  fake.host.after = after;
  fake.host.pass(500);
  expect(ran).toBe(1);
  fake.host.pass(1000);
  expect(ran).toBe(2);
});

test('a task that never comes due asks the event loop for nothing', () => {
  const cancel = later(() => {}, Number.POSITIVE_INFINITY);
  expect(fake.host.asked).toEqual({ soon: 0, timers: 0 });
  cancel();
});

test('loops below the global one run by themselves, parentless ones do not', () => {
  const ran: string[] = [];
  const child = createLoop();
  const lonely = createLoop(null);
  const below = createLoop(lonely);
  later(() => ran.push('lonely'), 0, lonely);
  later(() => ran.push('below'), 1, below);
  expect(fake.host.asked).toEqual({ soon: 0, timers: 0 });
  later(() => ran.push('child'), 0, child);
  post(createLoop(child), () => ran.push('grandchild'));
  fake.host.pass(5000);
  expect(ran).toEqual(['child', 'grandchild']);
});

test('one turn makes up to twenty passes, the rest comes in the next', () => {
  let ran = 0;
  const again = (): void => {
    ran++;
    if (ran < 50) later(again);
  };
  later(again);
  fake.host.turn();
  expect(ran).toBe(20);
  fake.host.turn();
  expect(ran).toBe(40);
  fake.host.turn();
  expect(ran).toBe(50);
  expect(fake.host.turn()).toBe(false);
});

test('a throw leaves the turn as it is, and the remaining tasks run in the next', () => {
  const ran: string[] = [];
  later(() => {
    throw new Error('task');
  });
  later(() => ran.push('next'));
  later(() => ran.push('delayed'), 1);
  expect(() => fake.host.turn()).toThrow('task');
  expect(ran).toEqual([]);
  fake.host.turn();
  expect(ran).toEqual(['next']);
  fake.host.pass(1000);
  expect(ran).toEqual(['next', 'delayed']);
});

test('an event loop that turns inside a task, or inside runNow, starts no other task', () => {
  const ran: string[] = [];
  later(() => {
    later(() => ran.push('other'));
    // As if the task had asked for a turn of its own before it became busy.
    runIdle();
    fake.host.pass(10);
    ran.push('task');
  });
  fake.host.turn();
  expect(ran).toEqual(['task', 'other']);
  later(() => {
    runIdle();
    ran.push('in runNow');
  });
  later(() => ran.push('last'));
  runNow();
  expect(ran).toEqual(['task', 'other', 'in runNow', 'last']);
});

test('tasks left by runNow are taken up by the event loop', () => {
  const ran: string[] = [];
  later(() => {
    later(() => ran.push('soon'));
    later(() => ran.push('delayed'), 1);
  });
  fake.host.turn();
  ran.length = 0;
  later(() => {
    later(() => ran.push('soon'));
    later(() => ran.push('delayed'), 2);
  });
  runNow();
  expect(ran).toEqual([]);
  fake.host.turn();
  expect(ran).toEqual(['soon']);
  fake.host.pass(2000);
  expect(ran).toEqual(['soon', 'delayed', 'delayed']);
});

test('a task queued from a private loop’s run onto the global one runs by itself', () => {
  const loop = createLoop(null);
  let ran = 0;
  withLoop(loop, () => later(() => later(() => ran++, 0, globalLoop())));
  runNow(0, true, loop);
  fake.host.turn();
  expect(ran).toBe(1);
});
