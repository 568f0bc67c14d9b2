/** Holds the layout of the source tree: which room may import which, and what the package says of itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';
import { IN_EACH_MODE, INLINE_ONLY, THREAD_ONLY } from './helpers/modes.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What each room may import besides itself and the files at the top of `src/`. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  wasm: [],
  codec: ['wasm'],
  parser: ['wasm', 'codec'],
  websocket: ['wasm', 'codec'],
  later: ['wasm', 'codec'],
  static: ['wasm', 'codec'],
  app: ['wasm', 'codec', 'parser', 'static', 'websocket', 'later'],
  node: ['wasm', 'codec', 'parser', 'static', 'websocket'],
  thread: ['wasm', 'codec', 'parser', 'static', 'websocket', 'later', 'node'],
  server: ['wasm', 'codec', 'parser', 'static', 'websocket', 'later', 'app', 'node', 'thread'],
  websockets: ['codec', 'parser', 'websocket', 'app', 'server'],
  bench: ['wasm', 'codec', 'parser', 'websocket', 'websockets', 'server', '.'],
  cli: ['codec', 'server', 'bench', '.'],
};
const PORTABLE = ['wasm', 'parser', 'websocket', 'later', 'codec', 'static', 'app'];
/** What the comparison of parsers is made of in every runtime, browsers too, with all that it reaches. */
const PORTABLE_BENCH = [
  'bench/compare-parsers.ts',
  'bench/inputs.ts',
  'bench/report.ts',
  'bench/baseline.ts',
  'bench/render/html.ts',
  'bench/render/markdown.ts',
  'bench/render/svg.ts',
  'bench/contenders/portable.ts',
];
/** Files at the top that import nothing of the rooms, so that every room may import them. */
const BASE = [
  'answer-types.ts',
  'body-types.ts',
  'errors.ts',
  'socket-types.ts',
  'static-types.ts',
  'tls-types.ts',
  'types.ts',
  'version.ts',
];

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

function imports(): Import[] {
  const found: Import[] = [];
  for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const file = relative(SRC, path);
    const text = readFileSync(path, 'utf8');
    for (const match of text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'([^'\n]+)'/g)) {
      const target = match[1] ?? '';
      const place = target.startsWith('.') ? relative(SRC, resolve(dirname(path), target)) : target;
      found.push({ file, room: file.includes('/') ? (file.split('/')[0] ?? '') : '.', target: place });
    }
  }
  return found;
}

describe('the source tree', () => {
  const all = imports();

  it('is read at all', () => {
    expect(all.length).toBeGreaterThan(50);
  });

  it('has arrows that point down only', () => {
    const wrong = all.filter(({ room, target }) => {
      if (room === '.' || target.startsWith('node:') || !target.endsWith('.ts')) return false;
      const other = target.includes('/') ? (target.split('/')[0] ?? '') : BASE.includes(target) ? room : '.';
      return other !== room && !(ALLOWED[room] ?? []).includes(other);
    });
    expect(wrong).toEqual([]);
  });

  it('loads only the I/O side on the I/O thread', () => {
    const reached = new Set(['thread/io-thread.ts']);
    for (const file of reached) {
      for (const { target } of all.filter((each) => each.file === file && each.target.endsWith('.ts')))
        reached.add(target);
    }
    expect(reached.size).toBeGreaterThan(20);
    expect([...reached].filter((file) => /^(?:app|later|server)\//.test(file))).toEqual([]);
  });

  it('keeps its base files free of the rooms', () => {
    expect(all.filter(({ file, target }) => BASE.includes(file) && target.includes('/'))).toEqual([]);
  });

  it('keeps Node out of the portable rooms', () => {
    expect(all.filter(({ room, target }) => PORTABLE.includes(room) && target.startsWith('node:'))).toEqual([]);
  });

  it('keeps Node and packages out of the portable half of the comparison of parsers', () => {
    const reached = new Set(PORTABLE_BENCH);
    for (const file of reached) {
      const targets = all.filter((each) => each.file === file).map(({ target }) => target);
      expect(targets.filter((target) => !target.endsWith('.ts')).map((target) => `${file}: ${target}`)).toEqual([]);
      for (const target of targets) reached.add(target);
    }
    expect(reached.size).toBeGreaterThan(20);
    const naming = [...reached].filter((file) =>
      /\bprocess\.\w|\brequire\(/.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(naming).toEqual([]);
  });

  it('imports no package in the rooms that have no dependencies', () => {
    const packages = all.filter(({ target }) => !target.endsWith('.ts') && !target.startsWith('node:'));
    const allowed = ({ room, target }: Import): boolean =>
      room === 'cli' ||
      room === 'bench' ||
      (room === 'static' && target.startsWith('mime/')) ||
      (room === 'server' && target === '@fastify/busboy');
    expect(packages.filter((each) => !allowed(each))).toEqual([]);
  });
});

const isListed = (name: string, globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(name, glob));

describe('tests that start servers', () => {
  const test = fileURLToPath(new URL('.', import.meta.url));
  const files = readdirSync(test, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !isListed(`test/${name}`, THREAD_ONLY))
    .map((name) => ({ name: `test/${name}`, text: readFileSync(join(test, name), 'utf8') }));
  /** In the mode of the run: by a helper, or in a program that reads the mode. */
  const IN_MODE = /helpers\/(?:example|io-mode|server|talk|wire-rows|load-server|web-sockets)\.ts'|import\('\.\/wire\//;

  it('take them from the helper that knows the mode of the run', () => {
    const direct = /import \{[^}]*\b(?:start(?:Pipe)?Server|runServer)(?:Sync)?\b[^}]*\} from '[./]+(?:src|dist)\//;
    expect(files.filter(({ text }) => direct.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it('are listed as those that run in each mode, or inline alone', () => {
    const listed = [...IN_EACH_MODE, ...INLINE_ONLY];
    const wrong = files.filter(({ name, text }) => IN_MODE.test(text) !== isListed(name, listed));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

describe('the package', () => {
  it('tells the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
  });
});
