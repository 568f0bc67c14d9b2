/** One process of a comparison: takes a job over IPC, runs it, tells its progress and what it found. */
import { exposeGc } from './expose-gc.ts';
import type { Job } from './job.ts';
import type { Word } from './processes.ts';
import { runJob } from './run-job.ts';
import { BenchUsageError } from './usage.ts';

/** `then` runs when the word has been handed over. */
function say(word: Word, then: () => void = () => {}): void {
  process.send?.(word, then);
}

process.once('message', (message) => {
  exposeGc();
  // Both ends are of this package.
  runJob(message as Job, (line, part) => say({ line, part })).then(
    (report) => say({ report }, end),
    (error: unknown) =>
      say(
        {
          error: error instanceof Error ? error.message : String(error),
          isUsage: error instanceof BenchUsageError,
        },
        end,
      ),
  );
});

function end(): void {
  process.disconnect();
}

// Whoever started this has heard all, or is gone.
process.once('disconnect', () => process.exit());
