/** What may be collected, and when a loop goes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  type CancelFunction,
  createLoop,
  currentLoop,
  destroyLoop,
  type EventLoop,
  existsLoop,
  later,
  loopEmpty,
  nextOpSecs,
  runNow,
  withLoop,
} from '../../src/later/index.ts';
import { anyCore, Core, globalCore, handleOf } from '../../src/later/loop.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects, and lets what is to be done after a collection be done, until `isDone` or for some rounds. */
async function collectUntil(isDone: () => boolean): Promise<boolean> {
  for (let round = 0; round < 30 && !isDone(); round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  await new Promise((resolve) => setImmediate(resolve));
  return isDone();
}

const isGone = (ref: WeakRef<object>) => () => ref.deref() === undefined;

/** A function that nothing but what is given to `hold` refers to. */
function watched(hold: (fn: () => void) => void): WeakRef<object> {
  const big = { size: 1 };
  const fn = (): void => void big.size;
  hold(fn);
  return new WeakRef(fn);
}

test.each([0, 10])(
  'a cancelled callback with delay %d can be collected though its canceller is held',
  async (delay) => {
    const cancels: CancelFunction[] = [later(() => {}, delay)];
    const ref = watched((fn) => cancels.push(later(fn, delay)));
    cancels.push(later(() => {}, delay));
    expect(cancels[1]?.()).toBe(true);
    expect(await collectUntil(isGone(ref))).toBe(true);
    for (const cancel of cancels) cancel();
  },
);

test('a callback that has run can be collected though its canceller is held', async () => {
  let cancel: CancelFunction | undefined;
  const ref = watched((fn) => {
    cancel = later(fn);
  });
  runNow();
  expect(await collectUntil(isGone(ref))).toBe(true);
  expect(cancel?.()).toBe(false);
});

test('a waiting callback is not collected', async () => {
  const ref = watched((fn) => later(fn, 10));
  expect(await collectUntil(isGone(ref))).toBe(false);
});

test('a parentless loop nobody holds goes at once with its tasks, even if they mention it and cancellers are held', async () => {
  const refs: WeakRef<object>[] = [];
  const cancels: CancelFunction[] = [];
  (() => {
    const loop = createLoop(null);
    const fn = (): void => void later(fn, 1, loop);
    cancels.push(later(fn, 1, loop));
    refs.push(new WeakRef(loop), new WeakRef(fn));
  })();
  expect(await collectUntil(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);
  expect(cancels[0]?.()).toBe(false);
});

test('the child of a collected parentless loop becomes parentless and lives on', async () => {
  let child: EventLoop | undefined;
  const ref = (() => {
    const parent = createLoop(null);
    child = createLoop(parent);
    return new WeakRef(parent);
  })();
  let ran = 0;
  later(() => ran++, 0, child);
  const held = child as EventLoop;
  expect(await collectUntil(() => ref.deref() === undefined && anyCore(held).parent === null)).toBe(true);
  expect(existsLoop(held)).toBe(true);
  runNow(0, true, held);
  expect(ran).toBe(1);
});

test('a loop with a parent that nobody holds lives until its tasks have run, then goes', async () => {
  const before = globalCore.children.size;
  let seen: EventLoop | undefined;
  const ref = (() => {
    const loop = createLoop();
    later(
      () => {
        seen = currentLoop();
      },
      5,
      loop,
    );
    return new WeakRef(loop);
  })();
  expect(await collectUntil(isGone(ref))).toBe(true);
  expect(globalCore.children.size).toBe(before + 1);
  expect(nextOpSecs()).toBe(5);
  fake.host.timeMs += 5000;
  runNow();
  // While its task ran the loop had a handle again, by which it can be held.
  expect(seen && existsLoop(seen)).toBe(true);
  expect(globalCore.children.size).toBe(before + 1);
  const again = new WeakRef(seen as EventLoop);
  seen = undefined;
  expect(await collectUntil(() => isGone(again)() && globalCore.children.size === before)).toBe(true);
});

test('an empty loop with a parent goes when nobody holds it, a middle one only after the loops below it', async () => {
  const before = globalCore.children.size;
  let inner: EventLoop | undefined = withLoop(createLoop(), () => createLoop());
  let ran = 0;
  later(() => ran++, 0, inner);
  expect(await collectUntil(() => globalCore.children.size === before)).toBe(false);
  runNow();
  expect(ran).toBe(1);
  expect(loopEmpty(inner)).toBe(true);
  inner = undefined;
  expect(await collectUntil(() => globalCore.children.size === before)).toBe(true);
});

test('a loop nobody holds goes when its last task is cancelled', async () => {
  const before = globalCore.children.size;
  let cancel: CancelFunction | undefined;
  const ref = (() => {
    const loop = createLoop();
    cancel = later(() => {}, 5, loop);
    return new WeakRef(loop);
  })();
  expect(await collectUntil(isGone(ref))).toBe(true);
  expect(cancel?.()).toBe(true);
  expect(globalCore.children.size).toBe(before);
});

test('a loop whose task is running is not dropped by a nested run, though nobody holds it', async () => {
  const refused: unknown[] = [];
  let nested = 0;
  let ran = 0;
  const ref = (() => {
    const loop = createLoop();
    later(
      () => {
        runNow();
        try {
          later(() => ran++);
        } catch (error) {
          refused.push(error);
        }
      },
      5,
      loop,
    );
    later(() => nested++, 5, loop);
    return new WeakRef(loop);
  })();
  expect(await collectUntil(isGone(ref))).toBe(true);
  fake.host.timeMs += 5000;
  runNow();
  runNow();
  expect(refused).toEqual([]);
  expect([nested, ran]).toEqual([1, 1]);
});

test('a loop that got a new handle before the loss of the old one was noticed stays', async () => {
  const core = new Core(null);
  const ref = (() => new WeakRef(handleOf(core)))();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(ref.deref()).toBe(undefined);
  const again = handleOf(core);
  await collectUntil(() => core.isDestroyed);
  expect(existsLoop(again)).toBe(true);
});

test('orphans nobody holds go with their parent', async () => {
  const parent = createLoop();
  const ref = (() => {
    const child = createLoop(parent);
    later(() => {}, 5, child);
    return new WeakRef(child);
  })();
  expect(await collectUntil(isGone(ref))).toBe(true);
  const child = [...anyCore(parent).children][0];
  destroyLoop(parent);
  expect(child?.isDestroyed).toBe(true);
  expect(nextOpSecs()).toBe(Number.POSITIVE_INFINITY);
});
