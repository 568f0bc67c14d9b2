/** Waits for what has to become true, however busy the machine is. */
import { expect } from 'vitest';
import { PATIENCE_MS } from './patience.ts';

/** As `expect.poll`, with the patience of all tests. */
export function eventually<T>(look: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: PATIENCE_MS, interval: 5 });
}
