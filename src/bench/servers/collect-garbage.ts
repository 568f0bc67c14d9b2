/** Collects garbage on every thread of this process, also on those that listen to nobody. */
import { Session } from 'node:inspector';

/** For how long a thread may take. */
const TIMEOUT_MS = 5_000;

const COLLECT = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' });

/** Twice on this thread: what the first collection finalises is freed by the second. */
export async function collectGarbage(): Promise<void> {
  await collectOnWorkers();
  globalThis.gc?.();
  globalThis.gc?.();
}

/** A worker's memory can only be collected on that worker; the debugger reaches it without the program's help. */
function collectOnWorkers(): Promise<void> {
  return new Promise((resolve) => {
    const session = new Session();
    const waiting = new Set<string>();
    let isTold = false;
    const timer = setTimeout(finish, TIMEOUT_MS);
    function finish(): void {
      clearTimeout(timer);
      session.disconnect();
      resolve();
    }
    const finishIfDone = (): void => {
      if (isTold && waiting.size === 0) finish();
    };
    session.connect();
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
      waiting.add(sessionId);
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message: COLLECT });
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId } }) => {
      waiting.delete(sessionId);
      finishIfDone();
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, () => {
      isTold = true;
      finishIfDone();
    });
  });
}
