/** Hands out what a run found: text on standard output, files in other forms, and the verdict on an earlier run. */
import { access, constants, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { judgeAgainst } from './baseline.ts';
import { reportHtml } from './render/html.ts';
import { reportMarkdown } from './render/markdown.ts';
import { reportSvg } from './render/svg.ts';
import { type Report, reportText } from './report.ts';
import { BenchUsageError } from './usage.ts';

/** Names of the files to write. */
export type Files = Readonly<Partial<Record<FileForm, string>>>;

/** The forms that files can have. */
export type FileForm = 'json' | 'markdown' | 'svg' | 'html';

const WRITERS: Readonly<Record<FileForm, (report: Report) => string>> = {
  json: (report) => `${JSON.stringify(report, null, 1)}\n`,
  markdown: reportMarkdown,
  svg: (report) => reportSvg(report),
  html: reportHtml,
};

/** Exit statuses of a run that was done. */
const STATUS = { kept: 0, slower: 3, refused: 4 } as const;

/** Complains of files that cannot be written, before anything takes minutes. */
export async function checkFiles(files: Files): Promise<void> {
  for (const [form, file] of Object.entries(files)) {
    const folder = await stat(dirname(file)).catch(() => undefined);
    if (folder?.isDirectory() !== true) throw new BenchUsageError(`--${form}: there is no folder for ${file}`);
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory() === true) throw new BenchUsageError(`--${form}: ${file} is a folder`);
    await access(there === undefined ? dirname(file) : file, constants.W_OK).catch((error: Error) => {
      throw new BenchUsageError(`--${form}: ${file} cannot be written: ${error.message}`);
    });
  }
}

/** Reads what an earlier run has written with `--json`. */
export async function readBaseline(file: string, comparison: Report['bench']): Promise<Report> {
  let report: Report;
  try {
    report = JSON.parse(await readFile(file, 'utf8')) as Report;
  } catch (error) {
    throw new BenchUsageError(`--baseline: ${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (!isReport(report)) throw new BenchUsageError(`--baseline: ${file} is not what --json writes`);
  if (report.bench !== comparison)
    throw new BenchUsageError(`--baseline: ${file} is of the comparison "${report.bench}", not "${comparison}"`);
  return report;
}

/** Whether all is there that a judgement looks at: it comes when the run is over, and must not fail then. */
function isReport(given: unknown): given is Report {
  const { tool, format, machine, options, sections } = (given ?? {}) as Partial<Record<keyof Report, unknown>>;
  return (
    tool === 'httpuv-bench' &&
    format === 1 &&
    isObject(machine) &&
    isObject(options) &&
    Array.isArray(sections) &&
    sections.every((section) => isObject(section) && Array.isArray(section['rows']) && section['rows'].every(isRow))
  );
}

function isRow(row: unknown): boolean {
  if (!isObject(row)) return false;
  const { figures = {} } = row;
  return isObject(figures) && Object.values(figures).every(isObject);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Writes everything. A file that cannot be written keeps nothing else from being written.
 *
 * @returns The exit status.
 * @throws Error with all that could not be written.
 */
export async function deliver(
  found: Report,
  files: Files,
  against: { readonly earlier: Report; readonly limit: number } | undefined,
  out: (text: string) => void,
): Promise<number> {
  const baseline = against && judgeAgainst(against.earlier, found, against.limit);
  const report = baseline === undefined ? found : { ...found, baseline };
  out(reportText(report));
  const failures: string[] = [];
  for (const [form, write] of Object.entries(WRITERS)) {
    const file = files[form as FileForm];
    if (file === undefined) continue;
    await writeFile(file, write(report)).catch((error: Error) => {
      failures.push(`--${form}: ${file} cannot be written: ${error.message}`);
    });
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
  const isWrong = report.sections.some(({ rows }) => rows.some(({ status }) => status === 'wrong'));
  return isWrong ? 1 : STATUS[baseline?.verdict ?? 'kept'];
}
