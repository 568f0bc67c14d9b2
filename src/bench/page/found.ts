/**
 * What the page asks its server for beside files: what the user has of his own, and packages that need not be installed and
 * that browsers cannot load as they are. Of packages only those of a list are given away.
 */
import { readFileSync } from 'node:fs';
import type { AppRequest, AppResponse } from '../../index.ts';
import { nodePackages, pathOfOptional } from '../optional.ts';
import { manifestOf } from '../package-version.ts';
import { HEADERS } from './headers.ts';
import { OWN_FILES_AT, type OwnFiles } from './own-files.ts';

/** What the page asks for stands below this path; of a package, what `require` would take. */
export const FOUND_AT = '/found/';

const LLHTTP = 'undici/lib/llhttp/llhttp_simd-wasm.js';
const LLHTTP_METHODS = 'undici/lib/llhttp/constants.js';
const MILO = '@perseveranza-pets/milo/index-with-wasm.js';

/** What portable contenders take from other packages, by how it is sent. */
const PACKAGES: Readonly<Record<string, () => AppResponse | undefined>> = {
  [LLHTTP]: () => bytes(LLHTTP),
  [LLHTTP_METHODS]: () => methods(LLHTTP_METHODS),
  [MILO]: () => asModule(MILO),
  ...Object.fromEntries(
    ['undici', '@perseveranza-pets/milo'].map(manifestOf).map((path) => [path, () => version(path)]),
  ),
};

/** Answers requests below that path; without content where a package is not installed. */
export function foundApp(own: OwnFiles): (req: AppRequest) => AppResponse {
  return (req) => {
    if (req.path === `/${OWN_FILES_AT}`) return answer('application/json', JSON.stringify(own));
    const request = req.path.slice(FOUND_AT.length);
    const give = Object.hasOwn(PACKAGES, request) ? PACKAGES[request] : undefined;
    if (give === undefined) return { ...answer('text/plain', 'Nothing is here.\n'), status: 404 };
    return give() ?? { status: 204, headers: HEADERS };
  };
}

function answer(type: string, body: string | Uint8Array): AppResponse {
  return { status: 200, headers: { ...HEADERS, 'Content-Type': type }, body };
}

function bytes(request: string): AppResponse | undefined {
  const found = nodePackages.find(request);
  return found instanceof Uint8Array ? answer('application/octet-stream', found) : undefined;
}

function methods(request: string): AppResponse | undefined {
  const { METHODS } = (nodePackages.find(request) ?? {}) as { readonly METHODS?: unknown };
  return METHODS === undefined ? undefined : answer('application/json', JSON.stringify({ METHODS }));
}

function version(request: string): AppResponse | undefined {
  const { version: told } = (nodePackages.find(request) ?? {}) as { readonly version?: unknown };
  return told === undefined ? undefined : answer('application/json', JSON.stringify({ version: told }));
}

/** A CommonJS file that requires nothing, as a module for browsers. */
function asModule(request: string): AppResponse | undefined {
  const path = pathOfOptional(request);
  if (path === undefined) return undefined;
  const text = readFileSync(path, 'utf8');
  const body = `const module = { exports: {} };\nconst { exports } = module;\n${text}\nexport default module.exports;\n`;
  return answer('text/javascript; charset=utf-8', body);
}
