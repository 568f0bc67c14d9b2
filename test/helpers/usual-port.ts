/**
 * The port that static servers take when none is given exists once on a machine, and tests run side by side: whoever looks
 * at it first takes the port below it, which nobody else wants, and waits while another test has that.
 */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.ts';

const USUAL_PORT = 7446;
const TURN_PORT = 7445;
const PAUSE_MS = 50;

/** Waits until no other test has to do with the port. The function that it gives lets the next one. */
export async function ownUsualPort(): Promise<() => Promise<void>> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const release = await listening(TURN_PORT);
    if (release !== null) return release;
    if (Date.now() > until) throw new Error(`port ${TURN_PORT} is taken by a program that is no test`);
    await delay(PAUSE_MS);
  }
}

/** As {@link ownUsualPort}, and nobody can listen on the port meanwhile. */
export async function holdUsualPort(): Promise<() => Promise<void>> {
  const pass = await ownUsualPort();
  // When a program that is no test has it, it is busy all the same.
  const free = await listening(USUAL_PORT);
  return async () => {
    await free?.();
    await pass();
  };
}

/** Takes a port of this machine; null when it is taken. */
function listening(port: number): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port }, () => {
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}
