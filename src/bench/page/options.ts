/** `--page` and what belongs to it on the command line. */
import type { JobOptions } from '../job.ts';
import { BenchUsageError, type Given, whole } from '../usage.ts';
import type { PagePlan } from './run.ts';

/** The options, with what they mean. */
export const PAGE_OPTIONS: readonly (readonly [name: string, meaning: string])[] = [
  ['--page', 'Compare in a browser instead: serves a page with the parsers that can run there'],
  ['--port <n>', 'With --page: port to listen on, on this machine alone (default: any free one)'],
  ['--no-open', 'With --page: do not open the address in the browser'],
];

/** What the page hands out by itself, or what a browser cannot do. */
const NOT_WITH_PAGE = ['json', 'markdown', 'svg', 'html', 'baseline', 'failAbove'] as const;

/**
 * The page as the options ask for it; undefined without `--page`.
 *
 * @throws BenchUsageError for a port out of range, and for options that do not go together.
 */
export function pagePlan(given: Given, options: JobOptions, processes: number): PagePlan | undefined {
  const { page, port, open } = given;
  const { rounds, timeMs, warmUpCalls, filter, reference, contenderFiles, inputFiles } = options;
  if (page !== true) {
    const stray = port !== undefined ? '--port' : open === false ? '--no-open' : undefined;
    if (stray === undefined) return undefined;
    throw new BenchUsageError(`${stray} says how the page is served: give --page as well`);
  }
  const other = NOT_WITH_PAGE.find((name) => given[name] !== undefined);
  if (other !== undefined) {
    const flag = `--${other.replace('A', '-a')}`;
    throw new BenchUsageError(`${flag} does not go with --page: the page hands out what it found by itself`);
  }
  return {
    port: port === undefined ? 0 : whole('--port', port, 0, 65_535),
    isOpened: open !== false,
    contenderFiles,
    inputFiles,
    form: {
      rounds: String(rounds),
      time: String(timeMs),
      warmup: String(warmUpCalls),
      workers: String(processes),
      ...(filter.length === 0 ? {} : { filter: filter.join(',') }),
      ...(reference === undefined ? {} : { reference }),
    },
  };
}
