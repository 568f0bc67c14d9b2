/** The command line around the page, and what its server gives away. No browser takes part. */
import { request } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { USUAL } from '../../src/bench/job.ts';
import { pagePlan } from '../../src/bench/page/options.ts';
import { servePage } from '../../src/bench/page/serve.ts';
import { httpuv } from '../helpers/command.ts';

const planOf = (given: Record<string, unknown>, options = USUAL.parser) => pagePlan(given, options, 3);

describe('the options of the page', () => {
  it('are on the form of the page, by the names of its fields', () => {
    const options = { ...USUAL.parser, rounds: 5, filter: ['get', 'lazy'], reference: 'milo' };
    const { timeMs, warmUpCalls } = USUAL.parser;
    expect(planOf({ page: true, open: true }, options)).toMatchObject({ port: 0, isOpened: true });
    expect(planOf({ page: true, open: false, port: 8080 }, options)).toMatchObject({
      port: 8080,
      isOpened: false,
      form: {
        rounds: '5',
        time: String(timeMs),
        warmup: String(warmUpCalls),
        workers: '3',
        filter: 'get,lazy',
        reference: 'milo',
      },
    });
  });

  it('are nothing when nobody asks for a page', () => {
    expect(planOf({ open: true })).toBeUndefined();
  });

  it.each([
    [{ open: true, port: 8080 }, '--port says how the page is served'],
    [{ open: false }, '--no-open says how the page is served'],
    [{ page: true, port: 65_536 }, '--port must be a whole number from 0 to 65535'],
    [{ page: true, json: 'x' }, '--json does not go with --page'],
    [{ page: true, failAbove: '5%' }, '--fail-above does not go with --page'],
  ])('%j are refused', (given, sentence) => {
    expect(() => planOf(given)).toThrow(sentence);
  });
});

describe('the server of the page', () => {
  async function served(): Promise<number> {
    const server = await servePage(0, { contenderFiles: [], inputFiles: [] });
    onTestFinished(() => server.stop());
    return server.getPort();
  }

  it('isolates the page, and lets it load from itself alone', async () => {
    const origin = `http://127.0.0.1:${await served()}`;
    for (const path of [
      '/',
      '/dist/bench/page/worker.js',
      '/src/wasm/twin.wasm',
      '/found/own-files.json',
      '/method.md',
    ]) {
      const { status, headers } = await fetch(origin + path);
      expect([status, headers.get('cross-origin-opener-policy')], path).toEqual([200, 'same-origin']);
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/,
      );
    }
    expect((await fetch(`${origin}/method.md`)).headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('gives what other packages hold in a form that browsers take, and nothing else of them', async () => {
    const at = `http://127.0.0.1:${await served()}/found/`;
    const wasm = new Uint8Array(await (await fetch(`${at}undici/lib/llhttp/llhttp_simd-wasm.js`)).arrayBuffer());
    expect(WebAssembly.validate(wasm)).toBe(true);
    const { METHODS } = (await (await fetch(`${at}undici/lib/llhttp/constants.js`)).json()) as { METHODS: object };
    expect(METHODS).toHaveProperty('GET');
    const manifest = await (await fetch(`${at}undici/package.json`)).json();
    expect(manifest).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown });
    expect((await fetch(`${at}undici/index.js`)).status).toBe(404);
    expect((await fetch(`${at}toString`)).status).toBe(404);
  });

  it('answers nobody who calls it by a name of another site', async () => {
    const port = await served();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', headers: { Host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once('error', reject).end();
    });
    expect(status).toBe(421);
  });
});

describe('httpuv bench parser --page', () => {
  it('ends with the status of the signal that ended it', async () => {
    const run = httpuv('bench', 'parser', '--page', '--no-open');
    await run.said(/http:\/\/127\.0\.0\.1:\d+\/\?rounds=\d+/);
    run.child.kill('SIGINT');
    expect([await run.ended, run.err]).toEqual([130, '']);
  });

  it('says that a port is taken, or that a file is not there', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const port = String((other.address() as { port: number }).port); // It listens on a port.
    const taken = httpuv('bench', 'parser', '--page', '--no-open', '--port', port);
    const lost = httpuv('bench', 'parser', '--page', '--no-open', '--input', 'not-there.http');
    expect([await taken.ended, taken.err]).toEqual([
      1,
      `Port ${port} is already in use. Choose another one with --port (--port 0 takes any free one).\n`,
    ]);
    expect([await lost.ended, lost.err]).toEqual([
      2,
      expect.stringMatching(/^--input: not-there\.http cannot be read/),
    ]);
  });
});
