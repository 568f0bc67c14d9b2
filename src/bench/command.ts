/** The command line of the comparisons: options in, text and files out. Measures nothing itself. */
import { cac } from 'cac';
import { addComparisons, COMPARISON_NAMES, EXIT_STATUS, type Plan, timeSection } from './command-options.ts';
import { checkFiles, deliver, readBaseline } from './deliver.ts';
import { tidyWhenEnded } from './ending.ts';
import { expectedSeconds } from './expected-time.ts';
import { exposeGc } from './expose-gc.ts';
import { wrapHelp } from './help.ts';
import { runPage } from './page/run.ts';
import { runInProcesses } from './processes.ts';
import { progressLine } from './progress-line.ts';
import { BenchUsageError } from './usage.ts';

/** Where text goes; a terminal gets progress on one line that is written over, anything else a line now and then. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal; default 80. */
  readonly columns?: number;
}

/** How the command is called, for help and for the command that repeats a run. */
export type Program = 'httpuv bench' | 'npm run bench --';

/**
 * Runs the command. Help goes to standard output.
 *
 * @param words Those behind the program's name.
 * @returns The exit status: 0; 1 it could not be done, or a contender was wrong; 2 the words are wrong; 3 something
 *   became slower than the baseline allows; 4 the baseline could not be judged.
 */
export async function benchCommand(
  words: readonly string[],
  output: Output,
  program: Program = 'httpuv bench',
): Promise<number> {
  const { columns = 80 } = output;
  const plans: Plan[] = [];
  const cli = cac(program);
  cli.usage(`${COMPARISON_NAMES.join('|')} [options]`);
  addComparisons(cli, program, (plan) => plans.push(plan));
  cli.help((sections) => wrapHelp([...sections, ...timeSection(cli.matchedCommandName), ...EXIT_STATUS], columns));
  try {
    // It would be taken for the number 0.
    const empty = words.findIndex((word) => word === '' || /^--[\w-]+=$/.test(word));
    if (empty >= 0) throw new BenchUsageError(`${emptyOption(words, empty)} has an empty value`);
    const { options } = cli.parse(['node', 'bench', ...words]);
    if (options['help'] === true) return 0;
    const [plan] = plans;
    if (plan === undefined) throw new BenchUsageError(unknownComparison(words[0]));
    const command = [program === 'httpuv bench' ? `npx ${program}` : program, ...words.map(shellWord)].join(' ');
    return await run(plan, command, output);
  } catch (error) {
    const isUsage = error instanceof BenchUsageError || (error instanceof Error && error.name === 'CACError');
    output.err(`${error instanceof Error ? error.message : String(error)}\n`);
    if (isUsage) output.err(`Try: ${program} --help\n`);
    return isUsage ? 2 : 1;
  }
}

async function run({ job, processes, files, baseline, page }: Plan, command: string, output: Output): Promise<number> {
  if (page !== undefined) return runPage(page, (line) => output.out(`${line}\n`));
  await checkFiles(files);
  const earlier = baseline === undefined ? undefined : await readBaseline(baseline.file, job.comparison);
  exposeGc();
  const { show, clear } = progressLine(output, expectedSeconds(job, processes));
  // A parser of one's own that never returns would keep this process from hearing of a signal that it listens for.
  const isDeaf = job.comparison === 'parser' && Math.min(job.options.rounds, processes) === 1;
  const tidy = isDeaf ? () => {} : tidyWhenEnded();
  try {
    const report = await runInProcesses(job, processes, show);
    clear();
    return await deliver(
      { ...report, command },
      files,
      earlier && { earlier, limit: baseline?.limit ?? 0 },
      output.out,
    );
  } finally {
    clear();
    tidy();
  }
}

function unknownComparison(word: string | undefined): string {
  const names = COMPARISON_NAMES.join(', ').replace(/, (\w+)$/, ' or $1');
  return word === undefined ? `say what to compare: ${names}` : `"${word}" is not a comparison: ${names}`;
}

/** What the word at this place belongs to. */
function emptyOption(words: readonly string[], at: number): string {
  return (words[at] || words[at - 1] || 'a word').replace(/=$/, '');
}

/** A word as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
