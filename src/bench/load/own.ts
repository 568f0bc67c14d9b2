/** Load by programs of this package, each run as a process of its own: of messages, and of requests without `wrk`. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EchoPlan, LoadPlan, LoadResult, LoadTool } from './load.ts';

/** The bundled generator as a load tool. */
export const ownLoad: LoadTool = {
  name: 'bundled generator',
  drive: (plan) => runProgram('generator', plan),
};

/** One stretch of messages that are to be echoed. */
export function driveEcho(plan: EchoPlan): Promise<LoadResult> {
  return runProgram('echo-generator', plan);
}

function runProgram(program: string, plan: LoadPlan): Promise<LoadResult> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(program + extension, import.meta.url));
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
}
