/** The package as its users get it: packed, installed in an empty folder, imported, required, type-checked, run. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, ROOT } from '../docs/markdown.ts';
import { type Packed, packAndInstall, run } from './packed.ts';

let packed: Packed;
beforeAll(() => {
  packed = packAndInstall();
});
afterAll(() => packed.remove());

const MANIFEST = JSON.parse(page('package.json')) as { version: string; exports: Record<string, unknown> };
/** Entries that programs import; the I/O thread's file is only started. */
const MODULES = ['', '/parser', '/websocket', '/websockets', '/later', '/codec', '/bench'].map(
  (entry) => `httpuv-wasm${entry}`,
);

/** Runs a program in the folder that has the package installed. */
function node(...args: string[]): string {
  return run(packed.consumer, process.execPath, ...args);
}

describe('the tarball', () => {
  it('holds what belongs to a release and nothing else', () => {
    const places = new Set(packed.files.map((path) => path.replace(/^(native\/\w+|[\w.-]+\/|[^/]+$).*/, '$1')));
    expect([...places].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'asm/',
      'dist/',
      'native/Makefile',
      'native/README',
      'native/defs',
      'native/example',
      'native/include',
      'native/src',
      'package.json',
      'src/',
    ]);
    const kinds = new Set(packed.files.map((path) => /(?:\.d)?\.\w+(?:\.map)?$/.exec(path)?.[0] ?? path));
    const expected = [
      '.R',
      '.c',
      '.cjs',
      '.css',
      '.d.ts',
      '.d.ts.map',
      '.def',
      '.h',
      '.html',
      '.js',
      '.js.map',
      '.json',
      '.md',
      '.mjs',
      '.svg',
      '.ts',
    ];
    expect([...kinds].sort()).toEqual([...expected, '.wasm', 'LICENSE', 'native/Makefile'].sort());
    expect(packed.files.filter((path) => /test|fixture|\.tgz$|\.env|node_modules/.test(path))).toEqual([]);
    expect(packed.size).toBeLessThan(1_500_000);
  });

  it('has nothing that publint or are-the-types-wrong would change', () => {
    const bin = join(ROOT, 'node_modules/.bin');
    expect(run(packed.consumer, join(bin, 'publint'), 'run', packed.tarball, '--strict')).toContain('All good!');
    // It fails where a program would not find the types, or would find those of another kind of module.
    run(packed.consumer, join(bin, 'attw'), packed.tarball, '--profile', 'esm-only');
  });

  it('holds every module built, with its types and maps, and every source that the maps name', () => {
    const sources = packed.files.filter((path) => /^src\/.*\.ts$/.test(path));
    expect(sources).toEqual(
      expect.arrayContaining([
        'src/wasm/constants.gen.ts',
        'src/wasm/httpuv-bytes.gen.ts',
        'src/wasm/codec-bytes.gen.ts',
      ]),
    );
    const built = sources.flatMap((path) => {
      const stem = path.replace(/^src(.*)\.ts$/, 'dist$1');
      return ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((ending) => stem + ending);
    });
    // The comparisons are a program to be run: without maps, they need no sources.
    const programs = readdirSync(join(ROOT, 'src/bench'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => ['.js', '.d.ts'].map((ending) => `dist/bench/${path.replace(/\.ts$/, ending)}`));
    expect(packed.files.filter((path) => path.startsWith('dist/'))).toEqual(
      [...built, ...programs, 'dist/thread/io-thread.cjs'].sort(),
    );
  });
});

