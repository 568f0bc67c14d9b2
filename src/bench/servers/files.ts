/** The files that servers of the comparison send: made before, the same in every run, told to a server by a variable. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'HTTPUV_BENCH_FILES';

/** A folder of files, until it is removed. */
export interface Files {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Makes one file of each size. */
export async function makeFiles(sizes: readonly number[]): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'httpuv-bench-files-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await Promise.all(sizes.map((bytes) => writeFile(folder + filePath(bytes), content(bytes))));
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}

/** Path of the file of a size, below its folder and on every server. Nobody compresses such a file. */
export function filePath(bytes: number): string {
  return `/${bytes}.bin`;
}

/** Bytes of all values in no order, without a library's help to guess them. */
export function content(bytes: number): Buffer {
  const made = Buffer.allocUnsafe(bytes);
  let state = 1;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[at] = state >>> 24;
  }
  return made;
}

/** For the environment of a server program. */
export function filesVariable(folder: string | undefined): Readonly<Record<string, string>> {
  // Said in any case: it might be set around us.
  return { [VARIABLE]: folder ?? '' };
}

/** In a server program: the folder that it is to serve; undefined when it is to serve none. */
export function filesFolder(): string | undefined {
  return process.env[VARIABLE] || undefined;
}
