/** Thenables whose callbacks are tasks. */
import { expect, test } from 'vitest';
import {
  createLoop,
  deferred,
  destroyLoop,
  globalLoop,
  later,
  loopEmpty,
  runNow,
  type Thenable,
  withLoop,
} from '../../src/later/index.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();

/** Runs everything due, as a blocking service loop would. */
function runAll(): void {
  while (runNow());
}

/** What a thenable comes to, seen without any microtask. */
function outcomeOf(thenable: PromiseLike<unknown>): unknown {
  let outcome: unknown = 'pending';
  thenable.then(
    (value) => {
      outcome = { value };
    },
    (reason) => {
      outcome = { reason };
    },
  );
  runAll();
  return outcome;
}

test('a value reaches callbacks attached before and after, without a microtask', () => {
  const seen: string[] = [];
  const answer = deferred<string>();
  answer.thenable.then((value) => seen.push(`before ${value}`));
  answer.resolve('yes');
  answer.thenable.then((value) => seen.push(`after ${value}`));
  expect(seen).toEqual([]);
  runAll();
  expect(seen).toEqual(['before yes', 'after yes']);
});

test('resolve and then never call back themselves, but as tasks in the order of the queue', () => {
  const seen: string[] = [];
  const answer = deferred();
  later(() => seen.push('task before'));
  answer.resolve(1);
  answer.thenable.then(() => seen.push('callback'));
  later(() => seen.push('task after'));
  runAll();
  expect(seen).toEqual(['task before', 'callback', 'task after']);
});

test('only the first resolve or reject counts', () => {
  const first = deferred();
  first.resolve(1);
  first.resolve(2);
  first.reject(3);
  expect(outcomeOf(first.thenable)).toEqual({ value: 1 });
  const second = deferred();
  second.reject('no');
  second.resolve(2);
  second.reject('again');
  expect(outcomeOf(second.thenable)).toEqual({ reason: 'no' });
});

test('callbacks chain: values, reasons, throws and missing callbacks', () => {
  const start = deferred<number>();
  const doubled = start.thenable.then((n) => n * 2);
  const passed = doubled.then(undefined, () => 'not called').then(null, null);
  const thrown = doubled.then(() => {
    throw new RangeError('in callback');
  });
  const mended = thrown.then(() => 'not called').then(null, (error) => (error as Error).message);
  start.resolve(21);
  expect(outcomeOf(passed)).toEqual({ value: 42 });
  expect(outcomeOf(mended)).toEqual({ value: 'in callback' });
});

test('a callback that returns a thenable is waited for', () => {
  const inner = deferred<string>();
  const start = deferred();
  const result = start.thenable.then(() => inner.thenable);
  start.resolve(0);
  expect(outcomeOf(result)).toBe('pending');
  inner.resolve('inner');
  expect(outcomeOf(result)).toEqual({ value: 'inner' });
});

test('resolving with a thenable follows it, and nothing else counts meanwhile', () => {
  const inner = deferred<number>();
  const outer = deferred<number>();
  outer.resolve(inner.thenable);
  outer.resolve(1);
  outer.reject('ignored');
  expect(outcomeOf(outer.thenable)).toBe('pending');
  inner.reject('inner reason');
  expect(outcomeOf(outer.thenable)).toEqual({ reason: 'inner reason' });
});

test('a foreign thenable is followed once, whatever it does', () => {
  const badThenables: [PromiseLike<unknown>, unknown][] = [
    [
      thenable((ok, fail) => {
        ok(1);
        ok(2);
        fail(3);
      }),
      { value: 1 },
    ],
    [
      thenable((ok, fail) => {
        fail(1);
        ok(2);
      }),
      { reason: 1 },
    ],
    [
      thenable((ok) => {
        ok(1);
        raise('after');
      }),
      { value: 1 },
    ],
    [thenable(() => raise('at once')), { reason: 'at once' }],
    [Object.defineProperty({}, 'then', { get: () => raise('getter') }) as PromiseLike<unknown>, { reason: 'getter' }],
    [
      Object.assign(
        () => {},
        thenable((ok) => ok(7)),
      ),
      { value: 7 },
    ],
  ];
  for (const [bad, outcome] of badThenables) {
    const answer = deferred();
    answer.resolve(bad);
    expect(outcomeOf(answer.thenable)).toEqual(outcome);
  }
});

