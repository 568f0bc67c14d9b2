/**
 * Makes one report of those of several processes that did the same: rounds behind each other, intervals and goals from
 * all of them. What differs from process to process (where code and buffers lie, what was compiled when) is in the result.
 */
import { type Figure, joinFigures } from './figure.ts';
import { type Judged, rejudge } from './goals.ts';
import type { Report, Row, Section } from './report.ts';
import { median, processSpread } from './statistics.ts';
import { controlNotes } from './steadiness.ts';

/** Joins reports of the same comparison. A row that one process did not time is not timed. */
export function joinReports(reports: readonly [Report, ...Report[]]): Report {
  const [first] = reports;
  if (reports.length === 1) return first;
  const sections = first.sections.map((section, at) =>
    joinSections(
      section,
      reports.flatMap((report) => report.sections[at] ?? []),
    ),
  );
  const ofFirst = controlNotes(first.sections);
  return {
    ...first,
    seconds: reports.reduce((sum, { seconds }) => sum + seconds, 0),
    sections,
    notes: [...first.notes.filter((note) => !ofFirst.includes(note)), ...controlNotes(sections)],
    goals: first.goals.map((goal, at) =>
      joinGoals(
        goal,
        reports.flatMap((report) => report.goals[at] ?? []),
      ),
    ),
  };
}

function joinSections(section: Section, all: readonly Section[]): Section {
  const rows = section.rows.map(({ contender }) =>
    all.flatMap((each) => each.rows.find((row) => row.contender === contender) ?? []),
  );
  return { ...section, rows: rows.flatMap((same) => joinRows(same, (figure) => usualSpread(rows, figure)) ?? []) };
}

/**
 * How much processes differ in a figure of the middle row of a section. A few processes may agree by chance, so none of
 * its rows is taken for steadier than that.
 */
function usualSpread(rows: readonly (readonly Row[])[], figure: string): number {
  const spreads = rows.map((same) => processSpread(same.map((row) => row.figures?.[figure]?.rounds ?? [])));
  const differing = spreads.filter((spread) => spread > 0);
  return differing.length === 0 ? 0 : median(differing);
}

/** @param all The row of each process. */
function joinRows(all: readonly Row[], leastSpread: (figure: string) => number): Row | undefined {
  const untimed = all.find(({ status }) => status !== 'timed');
  const [row] = all;
  if (untimed !== undefined || row === undefined) return untimed;
  const joined = Object.keys(row.figures ?? {}).flatMap((name): [string, Figure][] => {
    const figure = joinFigures(
      all.flatMap(({ figures }) => figures?.[name] ?? []),
      leastSpread(name),
    );
    return figure === undefined ? [] : [[name, figure]];
  });
  return { ...row, figures: Object.fromEntries(joined) };
}

function joinGoals(judged: Judged, all: readonly Judged[]): Judged {
  return rejudge(judged, joinFigures(all.flatMap(({ got }) => got ?? [])));
}
