/** What runs, and how often: everything once, and what starts servers and talks HTTP to them once in each I/O mode. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { IN_EACH_MODE, INLINE_ONLY, type IoMode } from './helpers/modes.ts';
import { TEST_MS } from './helpers/patience.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Gives tests the built I/O thread beside the app side from source. */
const builtThread = {
  name: 'built-io-thread',
  enforce: 'pre' as const,
  resolveId(source: string, importer: string | undefined): string | null {
    const isEntry = importer !== undefined && resolve(dirname(importer), source) === here('../src/thread/entry.ts');
    return isEntry ? here('helpers/thread-entry.ts') : null;
  },
};

/**
 * What a line of Node has little or no part in: programs in C, the model of the two threads, the judge, documents, the
 * benchmark's own tests, the command and browsers, and load that takes its time. With `HTTPUV_FURTHER_LINE=1` it is left out,
 * because the gate has run it on another line already.
 */
const ON_ONE_LINE = [
  'test/bench/**',
  'test/cli/**',
  'test/docs/**',
  'test/examples/**',
  'test/native/**',
  'test/oracle/**',
  'test/package/{browsers,package,runtimes}.test.ts',
  'test/server/load/connections.test.ts',
  'test/static/live/{changing,slow-clients,traversal}.test.ts',
  'test/streams/browser.test.ts',
  'test/structure.test.ts',
  'test/thread/{interleavings,link}.test.ts',
  'test/websockets/demo-page.test.ts',
];
const leftOut = process.env['HTTPUV_FURTHER_LINE'] === '1' ? ON_ONE_LINE : [];

/** A name of its own shows in front of each line of the report: `|inline|`, `|thread|`, or `|once|`. */
function project(
  name: string,
  { include, exclude }: { include: string[]; exclude: string[] },
  env = {},
): TestProjectConfiguration {
  return {
    plugins: [builtThread],
    root: here('..'),
    test: {
      name,
      include,
      exclude: [...exclude, ...leftOut],
      env,
      testTimeout: TEST_MS,
      hookTimeout: TEST_MS,
      pool: 'forks',
    },
  };
}

const inMode = (mode: IoMode, include: string[]): TestProjectConfiguration =>
  project(mode, { include, exclude: [] }, { HTTPUV_TEST_IO: mode });

export default defineConfig({
  test: {
    root: here('..'),
    globalSetup: ['test/helpers/build.ts'],
    maxWorkers: 2,
    projects: [
      project('once', { include: ['test/**/*.test.ts'], exclude: [...IN_EACH_MODE, ...INLINE_ONLY] }),
      inMode('inline', [...IN_EACH_MODE, ...INLINE_ONLY]),
      inMode('thread', [...IN_EACH_MODE]),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/parser/**/*.ts', 'src/later/**/*.ts', 'src/websocket/**/*.ts', 'src/static/**/*.ts'],
      exclude: ['**/*.gen.ts'],
      thresholds: { branches: 95 },
    },
  },
});
