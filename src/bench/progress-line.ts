/** Progress for whoever watches: one line that is written over in a terminal, elsewhere (a log) a line now and then. */
import type { Output } from './command.ts';
import { timeText } from './expected-time.ts';
import type { Progress } from './progress.ts';

const CLEAR_LINE = '\r\u001b[K';
/** What has been done so far says nothing of the rest before this. */
const ENOUGH_MS = 3000;
/** Between two lines of a log. */
const LOG_GAP_MS = 30_000;
/** What is over sooner than this needs no words in a log. */
const LONG_S = 20;

/** Shows what goes on until it is cleared. */
export interface Shown {
  readonly show: Progress;
  readonly clear: () => void;
}

/** @param expectedSeconds What the run will take, roughly; a log begins with it. Default: nobody knows. */
export function progressLine(
  { err, isTerminal, columns = 80 }: Pick<Output, 'err' | 'isTerminal' | 'columns'>,
  expectedSeconds: number = 0,
  now: () => number = () => performance.now(),
): Shown {
  const begun = now();
  const left = (part: number): string => timeLeft(now() - begun, part);
  return isTerminal ? overwritten(err, columns, left) : logged(err, expectedSeconds, left, now);
}

function overwritten(err: Output['err'], columns: number, left: (part: number) => string): Shown {
  let isShown = false;
  return {
    show(line, part) {
      const rest = left(part);
      const room = Math.max(columns - 1 - rest.length, 10);
      err(`${CLEAR_LINE}${line.length > room ? `${line.slice(0, room - 1)}…` : line}${rest}`);
      isShown = true;
    },
    clear() {
      if (isShown) err(CLEAR_LINE);
      isShown = false;
    },
  };
}

function logged(err: Output['err'], expected: number, left: (part: number) => string, now: () => number): Shown {
  let told = 0;
  let isFirst = true;
  return {
    show(line, part) {
      // With the first word, which comes when the options have turned out to be right.
      if (isFirst) {
        isFirst = false;
        told = now();
        if (expected >= LONG_S) err(`this takes about ${timeText(expected)}\n`);
      }
      if (now() - told < LOG_GAP_MS) return;
      told = now();
      err(`${line}${left(part)}\n`);
    },
    clear() {},
  };
}

/** What is left at the pace so far, as words behind the line. */
function timeLeft(spentMs: number, part: number): string {
  if (spentMs < ENOUGH_MS || part <= 0 || part > 1) return '';
  return `, ${timeText(((spentMs / part) * (1 - part)) / 1000)} left`;
}
