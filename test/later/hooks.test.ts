/** What servers use: posting, draining, counting, waiting through a shared word. */
import { expect, test } from 'vitest';
import { createLoop, destroyLoop, globalLoop, later, loopEmpty, nextOpSecs, runNow } from '../../src/later/index.ts';
import { onDrained, post, runIdle, runPending, startedCount } from '../../src/later/internal.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();
const loop = globalLoop();

test('posted tasks keep their place among tasks without delay', () => {
  const ran: string[] = [];
  post(loop, () => ran.push('1'));
  later(() => ran.push('2'));
  post(loop, () => ran.push('3'));
  post(loop, () => ran.push('4'));
  later(() => ran.push('5'));
  later(() => ran.push('0'), -1);
  runNow();
  expect(ran).toEqual(['0', '1', '2', '3', '4', '5']);
});

test('a posted task is due when the queue next looks at the clock, and not before tasks that were', () => {
  const ran: string[] = [];
  later(() => ran.push('delayed'), 0.1);
  post(loop, () => ran.push('posted early'));
  expect(nextOpSecs()).toBe(0);
  fake.host.timeMs += 200;
  post(loop, () => ran.push('posted late'));
  later(() => ran.push('plain'));
  runNow();
  expect(ran).toEqual(['posted early', 'delayed', 'posted late', 'plain']);
});

test('a task posted during a pass waits for the next, also one posted to a child before its turn', () => {
  const ran: string[] = [];
  const child = createLoop();
  post(child, () => ran.push('child'));
  post(loop, () => {
    ran.push('global');
    post(loop, () => ran.push('global 2'));
    post(child, () => ran.push('child 2'));
  });
  runNow();
  expect(ran).toEqual(['global', 'child']);
  runNow();
  expect(ran).toEqual(['global', 'child', 'global 2', 'child 2']);
});

test('a task posted to a child before its turn gets its due time no earlier than it was made', () => {
  const ran: string[] = [];
  const child = createLoop();
  later(() => {
    fake.host.timeMs += 10;
    post(child, () => ran.push('posted'));
  });
  later(() => later(() => ran.push('negative'), -0.005), 0, child);
  runNow();
  runNow();
  expect(ran).toEqual(['negative', 'posted']);
});

test('a burst of posted tasks runs in order, also through wrap-around and growth', () => {
  const ran: number[] = [];
  let made = 0;
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 500; i++) {
      const number = made++;
      post(loop, () => ran.push(number));
    }
    for (let i = 0; i < 300; i++) runNow(0, false);
  }
  while (runNow());
  expect(ran).toEqual(Array.from({ length: made }, (_, i) => i));
});

test('posting to a destroyed loop is refused', () => {
  const gone = createLoop(null);
  destroyLoop(gone);
  expect(() => post(gone, () => {})).toThrow(expect.objectContaining({ code: 'HV_LOOP_DESTROYED' }));
});

test('listeners hear of every pass over the global loop that started something, once', () => {
  const heard: string[] = [];
  const ran: string[] = [];
  const stop = onDrained(() => heard.push(ran.join('')));
  runNow();
  expect(heard).toEqual([]);
  for (const name of ['a', 'b']) later(() => ran.push(name));
  runNow();
  expect(heard).toEqual(['ab']);
  later(() => {
    ran.push('c');
    later(() => ran.push('d'));
  });
  fake.host.turn();
  expect(heard).toEqual(['ab', 'abc', 'abcd']);
  stop();
  later(() => {});
  runNow();
  expect(heard.length).toBe(3);
});

test('listeners hear of a pass in which a task threw, of nested passes, and of tasks of loops below', () => {
  let heard = 0;
  const stop = onDrained(() => heard++);
  later(() => {
    throw new Error('task');
  });
  expect(() => runNow()).toThrow('task');
  expect(heard).toBe(1);
  later(() => {
    later(() => {});
    runNow();
    expect(heard).toBe(2);
  });
  runNow();
  expect(heard).toBe(3);
  later(() => {}, 0, createLoop());
  runNow();
  expect(heard).toBe(4);
  const other = createLoop(null);
  later(() => {}, 0, other);
  runNow(0, true, other);
  expect(heard).toBe(4);
  stop();
});

