/** Holds many idle connections to a server from a process of its own, so that only the server's memory is measured. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What is held. */
export interface HoldPlan {
  readonly port: number;
  readonly connections: number;
  /** A WebSocket is opened on each connection. */
  readonly isWebSocket: boolean;
}

/** Connections that stay open until `release`. */
export interface Held {
  release(): Promise<void>;
}

const OPEN_TIMEOUT_MS = 60_000;

/** Opens connections and returns when all of them are open. */
export function holdConnections(plan: HoldPlan): Promise<Held> {
  const { connections } = plan;
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(`hold${extension}`, import.meta.url));
  const child = fork(path, [JSON.stringify(plan)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const release = () => {
    child.kill('SIGKILL');
    return ended;
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`opening ${connections} connections took too long`), OPEN_TIMEOUT_MS);
    function fail(why: string): void {
      clearTimeout(timer);
      release().then(() => reject(new Error(why)));
    }
    child.once('message', (message) => {
      // The program is of this package and says how many connections there are.
      const { failed } = message as { failed: number };
      if (failed > 0)
        return fail(`${failed} of ${connections} connections failed: is the limit of open files too low?`);
      clearTimeout(timer);
      resolve({ release });
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => fail('the program that holds connections ended early'));
  });
}
