/**
 * The half of a server program that talks to the runner over IPC: tells the port, answers questions about CPU time and
 * memory, and ends the process when the runner is gone, so that nothing is left behind.
 */
import { existsSync } from 'node:fs';
import { collectGarbage } from './collect-garbage.ts';
import type { BlockingQuestion, Question, Word } from './hello.ts';

/** How often a busy thread looks whether it may stop. */
const LOOK_EVERY_MS = 10;

/** Tells the runner where this program listens, and serves its questions from now on. */
export function reportUsage(port: number): void {
  process.on('message', (question: Question) => {
    if (typeof question === 'object') block(question);
    else if (question === 'usage after collecting') void collectGarbage().then(tellUsage);
    else tellUsage();
  });
  process.on('disconnect', () => process.exit(0));
  tell({ port });
}

function tellUsage(): void {
  const { user, system } = process.cpuUsage();
  tell({ cpuMicros: user + system, residentBytes: process.memoryUsage.rss() });
}

/** Computes without returning to the event loop, as a program does that has no time for its server. */
function block({ untilFile, atMostMs }: BlockingQuestion): void {
  tell({ isBlocked: true }, () => {
    const end = performance.now() + atMostMs;
    while (performance.now() < end && !existsSync(untilFile)) compute();
    tell({ isBlocked: false });
  });
}

/** A while in which nothing is asked of the system. */
function compute(): void {
  const end = performance.now() + LOOK_EVERY_MS;
  while (performance.now() < end);
}

/** @param told Runs when the word has left. */
function tell(word: Word, told?: () => void): void {
  process.send?.(word, undefined, undefined, told);
}
