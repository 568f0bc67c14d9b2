/** What an `AbortSignal` ends: one listener for each wait, which is gone with the wait. */
import { callerError } from '../errors.ts';

/** Checks the option `signal` of a call. @throws HttpuvError `HV_BAD_OPTION`. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined | null {
  if (signal === undefined || signal === null || signal instanceof AbortSignal) return;
  throw callerError('HV_BAD_OPTION', 'signal must be an AbortSignal');
}

/** Calls back once when a signal aborts; at once when it has. Returns how to stop listening. */
export function onAbort(signal: AbortSignal | null | undefined, call: () => void): () => void {
  if (signal === null || signal === undefined) return () => {};
  if (signal.aborted) {
    call();
    return () => {};
  }
  signal.addEventListener('abort', call, { once: true });
  return () => signal.removeEventListener('abort', call);
}

/**
 * Waits for some work, but no longer than until a signal aborts: then it rejects with the signal's reason.
 * @param undo Gets what the work brings, when nobody waits for it any more.
 */
export function unlessAborted<T>(
  signal: AbortSignal | null | undefined,
  work: Promise<T>,
  undo: (value: T) => void = () => {},
): Promise<T> {
  if (signal === null || signal === undefined) return work;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const forget = onAbort(signal, () => {
      isOver = true;
      reject(signal.reason);
    });
    work.then(
      (value) => {
        forget();
        if (isOver) undo(value);
        else resolve(value);
      },
      (error) => {
        forget();
        reject(error);
      },
    );
  });
}
