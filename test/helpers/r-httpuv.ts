/** Starts R's httpuv on a free port with the judge's app, and ends it by its own handle. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { missing, needs } from './needs.ts';
import { PATIENCE_MS } from './patience.ts';

const APT = 'r-base-core r-cran-httpuv r-cran-later';

/** True when R is installed and can load httpuv and later; for `describe.skipIf(!…)`. */
export function hasRHttpuv(): boolean {
  if (!needs('Rscript', APT)) return false;
  const load = spawnSync('Rscript', ['--vanilla', '-e', 'library(httpuv); library(later)'], { stdio: 'ignore' });
  return load.status === 0 || missing(`R cannot load httpuv and later: install ${APT} to run these tests`);
}

export interface RServer {
  readonly port: number;
  /** What `packageVersion("httpuv")` says. */
  readonly version: string;
  stop(): Promise<void>;
}

/** Starts the app of `test/oracle/app.R`; resolves when it listens. */
export async function startR(): Promise<RServer> {
  const script = fileURLToPath(new URL('../oracle/app.R', import.meta.url));
  const child = spawn('Rscript', ['--vanilla', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  let said = '';
  let complained = '';
  child.stderr.on('data', (bytes) => {
    complained += String(bytes);
  });
  try {
    const [port, version] = await new Promise<[number, string]>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`R said no port within ${PATIENCE_MS} ms: ${said}${complained}`)),
        PATIENCE_MS,
      );
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      child.once('error', (error) => settle(() => reject(error)));
      child.once('exit', (code) => settle(() => reject(new Error(`R ended with ${code}: ${complained}`))));
      child.stdout.on('data', (bytes) => {
        said += String(bytes);
        const line = /^LISTENING (\d+) (\S+)\n/m.exec(said);
        if (line !== null) settle(() => resolve([Number(line[1]), line[2] ?? '']));
      });
    });
    return { port, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
