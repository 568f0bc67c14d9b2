/** Load by a program of this package, for machines without `wrk`. It runs as a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadResult, LoadTool } from './load.ts';

/** The bundled generator as a load tool. */
export const ownLoad: LoadTool = {
  name: 'bundled generator',
  drive(plan) {
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const path = fileURLToPath(new URL(`generator${extension}`, import.meta.url));
    return new Promise((resolve, reject) => {
      const child = fork(path, [JSON.stringify(plan)], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const timer = setTimeout(() => child.kill('SIGKILL'), plan.timeMs + 15_000);
      let result: LoadResult | undefined;
      child.on('message', (message) => {
        // The program is of this package and sends nothing else.
        result = message as LoadResult;
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        if (result === undefined) reject(new Error(`the load generator ended early (${signal ?? code})`));
        else resolve(result);
      });
    });
  },
};
