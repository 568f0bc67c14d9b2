/** Whether this thread is serving without its event loop. */
import { appBell } from '../thread/app-bell.ts';

let depth = 0;

/** Whether a `Sync` form of the run loop is on the stack: promises make no progress inside it. */
export function isServingSync(): boolean {
  return depth > 0;
}

/** Calls `body` as a `Sync` form does. */
export function servingSync<T>(body: () => T): T {
  depth++;
  try {
    return appBell.whileListening(body);
  } finally {
    depth--;
  }
}
