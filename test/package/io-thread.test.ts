/** The I/O thread where its file is not where it was built: bundled, missing, broken, or not allowed. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/markdown.ts';
import { run } from './packed.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  // As where the package is installed.
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a server, asks it, stops it; tells the code of what goes wrong. */
const PROGRAM = `
import { serviceSync, startServer, startServerSync } from './dist/index.js';
const tell = async (start) => {
  try {
    const server = await start('127.0.0.1', 0, (req) => ({ status: 200, body: req.path }));
    const answer = await fetch(server.url + '/asked');
    console.log(await answer.text());
    await server.stop();
  } catch (error) {
    console.log(error.code, error.message.includes("io: 'inline'"));
  }
};
await tell(startServer);
await tell(startServerSync);
`;

const REFUSED = 'HV_NO_IO_THREAD true\n';

async function bundle(to: string, inputs: Record<string, string>, format: 'esm' | 'cjs'): Promise<void> {
  const made = await rolldown({ input: inputs, platform: 'node', cwd: folder, logLevel: 'silent' });
  await made.write({ dir: join(folder, to), format, entryFileNames: format === 'esm' ? '[name].js' : '[name].cjs' });
  await made.close();
}

describe('the I/O thread', () => {
  it('works in a bundle that has its entry beside it, and says what is missing in one that has not', async () => {
    writeFileSync(join(folder, 'app.js'), PROGRAM);
    const thread = './dist/thread/io-thread.js';
    await bundle('with', { app: './app.js', 'io-thread': thread }, 'esm');
    expect(run(folder, process.execPath, 'with/app.js')).toBe('/asked\n/asked\n');
    await bundle('without', { app: './app.js' }, 'esm');
    expect(existsSync(join(folder, 'without/io-thread.js'))).toBe(false);
    expect(run(folder, process.execPath, 'without/app.js')).toBe(REFUSED + REFUSED);
    cpSync(join(folder, 'dist/thread/io-thread.cjs'), join(folder, 'without/io-thread.cjs'));
    expect(run(folder, process.execPath, 'without/app.js')).toBe('/asked\n/asked\n');
  });

  it('says so when its file cannot be run', () => {
    cpSync(join(folder, 'dist'), join(folder, 'broken/dist'), { recursive: true });
    writeFileSync(join(folder, 'broken/dist/thread/io-thread.cjs'), 'require("./not-there.js");');
    writeFileSync(join(folder, 'broken/app.js'), PROGRAM);
    // A blocked thread hears nothing of it and gives up after a while.
    expect(run(folder, process.execPath, 'broken/app.js')).toBe(REFUSED + REFUSED);
  });

  it('says so where workers are not allowed', () => {
    writeFileSync(join(folder, 'app.js'), PROGRAM);
    const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
    const flags = ['--no-warnings', flag, '--allow-fs-read=*', '--allow-fs-write=*'];
    expect(run(folder, process.execPath, ...flags, 'app.js')).toBe(REFUSED + REFUSED);
  });

  it('does not keep a program running that has stopped its servers, nor one that lets its server go', () => {
    writeFileSync(
      join(folder, 'unref.js'),
      `import { startServer } from './dist/index.js';
      const server = await startServer('127.0.0.1', 0, null);
      server.unref();
      console.log('end');`,
    );
    expect(run(folder, process.execPath, 'unref.js')).toBe('end\n');
  });

  it('loads nothing that NODE_OPTIONS has the program load', () => {
    writeFileSync(join(folder, 'setup.mjs'), `console.log('set up');`);
    writeFileSync(join(folder, 'app.js'), PROGRAM);
    const env = { ...process.env, NODE_OPTIONS: '--import ./setup.mjs' };
    const said = execFileSync(process.execPath, ['app.js'], { cwd: folder, env, encoding: 'utf8' });
    expect(said).toBe('set up\n/asked\n/asked\n');
  });

  it('serves programs that are threads themselves, which cannot set a mask', () => {
    writeFileSync(
      join(folder, 'app.js'),
      `import { isMainThread, Worker } from 'node:worker_threads';
      if (isMainThread) new Worker(new URL(import.meta.url));
      else {
        const { startPipeServer, startPipeServerSync } = await import('./dist/index.js');
        for (const start of [startPipeServer, startPipeServerSync]) {
          try {
            await start('./masked.sock', 0o77, null);
          } catch (error) {
            console.log(error.code, error.message.includes('main thread'));
          }
          await (await start('./open.sock', null, null)).stop();
        }
      }`,
    );
    expect(run(folder, process.execPath, 'app.js')).toBe('HV_BAD_OPTION true\nHV_BAD_OPTION true\n');
  });
});
