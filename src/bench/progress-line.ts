/** Progress on one line of a terminal, with the time that is left. Anything but a terminal gets nothing. */
import type { Output } from './command.ts';
import type { Progress } from './progress.ts';

const CLEAR_LINE = '\r\u001b[K';
/** What has been done so far says nothing of the rest before this. */
const ENOUGH_MS = 3000;

/** Shows what goes on until it is cleared. */
export function progressLine(
  { err, isTerminal, columns = 80 }: Pick<Output, 'err' | 'isTerminal' | 'columns'>,
  now: () => number = () => performance.now(),
): { readonly show: Progress; readonly clear: () => void } {
  if (!isTerminal) return { show: () => {}, clear: () => {} };
  const begun = now();
  let isShown = false;
  return {
    show(line, part) {
      const left = timeLeft(now() - begun, part);
      const room = Math.max(columns - 1 - left.length, 10);
      err(`${CLEAR_LINE}${line.length > room ? `${line.slice(0, room - 1)}…` : line}${left}`);
      isShown = true;
    },
    clear() {
      if (isShown) err(CLEAR_LINE);
      isShown = false;
    },
  };
}

/** What is left at the pace so far, as words behind the line. */
function timeLeft(spentMs: number, part: number): string {
  if (spentMs < ENOUGH_MS || part <= 0 || part > 1) return '';
  const seconds = Math.ceil(((spentMs / part) * (1 - part)) / 1000);
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`;
}
