/** How a command that serves ends: by Ctrl-C or SIGTERM, soon, whatever its connections do. */
import type { WebServer } from '../index.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
/** How long a signal may take to end the process, should a connection not let go. */
const STOP_WITHIN_MS = 500;

/**
 * Ends the server, when it has been started, and then the process as soon as a signal comes.
 *
 * @param last Runs right before the end of the process.
 */
export function stopOnSignal(running: () => WebServer | undefined, last: () => void = () => {}): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      const end = (): never => {
        last();
        process.exit(code);
      };
      setTimeout(end, STOP_WITHIN_MS);
      Promise.resolve(running()?.stop()).then(end, end);
    });
  }
}