describe('the installed package', () => {
  it('has the entries that it declares, and each can be imported', () => {
    const declared = Object.keys(MANIFEST.exports).filter((name) => !name.includes('*') && !name.endsWith('.json'));
    const names = declared.map((name) => `httpuv-wasm${name.slice(1)}`);
    expect(names.sort()).toEqual([...MODULES, 'httpuv-wasm/io-thread'].sort());
    for (const name of MODULES) {
      const script = `console.log(Object.keys(await import(${JSON.stringify(name)})).join())`;
      expect(node('--input-type=module', '-e', script).split(',').length, name).toBeGreaterThan(3);
    }
  });

  it.each(MODULES)('%s can be required as well, with the same names', (name) => {
    const script = `import(${JSON.stringify(name)}).then((imported) => {
      const required = require(${JSON.stringify(name)});
      console.log(Object.keys(imported).every((key) => imported[key] === required[key]));
    });`;
    expect(node('-e', script)).toBe('true\n');
  });

  it('refuses to open what it does not export', () => {
    const script = `import('httpuv-wasm/dist/node/link.js').catch((error) => console.log(error.code))`;
    expect(node('-e', script)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });

  it('hands out its wasm modules, which import nothing, and its C header', () => {
    const script = `
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      const read = (name) => readFileSync(fileURLToPath(import.meta.resolve('httpuv-wasm/' + name)));
      for (const name of ['httpuv', 'codec']) {
        const module = new WebAssembly.Module(read('wasm/' + name + '.wasm'));
        console.log(WebAssembly.Module.imports(module).length, WebAssembly.Module.exports(module).length > 3);
      }
      console.log(read('native/include/httpuv.h').includes('hv_http_feed'));`;
    expect(node('--input-type=module', '-e', script)).toBe('0 true\n0 true\ntrue\n');
  });

  it('answers requests', () => {
    const script = `
      import { startServer } from 'httpuv-wasm';
      const server = await startServer('127.0.0.1', 0, (req) => ({ status: 200, body: req.path }));
      console.log(await (await fetch(server.url + '/installed')).text());
      await server.stop();`;
    expect(node('--input-type=module', '-e', script)).toBe('/installed\n');
  });

  it('brings the command', () => {
    expect(run(packed.consumer, 'npx', 'httpuv', '--version')).toContain(`httpuv/${MANIFEST.version} `);
    expect(run(packed.consumer, 'npx', 'httpuv', '--help')).toContain('demo');
    expect(run(packed.consumer, 'npx', 'httpuv', 'serve', '--help')).toContain('--list');
    const tiny = ['--filter', 'minimal-get,httpuv-lazy', '--rounds', '2', '--time', '1', '--warmup', '10'];
    expect(run(packed.consumer, 'npx', 'httpuv', 'bench', 'parser', ...tiny)).toMatch(/^ {2}httpuv-lazy +\d/m);
  });

  it('has four dependencies, of which only the one that opens browsers has further ones', () => {
    const { dependencies } = JSON.parse(run(packed.consumer, 'npm', 'ls', '--all', '--json')) as Installed;
    expect(Object.keys(dependencies?.['httpuv-wasm']?.dependencies ?? {}).sort()).toEqual([
      '@fastify/busboy',
      'cac',
      'mime',
      'open',
    ]);
    for (const name of ['@fastify/busboy', 'cac', 'mime'])
      expect(dependencies?.[name]).not.toHaveProperty('dependencies');
    expect(Object.keys(dependencies?.['open']?.dependencies ?? {}).length).toBeGreaterThan(0);
    expect(existsSync(join(packed.consumer, 'node_modules/httpuv-wasm/node_modules'))).toBe(false);
  });
});

interface Installed {
  readonly dependencies?: Readonly<Record<string, Installed>>;
}

const PROGRAM = `
import { type App, type AppRequest, HttpuvError, service, startServer, type WebServer } from 'httpuv-wasm';

const app: App = {
  onHeaders: (req: AppRequest) => (req.headers['x'] === undefined ? undefined : { status: 400 }),
  call: async (req) => ({ status: 200, headers: [['A', 1]], body: req.HTTP_HOST ?? { file: req.path } }),
};
export const server: Promise<WebServer> = startServer('127.0.0.1', 0, app, { maxFields: 5 });
export const done: Promise<true> = service();
export const isOurs = (error: unknown): boolean => error instanceof HttpuvError && error.code.startsWith('HV_');
// @ts-expect-error: the compiler knows the names of options
void startServer('127.0.0.1', 0, app, { maxField: 5 });
// @ts-expect-error: an answer has a status
void startServer('127.0.0.1', 0, () => ({ body: '' }));
`;

const PORTABLE_PROGRAM = `
import { decodeURI, rawToBase64 } from 'httpuv-wasm/codec';
import { createLoop, type EventLoop, later } from 'httpuv-wasm/later';
import { type HttpEvent, HttpMachine, HttpParser } from 'httpuv-wasm/parser';

export const loop: EventLoop = createLoop(null);
export const cancel: () => boolean = later(() => {}, 1, loop);
export const events: readonly HttpEvent[] = new HttpParser({ eager: true }).feed(new Uint8Array(1));
export const texts: string[] = decodeURI([rawToBase64(new Uint8Array(2))]);
export const consumed: number = new HttpMachine().consumed;
for (const event of events) {
  if (event.type === 'body') event.bytes.length.toFixed();
  else if (event.type === 'request') event.url.concat(event.headers['host'] ?? '');
  else if (event.type === 'response') event.status.toFixed();
  // @ts-expect-error: an end has no target
  else if (event.type === 'end') event.url;
}
`;

const STRICT = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true };
const NODE = { module: 'NodeNext', moduleResolution: 'NodeNext', target: 'ES2023', types: ['node'] };
const PAGE = { module: 'ESNext', moduleResolution: 'Bundler', target: 'ES2023', types: [] };

