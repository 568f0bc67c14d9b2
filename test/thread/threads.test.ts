/** Bell and rings between two real threads, in every combination of ways to wait. */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { CONTROL, makeAppWords, makeShared } from '../../src/thread/control.ts';

const PROGRAM = new URL('./ring-end.mjs', import.meta.url);
/** Records each way in one combination; two millions in all of them. */
const COUNT = 200_000;
/** Small, so that the rings are full most of the time. */
const RING_BYTES = 2048;
/** The other thread's state: the app's word lies in a block of its own, but here one block is enough. */
const SECOND_STATE = CONTROL.MAIL;

type Waits = 'loop' | 'blocked' | 'mixed';

test.each<[Waits, Waits]>([
  ['loop', 'loop'],
  ['blocked', 'loop'],
  ['blocked', 'blocked'],
  ['mixed', 'loop'],
  ['mixed', 'mixed'],
])('two threads send each other records: one waits %s, the other %s', async (...waits) => {
  const { control, events, commands } = makeShared(makeAppWords(), RING_BYTES, RING_BYTES);
  const { port1, port2 } = new MessageChannel();
  const side = (first: boolean): Worker => {
    const port = first ? port1 : port2;
    return new Worker(PROGRAM, {
      workerData: {
        control,
        port,
        count: COUNT,
        waits: waits[first ? 0 : 1],
        mine: first ? SECOND_STATE : CONTROL.IO_STATE,
        theirs: first ? CONTROL.IO_STATE : SECOND_STATE,
        inbox: first ? events : commands,
        outbox: first ? commands : events,
        inAt: first ? CONTROL.EVENTS : CONTROL.COMMANDS,
        outAt: first ? CONTROL.COMMANDS : CONTROL.EVENTS,
      },
      transferList: [port],
    });
  };
  const workers = [side(true), side(false)];
  try {
    // A worker that throws rejects this.
    const results = await Promise.all(workers.map((worker) => once(worker, 'message')));
    for (const [result] of results) expect((result as { received: number }).received).toBe(COUNT);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});
