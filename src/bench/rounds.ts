/**
 * Interleaved rounds: in each round every contender has one turn, so that a machine that becomes slower becomes slower
 * for all of them, and only ratios within one round are compared. Knows nothing of what a turn does.
 */

/** One contender's turn: does its work for a while and says what was measured. */
export interface Turn<Sample> {
  readonly name: string;
  run(): Sample | Promise<Sample>;
}

/** What the rounds measured: one sample a round for each name, in round order. */
export type Samples<Sample> = ReadonlyMap<string, readonly Sample[]>;

/**
 * Runs `count` rounds after some that are discarded (caches, first tier-ups, a CPU that has just woken). Each round
 * begins with another contender, so that none always follows the same neighbour. Nobody rests for longer than a round
 * before what counts: engines clear up where nothing happens for some seconds, and what they leave is no steady state.
 *
 * @param count Rounds that count, 1 or more.
 * @param onRound Told before each round, with what was measured so far; those up to 0 are discarded.
 * @param before Rounds that other processes have made before: the order goes on from there. Default 0.
 * @param discarded Rounds before those that count. Default 1.
 */
export async function rounds<Sample>(
  turns: readonly Turn<Sample>[],
  count: number,
  onRound: (round: number, sofar: Samples<Sample>) => void = () => {},
  before = 0,
  discarded = 1,
): Promise<Samples<Sample>> {
  const samples = new Map<string, Sample[]>(turns.map((turn) => [turn.name, []]));
  for (let round = 1 - discarded; round <= count; round++) {
    // Turns may never wait for anything: whoever calls this off has to be heard.
    await new Promise((resolve) => setTimeout(resolve));
    onRound(round, samples);
    for (let place = 0; place < turns.length; place++) {
      const turn = turns[(before + discarded - 1 + round + place) % turns.length];
      if (turn === undefined) continue;
      const sample = await turn.run();
      if (round > 0) samples.get(turn.name)?.push(sample);
    }
  }
  return samples;
}
