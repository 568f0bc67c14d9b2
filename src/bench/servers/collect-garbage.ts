/**
 * Collects garbage on every thread of this process, also on those that listen to nobody: the memory of a worker can only
 * be collected on that worker, and the debugger reaches it without the program's help. The main thread is collected in
 * the same way, because this way frees more than `gc()` does.
 */
import { Session } from 'node:inspector';

/** For how long the threads may take. */
const TIMEOUT_MS = 5_000;

const COLLECT = 'HeapProfiler.collectGarbage';

/** Twice: what the first collection finalises is freed by the second. */
export async function collectGarbage(): Promise<void> {
  await collectOnce();
  await collectOnce();
}

function collectOnce(): Promise<void> {
  return new Promise((resolve, reject) => {
    const session = new Session();
    const workers = new Set<string>();
    let open = 2;
    // It also keeps the session from being collected itself.
    const timer = setTimeout(() => finish(() => reject(new Error('a thread did not collect its garbage'))), TIMEOUT_MS);
    function finish(settle: () => void): void {
      clearTimeout(timer);
      // Not from inside of an answer, where the session is still in use and no promise is looked at.
      setImmediate(() => {
        session.disconnect();
        settle();
      });
    }
    const finishIfDone = (): void => {
      if (open === 0 && workers.size === 0) finish(resolve);
    };
    const told = (): void => {
      open--;
      finishIfDone();
    };
    session.connect();
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
      workers.add(sessionId);
      session.post('NodeWorker.sendMessageToWorker', {
        sessionId,
        message: JSON.stringify({ id: 1, method: COLLECT }),
      });
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId } }) => {
      workers.delete(sessionId);
      finishIfDone();
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, told);
    session.post(COLLECT, told);
  });
}
