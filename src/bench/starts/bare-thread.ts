/** The worker of `bare-worker`: says that it runs. */
import { workerData } from 'node:worker_threads';

const words = workerData as Int32Array; // Its starter gives it this.
Atomics.store(words, 0, 1);
Atomics.notify(words, 0);
