/**
 * The part that all comparisons of servers share: one scenario after the other, then the report with goals and with what
 * must be known of the figures. Knows no protocol.
 */
import { comparedRounds, type Goal, type Judged, judge } from './goals.ts';
import { describeMachine, nodeMajor } from './node-machine.ts';
import type { Progress } from './progress.ts';
import type { Report, Section } from './report.ts';
import { controlNotes } from './steadiness.ts';

/** What makes a comparison. */
export interface Comparison<Scenario> {
  readonly bench: Report['bench'];
  readonly scenarios: readonly Scenario[];
  /** @param progress Takes what goes on, and which part of the scenario is done. */
  compare(scenario: Scenario, progress: Progress): Promise<Section>;
  readonly progress?: Progress | undefined;
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
  const { scenarios, progress = () => {} } = comparison;
  for (const [at, scenario] of scenarios.entries()) {
    const told: Progress = (line, part) => progress(line, (at + part) / scenarios.length);
    sections.push(await comparison.compare(scenario, told));
  }
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
    return judge(goal, nodeMajor(), compared);
  });
}

function mainThreadNote(sections: readonly Section[]): string[] {
  const figures = new Set(sections.flatMap(({ rows }) => rows.flatMap((row) => Object.keys(row.figures ?? {}))));
  if (!figures.has('medianMicros') || [...figures].some((name) => name.startsWith('mainMicros'))) return [];
  return ["the main thread's CPU time can only be read on Linux, from a kernel with scheduler statistics"];
}