test('a task that a listener adds is run by the event loop', () => {
  const ran: string[] = [];
  const stop = onDrained(() => {
    stop();
    post(loop, () => ran.push('added'));
  });
  later(() => {});
  runNow();
  fake.host.turn();
  expect(ran).toEqual(['added']);
});

test('the count of started tasks covers the loops below and is the same for every way of running', () => {
  const child = createLoop();
  const before = startedCount(loop);
  later(() => expect(startedCount(loop)).toBe(before + 1));
  later(() => {}, 0, child);
  fake.host.turn();
  expect(startedCount(loop)).toBe(before + 2);
  expect(startedCount(child)).toBe(1);
  later(() => {});
  runNow();
  later(() => {}, 0, child);
  runPending(loop);
  expect(startedCount(loop)).toBe(before + 4);
});

test('runPending runs what is due at the call and nothing added meanwhile, not even with a negative delay', () => {
  const ran: string[] = [];
  const child = createLoop();
  const add = (): void => {
    later(() => ran.push('negative'), -10);
    post(loop, () => ran.push('posted'));
    later(() => ran.push('child, added'), -10, child);
  };
  later(() => {
    ran.push('1');
    add();
  });
  post(loop, () => ran.push('2'));
  later(() => ran.push('0'), -1);
  later(() => ran.push('not yet'), 5);
  later(() => ran.push('child'), 0, child);
  expect(runPending(loop)).toBe(4);
  expect(ran).toEqual(['0', '1', '2', 'child']);
  expect(runPending(loop)).toBe(3);
  expect(ran.slice(4)).toEqual(['negative', 'posted', 'child, added']);
  expect(runPending(loop)).toBe(0);
  expect(fake.host.waits).toEqual([]);
});

test('runPending leaves out what was cancelled or run meanwhile, and goes on after a throw in the next call', () => {
  const ran: string[] = [];
  const cancels = [
    later(() => {
      cancels[1]?.();
      runNow(0, false);
    }),
    later(() => ran.push('cancelled')),
    later(() => ran.push('nested')),
    later(() => {
      throw new Error('task');
    }),
    later(() => ran.push('rest')),
  ];
  expect(() => runPending(loop)).toThrow('task');
  expect(ran).toEqual(['nested']);
  expect(runPending(loop)).toBe(1);
  expect(ran).toEqual(['nested', 'rest']);
});

test('runPending takes in what other threads sent', () => {
  let ran = 0;
  fake.host.sent.push(() => post(loop, () => ran++));
  expect(runPending(loop)).toBe(1);
  expect(ran).toBe(1);
});

test('runIdle runs what is due in this turn, and the call asked for before finds nothing', () => {
  const ran: string[] = [];
  post(loop, () => ran.push('posted'));
  later(() => ran.push('delayed'), 1);
  runIdle();
  expect(ran).toEqual(['posted']);
  fake.host.turn();
  expect(ran).toEqual(['posted']);
  fake.host.pass(1000);
  expect(ran).toEqual(['posted', 'delayed']);
});

test('draining only adds tasks: running a loop in it is refused, and leaves the queue usable', () => {
  const refused: unknown[] = [];
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      refused.push(error);
    }
  };
  let ran = 0;
  fake.host.sent.push(() => {
    post(loop, () => ran++);
    attempt(() => runNow());
    attempt(() => runPending(loop));
    expect(ran).toBe(0);
  });
  expect(runNow()).toBe(true);
  expect(ran).toBe(1);
  const refusal = expect.objectContaining({ code: 'HV_DRAIN' });
  expect(refused).toEqual([refusal, refusal]);
});

test('an error while draining comes out, and the next call works', () => {
  fake.host.sent.push(() => {
    throw new Error('broken ring');
  });
  later(() => {});
  expect(() => runNow()).toThrow('broken ring');
  expect(runNow()).toBe(true);
  expect(loopEmpty()).toBe(true);
});
