/** Load by programs of this package, each run as a process of its own, for machines without `wrk` or a C compiler. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EchoTool } from './echo.ts';
import type { BroadcastPlan, LoadPlan, LoadResult, LoadTool } from './load.ts';

/** The bundled generator as a load tool. */
export const ownLoad: LoadTool = {
  name: 'bundled generator',
  drive: (plan) => runProgram('generator', plan),
};

/** The bundled generator of messages. Its process makes the batch anew. */
export const ownEcho: EchoTool = {
  name: 'bundled generator',
  drive: (plan) => runProgram('echo-generator', plan),
  close: () => {},
};

/** The bundled generator of broadcasts. */
export function ownBroadcast(plan: BroadcastPlan, onOpen: () => Promise<void>): Promise<LoadResult> {
  return runProgram('broadcast-generator', plan, onOpen);
}

function runProgram(program: string, plan: LoadPlan, onOpen = async (): Promise<void> => {}): Promise<LoadResult> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(program + extension, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(path, [JSON.stringify(plan)], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), plan.timeMs + 30_000);
    let result: LoadResult | undefined;
    child.on('message', (message) => {
      if (message === 'open') {
        onOpen().then(() => child.send('go'), reject);
        return;
      }
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
