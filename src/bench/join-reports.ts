/**
 * Makes one report of those of several processes that did the same: rounds behind each other, intervals and goals from
 * all of them. What differs from process to process (where code and buffers lie, what was compiled when) is in the result.
 */
import { type Figure, joinFigures } from './figure.ts';
import { type Judged, rejudge } from './goals.ts';
import type { Report, Row, Section } from './report.ts';
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
  return {
    ...section,
    rows: section.rows.map((row) =>
      joinRows(
        row,
        all.flatMap(({ rows }) => rows.find(({ contender }) => contender === row.contender) ?? []),
      ),
    ),
  };
}

function joinRows(row: Row, all: readonly Row[]): Row {
  const untimed = all.find(({ status }) => status !== 'timed');
  if (untimed !== undefined) return untimed;
  const names = Object.keys(row.figures ?? {});
  const joined = names.flatMap((name): [string, Figure][] => {
    const figure = joinFigures(all.flatMap(({ figures }) => figures?.[name] ?? []));
    return figure === undefined ? [] : [[name, figure]];
  });
  return { ...row, figures: Object.fromEntries(joined) };
}

function joinGoals(judged: Judged, all: readonly Judged[]): Judged {
  return rejudge(judged, joinFigures(all.flatMap(({ got }) => got ?? [])));
}
