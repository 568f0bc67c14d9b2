/** Takes a report out of the page: as a file with all that was measured, or as Markdown for a pull request. */
import { reportMarkdown } from '../../render/markdown.ts';
import type { Report } from '../../report.ts';
import { find, make } from './dom.ts';

const said = find('taken', HTMLElement);
const buttons = [find('download', HTMLButtonElement), find('copy', HTMLButtonElement)] as const;

let report: Report | undefined;

/** What the buttons take; undefined while there is nothing. */
export function setTaken(next: Report | undefined): void {
  report = next;
  said.textContent = '';
  for (const button of buttons) button.disabled = next === undefined;
}

buttons[0].addEventListener('click', () => {
  if (report === undefined) return;
  const name = `httpuv-bench-${report.started.slice(0, 19).replace(/\D/g, '')}.json`;
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(report, null, 1)}\n`], { type: 'application/json' }));
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  said.textContent = `Saved as ${name}.`;
});

buttons[1].addEventListener('click', () => {
  if (report === undefined) return;
  navigator.clipboard.writeText(reportMarkdown(report)).then(
    () => {
      said.textContent = 'Copied as Markdown.';
    },
    (error: unknown) => {
      said.textContent = `The browser did not let it be copied: ${error instanceof Error ? error.message : error}`;
    },
  );
});
