/** `--page`: serves the page, says where it is and opens it, until a signal ends the command. */
import { access, constants } from 'node:fs/promises';
import { openInBrowser } from '../../server/browse.ts';
import { BenchUsageError } from '../usage.ts';
import { type PageFiles, servePage } from './serve.ts';

/** How the page is served. */
export interface PagePlan extends PageFiles {
  /** 0 takes any free one. */
  readonly port: number;
  readonly isOpened: boolean;
  /** What stands in the form of the page at first, by the names of its fields. */
  readonly form: Readonly<Record<string, string>>;
}

/** Exit status of a program that a signal ended. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Serves the page.
 *
 * @param say Takes lines for the user.
 * @throws BenchUsageError for a file that cannot be read; Error when the port is taken.
 * @returns The exit status, once a signal has come and the server has stopped; 1 when the server ended by itself.
 */
export async function runPage(plan: PagePlan, say: (line: string) => void): Promise<number> {
  const { port, isOpened, form, contenderFiles, inputFiles } = plan;
  await checkReadable('--contender', contenderFiles);
  await checkReadable('--input', inputFiles);
  const signalled = nextSignal();
  const server = await servePage(port, plan).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`Port ${port} is already in use. Choose another one with --port (--port 0 takes any free one).`);
  });
  const words = new URLSearchParams(form).toString();
  const url = `${server.url}/${words === '' ? '' : `?${words}`}`;
  say(`The page that compares parsers is at ${url}`);
  say('Press Ctrl-C to stop it.');
  if (isOpened) openInBrowser(url, say);
  const ended = new Promise<number>((resolve) => server.ended.addEventListener('abort', () => resolve(1)));
  const status = await Promise.race([signalled, ended]);
  await server.stop();
  return status;
}

async function checkReadable(flag: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await access(file, constants.R_OK).catch((error: Error) => {
      throw new BenchUsageError(`${flag}: ${file} cannot be read: ${error.message}`);
    });
  }
}

/** Listens at once, so that whoever has read the address may send a signal. */
function nextSignal(): Promise<number> {
  return new Promise((resolve) => {
    for (const [signal, status] of Object.entries(STATUS)) process.once(signal, () => resolve(status));
  });
}
