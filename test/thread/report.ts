/** Explorations as tests: what they went through is printed, what they found fails with the steps that lead there. */
import { expect } from 'vitest';
import type { Explored, Scenario } from './run.ts';
import { exploreWorld } from './simulated.ts';

/** Explores, prints how much that was, and tells what is wrong with the steps that lead there. */
export function explored(what: string, make: () => Scenario): Explored {
  const began = performance.now();
  const found = exploreWorld(make);
  const ms = Math.round(performance.now() - began);
  const { states, schedules, rests, longest, failure } = found;
  process.stdout.write(
    failure === null
      ? `${what}: ${states} states, ${schedules.toExponential(2)} schedules, ${rests} rests, up to ${longest} steps, ${ms} ms\n`
      : `${what}: found after ${states} states, ${ms} ms: ${failure.message.split('\n')[0]}\n`,
  );
  return found;
}

export function holds(what: string, make: () => Scenario): void {
  const { failure } = explored(what, make);
  if (failure !== null) expect.fail(`${failure.message}\n${failure.steps.join('\n')}`);
}
