/** Tells what goes on: a line for people, and which part (0…1) of the whole is done. */
export type Progress = (line: string, part: number) => void;

/** What is told before each round of so many that count; those up to 0 are discarded. */
export function roundLine(on: string, round: number, count: number): string {
  return `${on}: ${round < 1 ? 'a round to warm up, discarded' : `round ${round} of ${count}`}`;
}

/** The part of a section that is done before a round, when setting up takes about as long as one. */
export function roundPart(round: number, count: number, discarded = 1): number {
  return (round + discarded) / (count + discarded + 1);
}
