/**
 * Serves the page that compares parsers in a browser: its files, and the built modules as they are, by this package's own
 * server. For this machine alone.
 */
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { excludeStaticPath, type StaticPath, startServer, staticPath, type WebServer } from '../../index.ts';
import { FOUND_AT, foundApp } from './found.ts';
import { HEADERS } from './headers.ts';
import type { OwnFile } from './own-files.ts';

/** What is served. */
export interface PageFiles {
  /** Modules with parsers of the user's own. Their folders are served, because they may import what lies beside them. */
  readonly contenderFiles: readonly string[];
  /** Files with whole requests, or responses. */
  readonly inputFiles: readonly string[];
}

/** Beside the sources and what is built of them, seen from `src/` and `dist/` alike. */
const inPackage = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A page of some other site that has its name point here must not reach the server. */
const NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Serves the page until the returned server is stopped.
 *
 * @param port 0 takes any free one.
 * @throws Error with Node's `code` (`EADDRINUSE`, …) when the port cannot be listened on; what `staticPath` throws for files
 *   that are not there.
 */
export function servePage(port: number, { contenderFiles, inputFiles }: PageFiles): Promise<WebServer> {
  const contenders = contenderFiles.map((file, at) => ownFile('contender', file, at));
  const inputs = inputFiles.map((file, at) => ownFile('input', file, at));
  const staticPaths: Record<string, string | StaticPath> = {
    '/': inPackage('src/bench/page'),
    '/dist': inPackage('dist'),
    '/src/wasm': inPackage('src/wasm'),
    '/method.md': staticPath(inPackage('src/bench/method.md'), {
      headers: { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
    }),
    [FOUND_AT]: excludeStaticPath(),
  };
  for (const [at, file] of contenderFiles.entries()) staticPaths[`/contender/${at}`] = dirname(resolve(file));
  for (const [at, { path }] of inputs.entries()) staticPaths[`/${path}`] = resolve(inputFiles[at] ?? '');
  const app = {
    staticPaths,
    staticPathOptions: { headers: HEADERS, cacheControl: 'no-cache' },
    call: foundApp({ contenders, inputs }),
  };
  return startServer('127.0.0.1', port, app, { allowedHosts: NAMES });
}

function ownFile(kind: 'contender' | 'input', file: string, at: number): OwnFile {
  const name = basename(file);
  return { name, path: `${kind}/${at}${kind === 'input' ? '' : `/${encodeURIComponent(name)}`}` };
}
