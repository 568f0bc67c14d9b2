/** Pages that list folders: reads a folder without holding up the thread, and only what a request could get as well. */
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pageFields } from '../static/fields.ts';
import { type ListingEntry, listingPage } from '../static/listing.ts';
import type { RequestPath } from '../static/path.ts';
import type { Mount } from '../static/table.ts';
import type { IoAnswer } from '../types.ts';
import { localAnswer } from './answer.ts';
import { answerOf } from './representation.ts';
import { isBelow } from './static-files.ts';

/** Folders that are read at a time. */
const MOST_RUNNING = 8;
/** Names of a folder that are looked at: a page with more is of no use. */
const MOST_ENTRIES = 10_001;

export class FolderPages {
  #running = 0;

  /** The answer with the page of a folder, or why there is none; null when too many are being made. */
  make(path: string, mount: Mount, request: RequestPath): Promise<IoAnswer> | null {
    if (this.#running >= MOST_RUNNING) return null;
    this.#running++;
    return this.#make(path, mount, request)
      .catch(() => localAnswer(404))
      .finally(() => {
        this.#running--;
      });
  }

  async #make(path: string, mount: Mount, request: RequestPath): Promise<IoAnswer> {
    const { dotfiles, followSymlinks } = mount.options;
    const root = followSymlinks ? '' : mount.path;
    if (root !== '' && !isBelow(await realpath(path), root)) return localAnswer(404);
    const entries: ListingEntry[] = [];
    for await (const { name } of await opendir(path)) {
      if (!dotfiles && name.startsWith('.')) continue;
      const entry = await entryOf(join(path, name), name, root).catch(() => null);
      if (entry !== null) entries.push(entry);
      if (entries.length === MOST_ENTRIES) break;
    }
    // The links are relative, so it matters whether there is a slash where the browser is.
    const shown = request.hasSlash && request.path !== '/' ? `${request.path}/` : request.path;
    return answerOf(200, pageFields(mount.options), -1, listingPage(shown, entries, request.query));
  }
}

/** What is said of a file or folder; null for what would not be served. */
async function entryOf(path: string, name: string, root: string): Promise<ListingEntry | null> {
  let stats = await lstat(path);
  if (stats.isSymbolicLink()) {
    if (root !== '' && !isBelow(await realpath(path), root)) return null;
    stats = await stat(path);
  }
  if (!stats.isFile() && !stats.isDirectory()) return null;
  return { name, isDirectory: stats.isDirectory(), size: stats.size, mtimeMs: stats.mtimeMs };
}
