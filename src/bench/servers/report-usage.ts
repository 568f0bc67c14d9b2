/**
 * The half of a server program that talks to the runner over IPC: tells the port, answers questions about CPU time and
 * memory, and ends the process when the runner is gone, so that nothing is left behind.
 */
import { collectGarbage } from './collect-garbage.ts';
import type { Question, Word } from './hello.ts';

/** Tells the runner where this program listens, and serves its questions from now on. */
export function reportUsage(port: number): void {
  process.on('message', (question: Question) => {
    if (question === 'usage after collecting') void collectGarbage().then(tellUsage);
    else tellUsage();
  });
  process.on('disconnect', () => process.exit(0));
  tell({ port });
}

function tellUsage(): void {
  const { user, system } = process.cpuUsage();
  tell({ cpuMicros: user + system, residentBytes: process.memoryUsage.rss() });
}

function tell(word: Word): void {
  process.send?.(word);
}
