/**
 * Compresses small files on the threads of zlib, a few at a time and each state of a file once, and remembers what came
 * out. It knows nothing of requests.
 */

import { closeSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { CODING_SUFFIX, type Coding } from '../static/coding.ts';
import { fill } from './files.ts';
import { Representation } from './representation.ts';
import { BoundedCache } from './static-cache.ts';
import type { StaticFile, StaticFiles } from './static-files.ts';

/** Shorter files hardly become shorter; longer ones take too long. */
const SHORTEST_BYTES = 1_024;
const LONGEST_BYTES = 4_194_304;

const CACHE_BYTES = 33_554_432;
const CACHE_ITEMS = 4_096;

/** The threads of zlib have other work, too. */
const MOST_RUNNING = 2;
/** Whoever comes when so many wait gets the file as it is. */
const MOST_WAITING = 128;

const COMPRESS: Readonly<Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 5,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 6 }),
};

interface Job {
  readonly key: string;
  readonly file: StaticFile;
  readonly coding: Coding;
  readonly done: (() => void)[];
}

export class Compressor {
  readonly #files: StaticFiles;
  /** What came out; null: it would not be shorter. */
  readonly #made = new BoundedCache<Representation | null>(CACHE_BYTES, CACHE_ITEMS);
  readonly #jobs = new Map<string, Job>();
  readonly #waiting: Job[] = [];
  #running = 0;

  constructor(files: StaticFiles) {
    this.#files = files;
  }

  /** Says whether files of this size are compressed. */
  takes(size: number): boolean {
    return size >= SHORTEST_BYTES && size <= LONGEST_BYTES;
  }

  /** The tag of what would come out. Weak: another version of zlib may make other bytes of the same file. */
  tag(file: StaticFile, coding: Coding): string {
    return `W/${file.plain.etag.slice(0, -1)}-${coding}"`;
  }

  /** What came out before; null when it is not worth it, undefined when it has to be made. */
  made(file: StaticFile, coding: Coding): Representation | null | undefined {
    return this.#made.get(keyOf(file, coding));
  }

  /** Makes it, and then calls `done`. @returns False when too much waits already. */
  make(file: StaticFile, coding: Coding, done: () => void): boolean {
    const key = keyOf(file, coding);
    const job = this.#jobs.get(key);
    if (job !== undefined) {
      job.done.push(done);
      return true;
    }
    if (this.#waiting.length >= MOST_WAITING) return false;
    const begun: Job = { key, file, coding, done: [done] };
    this.#jobs.set(key, begun);
    this.#waiting.push(begun);
    this.#next();
    return true;
  }

  #next(): void {
    while (this.#running < MOST_RUNNING) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running++;
      this.#run(job).finally(() => {
        this.#running--;
        this.#jobs.delete(job.key);
        for (const done of job.done) done();
        this.#next();
      });
    }
  }

  /** What fails is remembered like what is not worth it: the file can be sent as it is. */
  async #run({ key, file, coding }: Job): Promise<void> {
    let result: Representation | null = null;
    try {
      const bytes = file.bytes ?? this.#read(file);
      const out = bytes === null ? null : await COMPRESS[coding](bytes);
      if (out !== null && out.length < file.size) {
        const { type } = file.plain;
        result = new Representation(type, coding, out.length, file.mtimeMs, out, this.tag(file, coding));
      }
    } catch {
      // Told by the result.
    }
    this.#made.set(key, result, 256 + (result?.size ?? 0));
  }

  /** Null when the file is no longer what it was. */
  #read(file: StaticFile): Uint8Array | null {
    const open = this.#files.open(file);
    if (open === null || typeof open === 'number' || typeof open === 'string') return null;
    try {
      const bytes = Buffer.allocUnsafeSlow(open.size);
      return fill(bytes, open.fd) && file.isAt(open.fd) ? bytes : null;
    } finally {
      closeSync(open.fd);
    }
  }
}

function keyOf(file: StaticFile, coding: Coding): string {
  return `${file.path}\0${file.state}${CODING_SUFFIX[coding]}`;
}
