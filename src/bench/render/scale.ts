/** Where a value stands on an axis. A scale begins at zero, or is logarithmic when the values are too far apart for that. */

/** From values to shares of the axis (0…1), with the ticks to label. */
export interface Scale {
  readonly isLog: boolean;
  /** Where bars begin: 0 on a linear scale, 1 on a logarithmic one. */
  readonly base: number;
  readonly ticks: readonly number[];
  /** The place of a value, held inside the axis. */
  at(value: number): number;
  /** Whether the axis is too short for it. */
  isOutside(value: number): boolean;
}

/** What one bar shows. */
export interface Span {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** From here on the smallest bar of a linear scale would hardly be seen. */
const LOG_FROM = 40;
/** An interval that reaches further than this beyond all medians is not drawn to its end, so that the bars remain readable. */
const REACH = 2.5;

/**
 * The scale for these bars.
 *
 * @param isRatio Ratios always show 1, and only they may be on a logarithmic scale.
 */
export function scaleFor(spans: readonly Span[], isRatio: boolean): Scale {
  const medians = spans.map(({ median }) => median).filter((value) => value > 0 && Number.isFinite(value));
  const most = Math.max(...medians, isRatio ? 1 : 0, Number.MIN_VALUE);
  const highest = Math.max(...spans.map(({ high }) => high).filter((high) => high <= most * REACH), most);
  if (!isRatio || most / Math.min(...medians, 1) < LOG_FROM) return linear(highest);
  const least = Math.min(...medians, 1);
  return logarithmic(Math.min(...spans.map(({ low }) => low).filter((low) => low >= least / REACH), least), highest);
}

function linear(highest: number): Scale {
  const step = niceStep(highest / 5);
  const end = Math.max(highest * 1.02, step);
  const ticks: number[] = [];
  for (let at = 0; at * step <= end; at++) ticks.push(round(at * step));
  return {
    isLog: false,
    base: 0,
    ticks,
    at: (value) => inside(value / end),
    isOutside: (value) => value > end || value < 0,
  };
}

function logarithmic(lowest: number, highest: number): Scale {
  const low = Math.log(lowest * 0.9);
  const high = Math.log(highest * 1.05);
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(lowest)) - 1; 10 ** power <= highest * 1.05; power++) {
    for (const step of [1, 2, 5]) ticks.push(round(step * 10 ** power));
  }
  return {
    isLog: true,
    base: 1,
    ticks: ticks.filter((tick) => Math.log(tick) >= low && Math.log(tick) <= high),
    at: (value) => inside((Math.log(Math.max(value, Number.MIN_VALUE)) - low) / (high - low)),
    isOutside: (value) => value <= 0 || Math.log(value) > high || Math.log(value) < low,
  };
}

/** The next larger of 1, 2 and 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((step) => step * power >= least * (1 - 1e-9)) ?? 10);
}

function round(value: number): number {
  return Number(value.toPrecision(12));
}

function inside(share: number): number {
  return Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0;
}
