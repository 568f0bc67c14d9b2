/** Pages that list folders: reads a folder without holding up the thread, and only what a request could get as well. */
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { IoAnswer } from '../answer-types.ts';
import { pageFields } from '../static/fields.ts';
import { byName, type ListingEntry, listingPage, MOST_ROWS } from '../static/listing.ts';
import type { Route } from '../static/route.ts';
import { localAnswer } from './answer.ts';
import { answerOf } from './representation.ts';
import { isBelow } from './static-files.ts';

/** Folders that are read at a time. */
const MOST_RUNNING = 8;
/** Whoever comes when so many wait is told to come again. */
const MOST_WAITING = 128;
/** Names of a folder that are read; of more it is left to the system which these are. To sort them takes some 20 ms. */
const MOST_NAMES = 10_000;
/** Of those, files and folders that are looked at, the first by name. One more than are shown tells that there are more. */
const MOST_ENTRIES = MOST_ROWS + 1;

export class FolderPages {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** The answer with the page of a folder, or why there is none; null when too many are being made. */
  make(route: Route): Promise<IoAnswer> | null {
    if (this.#waiting.length >= MOST_WAITING) return null;
    return this.#turn()
      .then(() => this.#make(route))
      .catch(({ code }: NodeJS.ErrnoException) => localAnswer(code === 'EACCES' || code === 'EPERM' ? 403 : 404))
      .finally(() => this.#next());
  }

  #turn(): Promise<void> {
    if (this.#running >= MOST_RUNNING) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#running++;
    return Promise.resolve();
  }

  /** The place goes to whoever has waited longest. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }

  async #make(route: Route): Promise<IoAnswer> {
    const { mount, request } = route;
    const folder = await realpath(route.file);
    if (!isServed(folder, route)) return localAnswer(404);
    const entries: ListingEntry[] = [];
    for (const name of await namesIn(folder, mount.options.dotfiles)) {
      const entry = await entryOf(join(folder, name), name, route).catch(() => null);
      if (entry !== null) entries.push(entry);
      if (entries.length === MOST_ENTRIES) break;
    }
    // The links are relative, so it matters whether there is a slash where the browser is.
    const shown = request.hasSlash && request.path !== '/' ? `${request.path}/` : request.path;
    return answerOf(200, pageFields(mount.options), -1, listingPage(shown, entries, request.query));
  }
}

/** Names in a folder that may be asked for; if there are many, in the order of the page. */
async function namesIn(folder: string, dotfiles: boolean): Promise<string[]> {
  const found: { readonly name: string; readonly isDirectory: boolean }[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 256 })) {
    const { name } = entry;
    // A path with a backslash is the app's.
    if ((!dotfiles && name.startsWith('.')) || name.includes('\\')) continue;
    found.push({ name, isDirectory: entry.isDirectory() });
    if (found.length === MOST_NAMES) break;
  }
  return (found.length > MOST_ROWS ? byName(found) : found).map(({ name }) => name);
}

/** Says whether what lies there belongs to the static path, by a link or not: else it would pass by the checks of its own. */
function isServed(real: string, { file, mount, owns }: Route): boolean {
  if (mount.options.followSymlinks) return true;
  return isBelow(real, mount.path) && (real === file || owns(real));
}

/** What is said of a file or folder; null for what would not be served. */
async function entryOf(path: string, name: string, route: Route): Promise<ListingEntry | null> {
  let stats = await lstat(path);
  if (stats.isSymbolicLink()) {
    if (!isServed(await realpath(path), route)) return null;
    stats = await stat(path);
  }
  if (!stats.isFile() && !stats.isDirectory()) return null;
  return { name, isDirectory: stats.isDirectory(), size: stats.size, mtimeMs: stats.mtimeMs };
}
