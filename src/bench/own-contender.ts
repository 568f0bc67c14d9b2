/** Contenders in files of other people. */
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContenderLoader } from './contender.ts';
import { contenderModule } from './contender-module.ts';

/** The contenders of a file, found from where the command was started. */
export function loadContenderFile(file: string): ContenderLoader {
  const { href } = pathToFileURL(resolve(file));
  return contenderModule(basename(file), () => import(href));
}
