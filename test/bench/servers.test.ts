/** The server programs of the comparison from the built package, without load: what they tell, and that they end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type * as All from '../../src/bench/servers/all.ts';
import { wrongAnswer } from '../../src/bench/servers/check-answer.ts';
import { collectGarbage } from '../../src/bench/servers/collect-garbage.ts';
import { hasProc } from '../../src/bench/servers/proc.ts';
import type * as Processes from '../../src/bench/servers/process.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';

const built = (path: string) => new URL(`../../dist/bench/servers/${path}`, import.meta.url).href;
const all = () => import(built('all.js')) as Promise<typeof All>;
const processes = () => import(built('process.js')) as Promise<typeof Processes>;

describe('server programs', () => {
  it.each(['httpuv-inline', 'httpuv-thread', 'httpuv-sync'])(
    '%s answers, tells what it has used, and ends when told',
    async (name) => {
      const contender = (await all()).SERVERS.find((server) => server.name === name);
      if (contender?.missing() !== undefined) {
        expect([name, hasProc()]).toEqual(['httpuv-sync', false]);
        return;
      }
      const server = await contender?.start();
      try {
        expect(await wrongAnswer(server?.port ?? 0, 16)).toBeUndefined();
        const usage = await server?.usage();
        expect(usage?.cpuMicros).toBeGreaterThan(0);
        expect(usage?.residentBytes).toBeGreaterThan(2 ** 20);
        expect(usage?.mainMicros ?? 1).toBeGreaterThan(0);
      } finally {
        await server?.stop();
      }
      expect(() => process.kill(server?.pid ?? 0, 0)).toThrow(/ESRCH/);
    },
  );

  it.skipIf(!hasProc())('the one that never returns to its event loop ends after its starter', async () => {
    const script = `import(${JSON.stringify(built('process.js'))}).then(async ({ startBlockedServer }) => {
        const { port, pid } = await startBlockedServer('httpuv-sync');
        console.log(port, pid);
      });`;
    const starter = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let pid = 0;
    try {
      const [said] = (await once(starter.stdout, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Buffer];
      const [port = 0, server = 0] = said.toString().split(' ').map(Number);
      pid = server;
      expect(await wrongAnswer(port, 1)).toBeUndefined();
      // The server writes to the same pipe, which is closed when it has ended too.
      const ended = once(starter.stderr.resume(), 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
      starter.kill('SIGKILL');
      await ended;
      pid = 0;
      expect(await wrongAnswer(port, 1)).toMatch(/ECONNREFUSED/);
    } finally {
      starter.kill('SIGKILL');
      if (pid !== 0) process.kill(pid, 'SIGKILL');
    }
  });

  it('a program that cannot be started is an error at once', async () => {
    const { startBlockedServer } = await processes();
    await expect(startBlockedServer('no-such-program')).rejects.toThrow('ended with code 1');
  });
});

describe('collecting garbage', () => {
  it('reaches workers', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
      const dropped = new WeakRef({});
      parentPort.on('message', () => parentPort.postMessage(dropped.deref() === undefined));
      parentPort.postMessage('ready');`,
      { eval: true },
    );
    try {
      await once(worker, 'message');
      const isGone = async () => {
        const answer = once(worker, 'message');
        worker.postMessage('is it gone?');
        return (await answer) as [boolean];
      };
      expect(await isGone()).toEqual([false]);
      await collectGarbage();
      expect(await isGone()).toEqual([true]);
    } finally {
      await worker.terminate();
    }
  });
});
