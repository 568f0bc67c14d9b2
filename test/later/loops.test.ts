/** Private loops: isolation, families, destruction. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  createLoop,
  currentLoop,
  destroyLoop,
  type EventLoop,
  existsLoop,
  globalLoop,
  later,
  listQueue,
  loopEmpty,
  nextOpSecs,
  runNow,
  withLoop,
  withTempLoop,
} from '../../src/later/index.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();
const inUse = expect.objectContaining({ code: 'HV_LOOP_IN_USE' });
const destroyed = expect.objectContaining({ code: 'HV_LOOP_DESTROYED' });

test('a parentless loop runs only when asked to, and only its own tasks', () => {
  const ran: string[] = [];
  const loop = createLoop(null);
  later(() => ran.push('private'), 0, loop);
  later(() => ran.push('global'));
  runNow();
  fake.host.pass(1000);
  expect(ran).toEqual(['global']);
  later(() => ran.push('global again'));
  expect(runNow(0, true, loop)).toBe(true);
  expect(ran).toEqual(['global', 'private']);
  runNow();
});

test('loops below run with their parent, after it, in the order of their creation', () => {
  const ran: string[] = [];
  const first = createLoop();
  const second = createLoop();
  const grandchild = createLoop(first);
  later(() => ran.push('second'), 0, second);
  later(() => ran.push('grandchild'), 0, grandchild);
  later(() => ran.push('first'), 0, first);
  later(() => ran.push('younger but global'));
  runNow();
  expect(ran).toEqual(['younger but global', 'first', 'grandchild', 'second']);
});

test('running a child runs neither its parent nor its siblings', () => {
  const ran: string[] = [];
  const child = createLoop();
  const sibling = createLoop();
  for (const [name, loop] of [
    ['global', globalLoop()],
    ['child', child],
    ['sibling', sibling],
  ] as const) {
    later(() => ran.push(name), 0, loop);
  }
  runNow(0, true, child);
  expect(ran).toEqual(['child']);
  runNow();
  expect(ran).toEqual(['child', 'global', 'sibling']);
});

test('a new loop’s parent is the current loop', () => {
  const ran: string[] = [];
  const outer = createLoop(null);
  const inner = withLoop(outer, () => createLoop());
  later(() => ran.push('inner'), 0, inner);
  runNow();
  expect(ran).toEqual([]);
  runNow(0, true, outer);
  expect(ran).toEqual(['inner']);
});

test('orphans of a destroyed loop are not run any more by themselves, but on request', () => {
  const ran: string[] = [];
  const parent = createLoop();
  const child = createLoop(parent);
  later(() => ran.push('child'), 0, child);
  destroyLoop(parent);
  runNow();
  fake.host.pass(1000);
  expect(ran).toEqual([]);
  expect(existsLoop(child)).toBe(true);
  runNow(0, true, child);
  expect(ran).toEqual(['child']);
});

test('destroying answers true, then false, and discards what waits', () => {
  const ran: string[] = [];
  const loop = createLoop();
  later(() => ran.push('never'), 0, loop);
  expect(existsLoop(loop)).toBe(true);
  expect(destroyLoop(loop)).toBe(true);
  expect(existsLoop(loop)).toBe(false);
  expect(destroyLoop(loop)).toBe(false);
  expect(runNow()).toBe(false);
  expect(ran).toEqual([]);
});

test('destroying a loop with a delayed task stops its timer', () => {
  const loop = createLoop();
  later(() => {}, 5, loop);
  expect(fake.host.asked.timers).toBe(1);
  destroyLoop(loop);
  expect(fake.host.asked.timers).toBe(0);
});

test('the global and the current loop cannot be destroyed', () => {
  expect(() => destroyLoop(globalLoop())).toThrow(inUse);
  const loop = createLoop(null);
  withLoop(loop, () => expect(() => destroyLoop(loop)).toThrow(inUse));
  later(() => destroyLoop(loop), 0, loop);
  expect(() => runNow(0, true, loop)).toThrow(inUse);
  expect(existsLoop(loop)).toBe(true);
});

test.each<[string, (loop: EventLoop) => unknown]>([
  ['withLoop', (loop) => withLoop(loop, () => {})],
  ['later', (loop) => later(() => {}, 0, loop)],
  ['runNow', (loop) => runNow(0, true, loop)],
  ['loopEmpty', (loop) => loopEmpty(loop)],
  ['nextOpSecs', (loop) => nextOpSecs(loop)],
  ['listQueue', (loop) => listQueue(loop)],
  ['createLoop', (loop) => createLoop(loop)],
])('%s refuses a destroyed loop', (_name, call) => {
  const loop = createLoop(null);
  destroyLoop(loop);
  expect(() => call(loop)).toThrow(destroyed);
});

test('a loop destroyed under its own running task takes nothing more and its pass ends', () => {
  const loop = createLoop(null);
  let ran = 0;
  let refused: unknown;
  later(
    () => {
      withLoop(globalLoop(), () => destroyLoop(loop));
      try {
        later(() => {});
      } catch (error) {
        refused = error;
      }
    },
    0,
    loop,
  );
  later(() => ran++, 0, loop);
  expect(runNow(0, true, loop)).toBe(true);
  expect(ran).toBe(0);
  expect(refused).toEqual(destroyed);
});

test('a child destroyed by an earlier task of the same pass is left out', () => {
  const ran: string[] = [];
  const child = createLoop();
  const grandchild = createLoop(child);
  const sibling = createLoop();
  for (const loop of [child, grandchild, sibling]) later(() => ran.push(String(loop)), 0, loop);
  later(() => destroyLoop(child));
  runNow();
  expect(ran).toEqual([String(sibling)]);
});

test('destroying a sibling from a child’s task keeps the sibling out of the pass', () => {
  const ran: string[] = [];
  const child = createLoop();
  const sibling = createLoop();
  later(() => destroyLoop(sibling), 0, child);
  later(() => ran.push('sibling'), 0, sibling);
  runNow();
  expect(ran).toEqual([]);
});

test('a loop orphaned by its sibling is left out of the pass', () => {
  const ran: string[] = [];
  const parent = createLoop();
  const child = createLoop(parent);
  const sibling = createLoop(parent);
  later(() => destroyLoop(parent), 0, child);
  later(() => ran.push('sibling'), 0, sibling);
  runNow();
  expect(ran).toEqual([]);
  expect(loopEmpty(sibling)).toBe(false);
});

test('withLoop makes a loop current and restores the former, also after a throw', () => {
  const loop = createLoop(null);
  expect(withLoop(loop, () => currentLoop())).toBe(loop);
  expect(() =>
    withLoop(loop, () => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(currentLoop()).toBe(globalLoop());
});

test('a temporary loop is parentless and gone afterwards, also after a throw', () => {
  const ran: string[] = [];
  let inside: EventLoop | undefined;
  const answer = withTempLoop((loop) => {
    inside = loop;
    expect(currentLoop()).toBe(loop);
    later(() => ran.push('ran'));
    runNow();
    later(() => ran.push('discarded'));
    return 42;
  });
  expect(answer).toBe(42);
  expect(ran).toEqual(['ran']);
  expect(inside && existsLoop(inside)).toBe(false);
  expect(() =>
    withTempLoop((loop) => {
      inside = loop;
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(inside && existsLoop(inside)).toBe(false);
  expect(currentLoop()).toBe(globalLoop());
});

test('loopEmpty looks at the loop alone, nextOpSecs also below it', () => {
  const child = createLoop();
  later(() => {}, 3, child);
  expect(loopEmpty()).toBe(true);
  expect(loopEmpty(child)).toBe(false);
  expect(nextOpSecs()).toBe(3);
  later(() => {}, 2);
  expect(nextOpSecs()).toBe(2);
  expect(nextOpSecs(child)).toBe(3);
  fake.host.timeMs += 5000;
  expect(nextOpSecs()).toBe(-3);
  runNow();
  expect(nextOpSecs()).toBe(Number.POSITIVE_INFINITY);
});

test('a loop prints its number, and whether it is destroyed', () => {
  expect(globalLoop().id).toBe(0);
  expect(String(globalLoop())).toBe('<event loop> ID: 0');
  const loop = createLoop(null);
  expect(loop.id).toBeGreaterThan(0);
  expect(createLoop(null).id).toBe(loop.id + 1);
  expect(inspect(loop)).toBe(`<event loop> ID: ${loop.id}`);
  destroyLoop(loop);
  expect(String(loop)).toBe(`<event loop> ID: ${loop.id} (destroyed)`);
});

test.each<[string, (notLoop: never) => unknown]>([
  ['createLoop', (notLoop) => createLoop(notLoop)],
  ['destroyLoop', (notLoop) => destroyLoop(notLoop)],
  ['existsLoop', (notLoop) => existsLoop(notLoop)],
  ['withLoop', (notLoop) => withLoop(notLoop, () => {})],
])('%s refuses what is not a loop', (_name, call) => {
  for (const notLoop of ['global', 0, {}]) {
    expect(() => call(notLoop as never)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  }
});
