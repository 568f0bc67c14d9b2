/**
 * Packs the project as a release would, from a copy without anything built, and installs the package in an empty
 * folder. Nothing is downloaded: dependencies are packed from where they are installed here.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { page, ROOT } from '../docs/markdown.ts';

/** What a checkout does not hold. */
const NOT_SOURCE = /(?:^|\/)(?:node_modules|dist|build|coverage|\.git)$|\.gen\.(?:ts|h)$|\.tgz$/;

/** A packed and installed package. */
export interface Packed {
  /** The folder of the program that uses it. */
  readonly consumer: string;
  /** Paths in the tarball, sorted. */
  readonly files: readonly string[];
  readonly tarball: string;
  /** Bytes of the tarball. */
  readonly size: number;
  remove(): void;
}

/** The environment without what the npm that runs these tests set for its own scripts. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm|vitest|node_env)/i.test(name)));
}

/** Runs a command in a folder and returns what it printed. */
export function run(cwd: string, command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

export function packAndInstall(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-package-'));
  const source = join(folder, 'source');
  const consumer = join(folder, 'consumer');
  mkdirSync(source);
  mkdirSync(consumer);
  for (const name of readdirSync(ROOT)) {
    if (NOT_SOURCE.test(name)) continue;
    cpSync(join(ROOT, name), join(source, name), { recursive: true, filter: (path) => !NOT_SOURCE.test(path) });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  const [own] = pack(source, folder);
  const packed = dependencies().flatMap((path) => pack(join(ROOT, path), folder, '--ignore-scripts'));
  if (own === undefined) throw new Error('npm pack told nothing');
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "version": "1.0.0", "private": true }\n');
  run(
    consumer,
    'npm',
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `--cache=${join(folder, 'cache')}`,
    ...[own, ...packed].map(({ filename }) => join(folder, basename(filename))),
  );
  return {
    consumer,
    files: own.files.map(({ path }) => path).sort(),
    tarball: join(folder, basename(own.filename)),
    size: own.size,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Where the dependencies of a user are installed here, and theirs. */
function dependencies(): string[] {
  const { packages } = JSON.parse(page('package-lock.json')) as { packages: Record<string, { dev?: boolean }> };
  return Object.entries(packages).flatMap(([path, { dev }]) => (path === '' || dev === true ? [] : [path]));
}

/** Packs one folder; npm's scripts may print before the JSON. */
function pack(from: string, into: string, ...more: readonly string[]): Tarball[] {
  const printed = run(from, 'npm', 'pack', '--json', `--pack-destination=${into}`, ...more);
  return JSON.parse(printed.slice(printed.search(/^\[/m))) as Tarball[];
}
