/**
 * The part that all comparisons of servers share: one scenario after the other, then the report with goals and with what
 * must be known of the figures. Knows no protocol.
 */
import { comparedRounds, type Goal, type Judged, judge } from './goals.ts';
import { ITSELF } from './load-section.ts';
import { describeMachine, nodeMajor } from './node-machine.ts';
import type { Report, Section } from './report.ts';
import { CONTROL } from './scenario.ts';
import { isUnsteady, summarize } from './statistics.ts';

/** What makes a comparison. */
export interface Comparison<Scenario> {
  readonly bench: Report['bench'];
  readonly scenarios: readonly Scenario[];
  compare(scenario: Scenario): Promise<Section>;
  /** Of the load generator, when one was built. */
  readonly compiler?: string | undefined;
  readonly options: Report['options'];
  readonly goals: readonly Goal[];
  /** The figure behind a measure. */
  readonly figureOf: Readonly<Partial<Record<Goal['measure'], string>>>;
  notes(measured: Measured, sections: readonly Section[]): readonly string[];
}

/** Looks rounds up: what a contender got on a scenario; undefined when it was not measured. */
export type Measured = (on: string, contender: string, figure: string) => readonly number[] | undefined;

/** Runs a comparison of servers. */
export async function compareServers<Scenario>(comparison: Comparison<Scenario>): Promise<Report> {
  const started = new Date();
  // Before the servers make load of their own.
  const machine = describeMachine(comparison.compiler);
  const sections: Section[] = [];
  for (const scenario of comparison.scenarios) sections.push(await comparison.compare(scenario));
  const measured: Measured = (on, contender, figure) =>
    sections.find(({ name }) => name === on)?.rows.find((row) => row.contender === contender)?.figures?.[figure]
      ?.rounds;
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: comparison.bench,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    machine,
    options: comparison.options,
    notes: [...comparison.notes(measured, sections), ...controlNotes(sections), ...mainThreadNote(sections)],
    sections,
    goals: judgeAll(comparison, measured),
  };
}

function judgeAll<Scenario>({ goals, figureOf }: Comparison<Scenario>, measured: Measured): Judged[] {
  return goals.map((goal) => {
    const figure = figureOf[goal.measure] ?? '';
    const compared = comparedRounds(goal, (contender) => measured(goal.on, contender, figure));
    return judge(goal, nodeMajor(), compared === undefined ? undefined : summarize(compared));
  });
}

/** How far equal things differed, and where so far that nothing can be said. */
function controlNotes(sections: readonly Section[]): string[] {
  const controls = sections.flatMap(({ name: on, rows }) => {
    const row = rows.find(({ contender }) => contender === CONTROL);
    const itself = row?.figures?.[ITSELF];
    return row === undefined || itself === undefined ? [] : [{ on, title: row.title, itself }];
  });
  const [first] = controls;
  if (first === undefined) return [];
  const shown = controls.map(
    ({ on, itself: { median, low, high } }) => `${on} ${median.toFixed(2)} (95 % ${low.toFixed(2)}–${high.toFixed(2)})`,
  );
  const unsteady = controls.filter(({ itself }) => isUnsteady(itself)).map(({ on }) => on);
  return [
    `the control is ${first.title}, in a process of its own; ÷ the first one: ${shown.join(', ')}`,
    ...(unsteady.length === 0 ? [] : [`the machine was unsteady on ${unsteady.join(', ')}: do not quote these rows`]),
  ];
}

function mainThreadNote(sections: readonly Section[]): string[] {
  const figures = new Set(sections.flatMap(({ rows }) => rows.flatMap((row) => Object.keys(row.figures ?? {}))));
  if (!figures.has('medianMicros') || [...figures].some((name) => name.startsWith('mainMicros'))) return [];
  return ["the main thread's CPU time can only be read on Linux, from a kernel with scheduler statistics"];
}
