/** Asynchronous context (AsyncLocalStorage) and tasks. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { scopeCapture } from '../../src/later/context.ts';
import { deferred, globalLoop, later, runNow } from '../../src/later/index.ts';
import { onDrained, post, setHost, setWaiter } from '../../src/later/internal.ts';
import { useFakeHost } from './fake-host.ts';

const fake = useFakeHost();
const storage = new AsyncLocalStorage<string>();

test('the context of later() follows the task, on the event loop as in runNow', () => {
  const seen: (string | undefined)[] = [];
  storage.run('one', () => later(() => seen.push(storage.getStore())));
  later(() => seen.push(storage.getStore()));
  storage.run('two', () => later(() => seen.push(storage.getStore()), 1));
  storage.run('runner', () => runNow());
  fake.host.pass(1000);
  expect(seen).toEqual(['one', undefined, 'two']);
});

test('it follows into what the task queues in turn', () => {
  const seen: (string | undefined)[] = [];
  storage.run('request', () => later(() => later(() => seen.push(storage.getStore()))));
  runNow();
  runNow();
  expect(seen).toEqual(['request']);
});

test('a posted task sees neither the context of who posted it, nor of who runs it, nor of the task before it', () => {
  const seen: (string | undefined)[] = [];
  storage.run('other request', () => {
    later(() => {});
    post(globalLoop(), () => seen.push(storage.getStore()));
    runNow();
  });
  expect(seen).toEqual([undefined]);
});

test('the real event loop runs posted tasks outside the context that happened to wake the queue', async () => {
  setHost(null);
  setWaiter(null);
  const seen = await new Promise<unknown[]>((done) => {
    const all: unknown[] = [];
    storage.run('waker', () => {
      later(() => all.push(storage.getStore()));
      post(globalLoop(), () => all.push(storage.getStore()));
      later(() => {
        all.push(storage.getStore());
        done(all);
      }, 0.005);
    });
  });
  expect(seen).toEqual(['waker', undefined, 'waker']);
});

test('the callback of a thenable runs in the context of its then', () => {
  const seen: (string | undefined)[] = [];
  const answer = deferred<number>();
  storage.run('asker', () => answer.thenable.then(() => seen.push(storage.getStore())));
  storage.run('answerer', () => answer.resolve(1));
  runNow();
  expect(seen).toEqual(['asker']);
});

test('the timer of a delayed task does not hold the context of who asked for it', () => {
  const seen: unknown[] = [];
  const { after } = fake.host;
  fake.host.after = (ms, wake) => {
    seen.push(storage.getStore());
    return after.call(fake.host, ms, wake);
  };
  const cancel = storage.run('asker', () => later(() => {}, 5));
  cancel();
  expect(seen).toEqual([undefined]);
});

test('a context is restored after a task that throws', () => {
  storage.run('task', () =>
    later(() => {
      throw new Error('task');
    }),
  );
  storage.run('caller', () => {
    expect(() => runNow()).toThrow('task');
    expect(storage.getStore()).toBe('caller');
  });
});

test('drained listeners are called outside the contexts of the tasks', () => {
  const seen: (string | undefined)[] = [];
  const stop = onDrained(() => seen.push(storage.getStore()));
  storage.run('task', () => later(() => {}));
  fake.host.turn();
  stop();
  expect(seen).toEqual([undefined]);
});

test.each([
  ['without process', {}],
  ['with a process that has no getBuiltinModule', { process: {} }],
  ['whose getBuiltinModule knows no async_hooks', { process: { getBuiltinModule: () => undefined } }],
])('on a host %s there is no context to capture', (_name, globals) => {
  expect(scopeCapture(globals)()).toBe(null);
});
