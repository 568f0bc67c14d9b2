/** The real clock, event loop and wait, of this host and of poorer ones. */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { host, soonOn } from '../../src/later/host.ts';
import { globalLoop, later, runNow } from '../../src/later/index.ts';
import { post, setWaiter } from '../../src/later/internal.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';

const entry = JSON.stringify(new URL('../../dist/later/index.js', import.meta.url).href);

/** Runs a program that has imported the built entry as `L`; gives what it wrote. */
function program(body: string): { status: number | null; stdout: string; stderr: string } {
  const args = ['--input-type=module', '-e', `import * as L from ${entry}; ${body}`];
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: PATIENCE_MS });
}

afterEach(() => {
  setWaiter(null);
  vi.restoreAllMocks();
});

test('waiting blocks the thread for about as long as asked', () => {
  const start = performance.now();
  expect(runNow(0.05)).toBe(false);
  expect(performance.now() - start).toBeGreaterThanOrEqual(49);
});

test('a delayed task ends the wait when it is due', () => {
  const start = performance.now();
  later(() => {}, 0.03);
  expect(runNow(20)).toBe(true);
  const took = performance.now() - start;
  expect(took).toBeGreaterThanOrEqual(29);
  expect(took).toBeLessThan(10_000);
});

test('waiting for ever for nothing throws instead of hanging', () => {
  const refusal = expect.objectContaining({ code: 'HV_CANNOT_WAIT', message: expect.stringContaining('for ever') });
  expect(() => runNow(-1)).toThrow(refusal);
  const cancel = later(() => {}, Number.POSITIVE_INFINITY);
  expect(() => runNow(Number.POSITIVE_INFINITY)).toThrow(refusal);
  cancel();
});

test('where the thread may not be blocked, only a call that would have to wait throws', () => {
  vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    throw new TypeError('Atomics.wait cannot be called in this context');
  });
  later(() => {});
  expect(runNow(5)).toBe(true);
  expect(runNow()).toBe(false);
  expect(() => runNow(5)).toThrow(expect.objectContaining({ code: 'HV_CANNOT_WAIT' }));
});

test('another thread ends the wait through a shared word', async () => {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const ran: string[] = [];
  setWaiter({
    wait: (ms) => void Atomics.wait(word, 0, 0, ms),
    drain: () => {
      if (Atomics.exchange(word, 0, 0) === 1) post(globalLoop(), () => ran.push('from the thread'));
    },
  });
  const worker = new Worker(
    `const { workerData } = require('node:worker_threads');
     Atomics.store(workerData, 0, 1);
     Atomics.notify(workerData, 0);`,
    { eval: true, workerData: word },
  );
  expect(runNow(20)).toBe(true);
  expect(ran).toEqual(['from the thread']);
  await worker.terminate();
});

test('on this host tasks run by themselves, in order, and timers of the host go on meanwhile', async () => {
  const ran: string[] = [];
  await new Promise<void>((done) => {
    later(() => {
      ran.push('last');
      done();
    }, 0.02);
    later(() => ran.push('first'));
    setTimeout(() => ran.push('timer'), 1);
  });
  expect(ran).toEqual(['first', 'timer', 'last']);
});

test('a program ends when nothing waits any more, and a task that never comes due does not hold it', () => {
  const result = program(`
    L.later(() => {}, Infinity);
    const cancel = L.later(() => console.log('cancelled'), 3600);
    L.later(() => { console.log('ran'); cancel(); }, 0.01);`);
  expect(result).toMatchObject({ status: 0, stdout: 'ran\n' });
});

test('on the event loop a throw is an uncaught exception, and the other tasks still run', () => {
  const result = program(`
    process.on('uncaughtException', (error) => console.log('uncaught ' + error.message));
    L.later(() => { throw new Error('task'); });
    L.later(() => console.log('next'));`);
  expect(result).toMatchObject({ status: 0, stdout: 'uncaught task\nnext\n' });
  const fatal = program(`L.later(() => { throw new Error('fatal task'); });`);
  expect(fatal.status).toBe(1);
  expect(fatal.stderr).toContain('fatal task');
});

test('the entry loads no module of Node, and its sources import none', () => {
  const room = fileURLToPath(new URL('../../src/later', import.meta.url));
  const imports = execFileSync('sh', ['-c', `cat "${room}"/*.ts`], { encoding: 'utf8' }).match(/from '[^']+'/g) ?? [];
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((line) => !/from '\.\/[a-z]+\.ts'|from '\.\.\/errors\.ts'/.test(line))).toEqual([]);
});

test('without setImmediate a message channel wakes the queue, in order', async () => {
  const soon = soonOn({ MessageChannel, setTimeout });
  const ran: number[] = [];
  await new Promise<void>((done) => {
    soon(() => ran.push(1));
    soon(() => {
      ran.push(2);
      done();
    });
    expect(ran).toEqual([]);
  });
  expect(ran).toEqual([1, 2]);
});

test('with neither, a timer does', async () => {
  const delays: number[] = [];
  const soon = soonOn({
    setTimeout: (call, ms) => {
      delays.push(ms);
      return setTimeout(call, ms);
    },
  });
  await new Promise<void>((done) => soon(done));
  expect(delays).toEqual([0]);
});

test('a delay longer than timers can hold is waited for in steps', () => {
  const delays: unknown[] = [];
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((_call: () => void, ms: number) => {
    delays.push(ms);
    return 0;
  }) as unknown as typeof setTimeout);
  host.after(1e300, () => {});
  host.after(0.25, () => {});
  expect(delays).toEqual([0x7fffffff, 1]);
});
