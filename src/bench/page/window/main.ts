/** The window of the page: has workers measure what the form says, and shows what comes. */
import type { Report } from '../../report.ts';
import { find } from './dom.ts';
import { setFormEnabled, showOffer } from './order-form.ts';
import { clearResults, showReport } from './results.ts';
import { Run } from './run.ts';
import { setTaken } from './taking.ts';

const start = find('start', HTMLButtonElement);
const stop = find('stop', HTMLButtonElement);
const bar = find('progress', HTMLProgressElement);
const now = find('now', HTMLElement);
const status = find('status', HTMLElement);

let run: Run | undefined;
let canStart = false;

/** Those who hear the page are told of each input, not of each round. */
function showProgress(line: string, done: number): void {
  bar.value = done;
  now.textContent = line;
  const heard = `Measuring ${line.replace(/:.*/, '')}`;
  if (status.textContent !== heard) status.textContent = heard;
}

function setRunning(isRunning: boolean): void {
  setFormEnabled(canStart && !isRunning);
  start.disabled = isRunning || !canStart;
  stop.disabled = !isRunning;
}

function end(says: string, report: Report | undefined): void {
  const hadFocus = document.activeElement === stop;
  setRunning(false);
  if (hadFocus) start.focus();
  now.textContent = '';
  status.textContent = says;
  if (report !== undefined) showReport(report);
  setTaken(report);
}

stop.addEventListener('click', () => {
  const report = run?.stop();
  end(report === undefined ? 'Stopped before anything was measured.' : 'Stopped. What was measured stays.', report);
});

run = new Run({
  offered(offer) {
    canStart = true;
    showOffer(offer, (order, workers) => {
      clearResults();
      setTaken(undefined);
      setRunning(true);
      // The button that was pressed cannot be pressed any more.
      stop.focus();
      run?.begin(order, workers);
    });
    setRunning(false);
  },
  progress: showProgress,
  grown: showReport,
  finished(report) {
    const { length } = report.sections;
    bar.value = 1;
    run?.end();
    end(`Done: ${length} input${length === 1 ? '' : 's'} in ${Math.round(report.seconds)} seconds.`, report);
  },
  failed: (message) => end(`It could not go on: ${message}`, run?.end()),
});
