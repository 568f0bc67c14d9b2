/**
 * Medians and their uncertainty. Knows numbers only: nothing of clocks, parsers or servers. Nothing here assumes a
 * normal distribution, because timings on a shared machine have a long tail on one side.
 */

/** What a list of measurements comes to. `low` and `high` bound the median with about 95 % confidence. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** First and third quartile: half of the measurements lie between them. */
  readonly q1: number;
  readonly q3: number;
  readonly low: number;
  readonly high: number;
}

/** The value below which the share `p` (0…1) of the ascending list lies, interpolated between neighbours. */
export function quantile(ascending: readonly number[], p: number): number {
  const last = ascending.length - 1;
  if (last < 0) return Number.NaN;
  const place = Math.min(Math.max(p, 0), 1) * last;
  const below = Math.floor(place);
  const low = ascending[below] ?? Number.NaN;
  const high = ascending[Math.min(below + 1, last)] ?? Number.NaN;
  return low + (high - low) * (place - below);
}

/** The middle of a list. */
export function median(values: readonly number[]): number {
  return quantile(ascending(values), 0.5);
}

/**
 * How many of the smallest (and of the largest) of `count` measurements may be left out so that the median still lies
 * between the remaining ends with at least 95 % probability. Each measurement falls below the true median with
 * probability one half, so the number below it is binomial; -1 when even all of them together do not reach 95 %.
 */
export function trimFor95(count: number): number {
  let tail = 0;
  let chance = 0.5 ** count;
  for (let below = 0; below <= count / 2; below++) {
    tail += chance;
    if (2 * tail > 0.05) return below - 1;
    chance = (chance * (count - below)) / (below + 1);
  }
  return Math.floor((count - 1) / 2);
}

/** Median, quartiles and the 95 % interval of the median. Below six measurements the interval is their whole range. */
export function summarize(values: readonly number[]): Summary {
  const sorted = ascending(values);
  const trim = Math.max(trimFor95(sorted.length), 0);
  return {
    count: sorted.length,
    median: quantile(sorted, 0.5),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    low: sorted[trim] ?? Number.NaN,
    high: sorted[sorted.length - 1 - trim] ?? Number.NaN,
  };
}

/**
 * The same for measurements that several processes have made. The interval is where the median of a second run of as many
 * processes is expected with 95 %: as much as the processes of this run differ, theirs will.
 *
 * @param leastSpread What {@link processSpread} is at least taken for, unless it is 0: what similar measurements of the same
 *   processes came to. That they say it, too, counts as one process more.
 */
export function summarizeProcesses(processes: readonly (readonly number[])[], leastSpread = 0): Summary {
  const all = summarize(processes.flat());
  const count = processes.filter(({ length }) => length > 0).length;
  const spread = processSpread(processes);
  // Where a process got 0, there is no scale on which they could differ.
  if (count < 2 || !Number.isFinite(spread)) return all;
  const taken = spread === 0 ? 0 : Math.max(spread, leastSpread);
  const freedom = leastSpread > 0 ? count : count - 1;
  const reach = Math.exp(studentT(freedom) * taken * Math.sqrt(2 / count));
  return { ...all, low: all.median / reach, high: all.median * reach };
}

/** How much processes differ: standard deviation of the logarithms of their medians. NaN for less than two. */
export function processSpread(processes: readonly (readonly number[])[]): number {
  const logs = processes.filter(({ length }) => length > 0).map((values) => Math.log(median(values)));
  const mean = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (logs.length - 1));
}

/** Whether the ratios of something to itself stray so far from 1 that others of the same rounds say nothing. */
export function isUnsteady({ low, high, q1, q3 }: Summary): boolean {
  return low > 1.05 || high < 0.95 || q3 - q1 > 0.15;
}

/** `above[i] / below[i]` for every round that both have: what two contenders made of the same moment. */
export function ratios(above: readonly number[], below: readonly number[]): number[] {
  return pairwise(above, below, (one, other) => one / other);
}

/** `above[i] - below[i]` for every round that both have. */
export function differences(above: readonly number[], below: readonly number[]): number[] {
  return pairwise(above, below, (one, other) => one - other);
}

function pairwise(
  above: readonly number[],
  below: readonly number[],
  compare: (one: number, other: number) => number,
): number[] {
  const out: number[] = [];
  for (let round = 0; round < Math.min(above.length, below.length); round++) {
    out.push(compare(above[round] ?? Number.NaN, below[round] ?? Number.NaN));
  }
  return out;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** 97.5 % quantiles of Student's t, by degrees of freedom from 1 on; beyond the list they are a little smaller. */
const STUDENT_T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
];

function studentT(freedom: number): number {
  return STUDENT_T[Math.min(freedom, STUDENT_T.length) - 1] ?? Number.NaN;
}
