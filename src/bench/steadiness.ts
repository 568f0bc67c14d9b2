/** How far equal things differed in a run: what the second self of a contender came to, and what must be said of that. */
import type { Section } from './report.ts';
import { isUnsteady, type Summary } from './statistics.ts';

/** A contender that takes part twice: its second self, which should come out at 1. */
export const CONTROL = 'control';

/** Name of a figure: the control divided by what it is a second one of, where that is not the reference. */
export const ITSELF = 'itself';

/** What the control of a section came to; undefined where it did not take part. */
export function controlOf({ rows }: Section): Summary | undefined {
  const figures = rows.find(({ contender }) => contender === CONTROL)?.figures;
  const found = figures?.[ITSELF] ?? figures?.['speed'];
  return found !== undefined && Number.isFinite(found.median) ? found : undefined;
}

/** What the controls say, as sentences. */
export function controlNotes(sections: readonly Section[]): string[] {
  const controls = sections.flatMap((section) => {
    const title = section.rows.find(({ contender }) => contender === CONTROL)?.title ?? '';
    const found = controlOf(section);
    return found === undefined ? [] : [{ on: section.name, title, found }];
  });
  const [first] = controls;
  if (first === undefined) return [];
  const shown = controls.map(
    ({ on, found: { median, low, high } }) => `${on} ${median.toFixed(2)} (95 % ${low.toFixed(2)}–${high.toFixed(2)})`,
  );
  const unsteady = controls.filter(({ found }) => isUnsteady(found)).map(({ on }) => on);
  return [
    `the control is ${first.title}, and shows how far equal things differ here: ${shown.join(', ')}`,
    ...(unsteady.length === 0 ? [] : [`the machine was unsteady on ${unsteady.join(', ')}: do not quote these rows`]),
  ];
}