test('an object whose then is no function is a value', () => {
  const value = JSON.parse('{"then":"later"}') as unknown;
  const answer = deferred();
  answer.resolve(value);
  expect(outcomeOf(answer.thenable)).toEqual({ value });
});

test('resolving a deferred with its own thenable rejects it', () => {
  const answer = deferred();
  answer.resolve(answer.thenable);
  expect(outcomeOf(answer.thenable)).toEqual({ reason: expect.objectContaining({ code: 'HV_BAD_OPTION' }) });
});

test('await and native promises work with it in both directions', async () => {
  const ours = deferred<string>();
  const waiting = (async () => `got ${await ours.thenable}`)();
  await Promise.resolve();
  ours.resolve('ours');
  runAll();
  expect(await waiting).toBe('got ours');
  const theirs = deferred<string>();
  theirs.resolve(Promise.resolve('theirs'));
  expect(outcomeOf(theirs.thenable)).toBe('pending');
  await Promise.resolve();
  expect(outcomeOf(theirs.thenable)).toEqual({ value: 'theirs' });
});

test('a reason nobody asks for is thrown in its turn; one asked for in time is not', () => {
  const lost = deferred();
  lost.reject(new Error('lost'));
  expect(() => runNow()).toThrow('lost');
  const caught = deferred();
  caught.reject(new Error('caught'));
  caught.thenable.then(null, () => {});
  runAll();
  const passedOn = deferred();
  passedOn.thenable.then(() => {});
  passedOn.reject(new Error('passed on'));
  expect(runAll).toThrow('passed on');
});

test('callbacks are tasks of the deferred’s loop, by default the current one', () => {
  const seen: string[] = [];
  const loop = createLoop(null);
  const named = deferred(loop);
  const current = withLoop(loop, () => deferred());
  named.thenable.then(() => seen.push('named'));
  current.thenable.then(() => seen.push('current'));
  named.resolve(1);
  current.resolve(1);
  expect(runNow(0, true, globalLoop())).toBe(false);
  runNow(0, true, loop);
  expect(seen).toEqual(['named', 'current']);
});

test('on a destroyed loop waiting callbacks are discarded, then refuses, and a lost reason still comes out', () => {
  const seen: string[] = [];
  const loop = createLoop(null);
  const answer = deferred(loop);
  const failure = deferred(loop);
  answer.thenable.then(() => seen.push('never'));
  destroyLoop(loop);
  answer.resolve(1);
  expect(loopEmpty()).toBe(true);
  expect(() => answer.thenable.then(() => {})).toThrow(expect.objectContaining({ code: 'HV_LOOP_DESTROYED' }));
  failure.reject(new Error('late'));
  expect(() => runNow()).toThrow('late');
  expect(() => deferred(loop)).toThrow(expect.objectContaining({ code: 'HV_LOOP_DESTROYED' }));
  expect(seen).toEqual([]);
});

test('a callback in a blocking loop answers although no promise can run', () => {
  const seen: string[] = [];
  const answer: { readonly thenable: Thenable<string>; resolve(value: string): void } = deferred<string>();
  later(() => answer.resolve('done'), 0.1);
  answer.thenable.then((value) => seen.push(value));
  Promise.resolve().then(() => seen.push('promise'));
  while (seen.length === 0) runNow(1, false);
  expect(seen).toEqual(['done']);
  expect(fake.host.waits).toEqual([100]);
});

function thenable(
  act: (ok: (value: unknown) => void, fail: (reason: unknown) => void) => unknown,
): PromiseLike<unknown> {
  // biome-ignore lint/suspicious/noThenProperty: a foreign thenable is what is tested.
  return { then: act } as PromiseLike<unknown>;
}

function raise(reason: unknown): never {
  throw reason;
}