describe('the types', () => {
  it.each([
    ['of a program for Node', PROGRAM, { ...NODE, lib: ['ES2023'], skipLibCheck: true }],
    ['of a program for Node, libraries checked', PROGRAM, { ...NODE, lib: ['ES2023', 'DOM', 'ESNext.Disposable'] }],
    ['of the portable entries in Node, libraries checked', PORTABLE_PROGRAM, { ...NODE, lib: ['ES2023'] }],
    ['of the portable entries in a page, without any of Node', PORTABLE_PROGRAM, { ...PAGE, lib: ['ES2023', 'DOM'] }],
  ])('%s hold under the strictest rules', (_, program, options) => {
    const compilerOptions = { ...STRICT, ...options, typeRoots: [join(ROOT, 'node_modules/@types')] };
    writeFileSync(join(packed.consumer, 'program.mts'), program);
    writeFileSync(join(packed.consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.mts'] }));
    let told = '';
    try {
      run(packed.consumer, join(ROOT, 'node_modules/.bin/tsc'), '-p', '.');
    } catch (error) {
      told = String((error as { stdout?: unknown }).stdout);
    }
    expect(told).toBe('');
  });
});

/** The name in an import or in a re-export. */
const IMPORT = /(?:^(?:import|export)\b[^;]*?\bfrom|^import|\bimport\()\s*['"]([^'"\s,]+)['"]/gm;

describe('a portable entry', () => {
  it.each([
    [
      'parser',
      `new entry.HttpParser().feed(Uint8Array.from('GET /a HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n', (c) => c.charCodeAt(0)))
        .map((event) => event.url === undefined ? event.type : event.url + event.headers.host)`,
      ['/ab', 'end'],
    ],
    [
      'codec',
      `[entry.decodeURI('%23a%2Fb%20c'), entry.rawToBase64(entry.sha1(new TextEncoder().encode('abc'))), entry.rawToBase64(new Uint8Array(600)).length]`,
      ['#a%2Fb c', 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=', 800],
    ],
    [
      'websocket',
      `(() => {
        const session = new entry.WebSocketSession();
        session.feed(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69));
        for (const event of session.events()) session.send(event.data);
        return session.output().map((bytes) => [...bytes]);
      })()`,
      [[0x81, 2, 0x68, 0x69]],
    ],
    ['later', `new Promise((resolve) => entry.later(() => resolve(entry.loopEmpty()), 0.01))`, true],
  ])('%s works where nothing of Node exists', (name, expression, result) => {
    const entry = join(packed.consumer, 'node_modules/httpuv-wasm/dist', name, 'index.js');
    const printed = node(
      '--no-warnings',
      '--experimental-vm-modules',
      join(ROOT, 'test/package/bare-host.mjs'),
      entry,
      expression,
    );
    expect(JSON.parse(printed)).toEqual({ result, globals: ['undefined', 'undefined', 'undefined'] });
  });

  it('imports neither Node nor any package in what was built', () => {
    const portable = packed.files.filter((path) =>
      /^dist\/(?:wasm|parser|websocket|later|codec|app)\/.*\.js$/.test(path),
    );
    expect(portable.length).toBeGreaterThan(25);
    for (const path of portable) {
      const text = readFileSync(join(packed.consumer, 'node_modules/httpuv-wasm', path), 'utf8');
      const imported = Array.from(text.matchAll(IMPORT), ([, name = '']) => name);
      expect(
        imported.filter((name) => !name.startsWith('.')),
        path,
      ).toEqual([]);
      expect(/\brequire\s*\(/.test(text), path).toBe(false);
    }
  });
});
