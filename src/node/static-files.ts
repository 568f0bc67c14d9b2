/**
 * Files as they are now: looked up, proven to lie where they seem to, and small ones kept. One `stat` a request tells
 * whether what is kept is still what is on the disk. It knows nothing of HTTP but the statuses of what fails.
 */
import { closeSync, fstatSync, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, sep } from 'node:path';
import type { Coding } from '../static/coding.ts';
import { typeOf } from '../static/mime.ts';
import { fill, type OpenFile, openWithoutWaiting } from './files.ts';
import { Representation } from './representation.ts';
import { BoundedCache } from './static-cache.ts';

/** Files up to this size are read at once, and kept. */
export const SMALL_FILE_BYTES = 131_072;
const CACHE_BYTES = 33_554_432;
const CACHE_FILES = 4_096;

/** A file that was changed so shortly ago (ms) may be changed again without its times telling it: it is not kept. */
const UNSETTLED_MS = 100;
/** How often a file is read that changes while it is read. */
const ATTEMPTS = 3;

/** A status for what cannot be served; that it is a folder; or that it is one and its slash is to be asked for. */
export type Failure = 403 | 404 | 500 | 503 | 'folder' | 'redirect';

const STATUS_OF: Readonly<Record<string, Failure>> = {
  EACCES: 403,
  EPERM: 403,
  ENOENT: 404,
  ENOTDIR: 404,
  ENAMETOOLONG: 404,
  ELOOP: 404,
  EINVAL: 404,
  ENXIO: 404,
  EMFILE: 503,
  ENFILE: 503,
};

/** One file in one state. */
export class StaticFile {
  readonly path: string;
  /** The same without symbolic links. */
  readonly real: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly #ctimeMs: number;
  readonly #inode: number;
  readonly #device: number;
  /** All of it, when it is small. */
  readonly bytes: Uint8Array | null;
  /** As it is sent: as itself, or in place of another file of which it is the compressed form. */
  readonly plain: Representation;
  #coded: Representation | null = null;

  constructor(path: string, real: string, stats: Stats, bytes: Uint8Array | null) {
    this.path = path;
    this.real = real;
    this.size = stats.size;
    this.mtimeMs = stats.mtimeMs;
    this.#ctimeMs = stats.ctimeMs;
    this.#inode = stats.ino;
    this.#device = stats.dev;
    this.bytes = bytes;
    this.plain = new Representation(typeOf(basename(path)), null, stats.size, stats.mtimeMs, bytes);
  }

  /** The same for one who asked for a file of this type. */
  coded(type: string, coding: Coding): Representation {
    if (this.#coded?.type !== type) this.#coded = new Representation(type, coding, this.size, this.mtimeMs, this.bytes);
    return this.#coded;
  }

  /** Names this state as exactly as the system tells it: size and time alone may be those of another one. */
  get state(): string {
    return `${this.#device}-${this.#inode}-${this.#ctimeMs}-${this.mtimeMs}-${this.size}`;
  }

  /** Says whether what is open still is in this state. */
  isAt(fd: number): boolean {
    return this.isLike(fstatSync(fd));
  }

  /** Says whether this is the state that `stats` tell of. Renaming a file changes its ctime. */
  isLike(stats: Stats): boolean {
    return (
      this.mtimeMs === stats.mtimeMs &&
      this.size === stats.size &&
      this.#inode === stats.ino &&
      this.#ctimeMs === stats.ctimeMs &&
      this.#device === stats.dev
    );
  }
}

/** Says whether a path is the root or lies below it; `/root-evil` does not lie below `/root`. */
export function isBelow(path: string, root: string): boolean {
  return path.startsWith(root) && (path.length === root.length || path[root.length] === sep);
}

export class StaticFiles {
  readonly #cache = new BoundedCache<StaticFile>(CACHE_BYTES, CACHE_FILES);
  /** The error behind the last failure with status 500. */
  cause: unknown;

  /** The file of this path as it is now. @param root What it has to lie below, links resolved; empty: anywhere. */
  find(path: string, root: string): StaticFile | Failure {
    const file = this.#now(path);
    return typeof file !== 'object' || root === '' || isBelow(file.real, root) ? file : 404;
  }

  /** Opens a file in the state that is known; null when it has another one by now. The caller closes it. */
  open(file: StaticFile): OpenFile | Failure | null {
    let fd = -1;
    try {
      fd = openWithoutWaiting(file.path);
      if (file.isLike(fstatSync(fd))) return { fd, size: file.size, mtimeMs: file.mtimeMs };
    } catch (error) {
      if (fd < 0) return this.#failure(error);
    }
    closeSync(fd);
    return null;
  }

  #now(path: string): StaticFile | Failure {
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return 404;
      const kept = this.#cache.get(path);
      if (kept?.isLike(stats)) return kept;
      if (stats.isDirectory()) return 'folder';
      // Devices are not even opened.
      if (!stats.isFile()) return 404;
      return this.#load(path);
    } catch (error) {
      return this.#failure(error);
    }
  }

  #load(path: string): StaticFile | Failure {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const fd = openWithoutWaiting(path);
      try {
        const stats = fstatSync(fd);
        if (!stats.isFile()) return 404;
        // What was opened is what has that name, and so lies there: else somebody is changing links meanwhile.
        const real = realpathSync.native(path);
        const there = lstatSync(real);
        if (there.ino !== stats.ino || there.dev !== stats.dev) continue;
        const bytes = stats.size <= SMALL_FILE_BYTES ? Buffer.allocUnsafeSlow(stats.size) : null;
        const file = new StaticFile(path, real, stats, bytes);
        if (bytes !== null && !(fill(bytes, fd) && file.isLike(fstatSync(fd)))) continue;
        // Times are those of the system's clock.
        if (Date.now() - stats.ctimeMs > UNSETTLED_MS) this.#cache.set(path, file, 512 + (bytes?.length ?? 0));
        return file;
      } finally {
        closeSync(fd);
      }
    }
    return 503;
  }

  #failure(error: unknown): Failure {
    const status = STATUS_OF[(error as NodeJS.ErrnoException).code ?? ''];
    if (status === undefined) this.cause = error;
    return status ?? 500;
  }
}
