/** The command `httpuv serve` as a process: what it prints and logs, how it refuses, how it ends. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type CommandRun, httpuv, httpuvIn } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeSite, SITE } from '../helpers/site.ts';
import { holdUsualPort } from '../helpers/usual-port.ts';

let site: ReturnType<typeof makeSite>;
beforeAll(() => {
  site = makeSite({ 'big.bin': new Uint8Array(64 * 2 ** 20) });
});
afterAll(() => site.remove());

async function served(...words: string[]): Promise<{ run: CommandRun; url: string }> {
  const run = httpuv('serve', site.folder, '--port', '0', ...words);
  const [, url = ''] = await run.said(/ at (http:\S+\/)\n/, 'err');
  return { run, url };
}

/** A server of somebody else on a port of 127.0.0.1. */
async function occupied(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

describe('httpuv serve', () => {
  it('says what it serves and where, on standard error, and serves it', async () => {
    const { run, url } = await served();
    expect(run.err).toBe(`Serving ${JSON.stringify(site.folder)} at ${url}\nPress Ctrl-C to stop.\n`);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, SITE['index.html']]);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect((await fetch(`${url}.well/known.txt`)).status).toBe(404);
    expect((await fetch(`${url}listed/`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  it('serves the current folder without a folder, and one that looks like an option or a number', async () => {
    const here = httpuvIn({ cwd: site.folder }, 'serve', '--port=0');
    const [, url = ''] = await here.said(/Serving "\." at (http:\S+)/, 'err');
    expect((await fetch(`${url}add.wasm`)).headers.get('content-type')).toBe('application/wasm');
    const odd = makeSite({ '-x/a.txt': 'dashed', '007/a.txt': 'bond', 'true/a.txt': 'true' });
    onTestFinished(() => odd.remove());
    for (const [words, text] of [
      [['--list', '--', '-x'], 'dashed'],
      [['--list', '007'], 'bond'],
      [['--list', 'true'], 'true'],
    ] as const) {
      const run = httpuvIn({ cwd: odd.folder }, 'serve', '--port', '0', ...words);
      const [, address = ''] = await run.said(/ at (http:\S+)/, 'err');
      expect(await (await fetch(`${address}a.txt`)).text()).toBe(text);
    }
  });

  it('takes a switch that is given twice for the switch', async () => {
    const { url } = await served('--list', '--list');
    expect((await fetch(`${url}listed/`)).status).toBe(200);
  });

  it('logs a line for each answer on standard output', async () => {
    const { run, url } = await served();
    await fetch(`${url}add.wasm?x=1`);
    await fetch(`${url}nothing`);
    await run.said(/GET \/add\.wasm\?x=1 200 41 B [\d.]+ ms\n(?:.*\n)*.*GET \/nothing 404 /);
    for (const line of run.out.trim().split('\n'))
      expect(line).toMatch(/^20\d\d-\S+Z 127\.0\.0\.1 GET \S+ \d{3} \d+ B [\d.]+ ms$/);
  });

  it('logs JSON when asked, and, being quiet, says nothing else', async () => {
    const { port, server } = await occupied();
    await new Promise((resolve) => server.close(resolve));
    const run = httpuv('serve', site.folder, '--port', String(port), '--log', 'json', '--quiet');
    const url = `http://127.0.0.1:${port}/`;
    const headers = { Referer: 'http://a.test/', 'User-Agent': 'tester' };
    await eventually(async () => (await fetch(`${url}add.wasm`, { headers }).catch(() => null))?.status).toBe(200);
    const [line] = await run.said(/.*add\.wasm.*(?=\n)/);
    const entry = { remoteAddress: '127.0.0.1', method: 'GET', target: '/add.wasm', status: 200, bytes: 41 };
    expect(JSON.parse(line)).toMatchObject({ ...entry, referer: 'http://a.test/', userAgent: 'tester' });
    expect(run.err).toBe('');
  });

  it('ends with 130 on Ctrl-C, although connections are open and a download is under way', async () => {
    const { run, url } = await served();
    await fetch(url);
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    onTestFinished(() => {
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.write('GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.err.trim().split('\n').length).toBe(2);
  });

  it('ends with 143 on SIGTERM', async () => {
    const { run } = await served();
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(143);
  });

  it('ends when nobody reads its log any more', async () => {
    const { run, url } = await served();
    run.child.stdout?.destroy();
    await eventually(async () => {
      await fetch(url).catch(() => {});
      return run.child.exitCode;
    }).toBe(1);
  });

  it('says that the port is busy and offers the next free one, which then serves', async () => {
    const { port } = await occupied();
    const run = httpuv('serve', site.folder, '--port', String(port));
    expect(await run.ended).toBe(1);
    const [, next = ''] =
      new RegExp(
        `^httpuv: Port ${port} on 127\\.0\\.0\\.1 is already in use\\. The next free one is (\\d+): try --port \\d+\\n$`,
      ).exec(run.err) ?? [];
    expect(Number(next)).toBeGreaterThan(port);
    const second = httpuv('serve', site.folder, '--port', next);
    await second.said(new RegExp(`http://127\\.0\\.0\\.1:${next}/`), 'err');
  });

  it('takes the next free port by itself when none was asked for', async () => {
    const release = await holdUsualPort();
    onTestFinished(release);
    const run = httpuv('serve', site.folder);
    const [, url = ''] = await run.said(/ at (http:\S+\/)\n/, 'err');
    expect(run.err).toMatch(/^Port 7446 on 127\.0\.0\.1 is already in use; taking \d+\.\n/);
    expect(Number(new URL(url).port)).toBeGreaterThan(7446);
    expect((await fetch(url)).status).toBe(200);
  });

  it('says to whom it is open when that is more than this machine', async () => {
    const { run, url } = await served('--host', '0.0.0.0', '--dotfiles');
    await run.said(/Press Ctrl-C/, 'err');
    expect(run.err).toContain('Everybody who can reach this address can read these files.');
    expect(run.err).toContain('Hidden files are served too.');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(await (await fetch(`${url}.well/known.txt`)).text()).toBe('hidden\n');
  });

  it.each([
    [['nothing-here'], /^httpuv: There is no folder "nothing-here"\n$/],
    [['package.json'], /^httpuv: "package\.json" is a file; name the folder that it is in\n$/],
  ])('%j ends with exit code 1 and one sentence', async (words, sentence) => {
    const run = httpuv('serve', ...words);
    expect(await run.ended).toBe(1);
    expect(run.err).toMatch(sentence);
  });

  it.each([
    [['--lsit'], /Unknown option --lsit\. Did you mean --list\?/],
    [['--cross-origin-isolat'], /Unknown option --cross-origin-isolat\. Did you mean --cross-origin-isolate\?/],
    [['--no-compres'], /Unknown option --no-compres\. Did you mean --no-compress\?/],
    [['--xyzzyx'], /Unknown option --xyzzyx\n/],
    [['-p', '80'], /Unknown option -p\n/],
    [['--list=yes'], /--list takes no value/],
    [['a', 'b'], /"b" is one word too many/],
    [['a', '--', 'b'], /"b" is one word too many/],
    [['--header', 'nonsense'], /--header must look like "Name: value"/],
    [['--log', 'xml'], /--log must be line, json or none/],
    [['--port', 'http'], /--port must be/],
    [['--cache'], /--cache/],
    [['--port', '', '--list'], /--port needs a value\n/],
    [['--Port', '80'], /Unknown option --Port\. Did you mean --port\?/],
  ])('%j is a mistake with exit code 2', async (words, sentence) => {
    const run = httpuv('serve', ...words);
    expect(await run.ended).toBe(2);
    expect(run.err).toMatch(sentence);
    expect(run.err).not.toContain('    at ');
  });

  it('its version is that of the package', async () => {
    const run = httpuv('serve', '--version');
    expect(await run.ended).toBe(0);
    expect(run.out).toMatch(/^httpuv\/\d+\.\d+\.\d+ /);
  });

  it('its help names every option, examples and exit codes', async () => {
    const run = httpuv('serve', '--help');
    expect(await run.ended).toBe(0);
    const options =
      '--port --host --allow-host --open --cors --list --spa --header --validate --cache --no-compress --cross-origin-isolate --dotfiles --log --quiet';
    for (const each of [...options.split(' '), '7446', '127.0.0.1', 'Examples', 'Exit status', '130']) {
      expect(run.out).toContain(each);
    }
    expect(run.out).not.toContain('default: true');
    for (const line of run.out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('opens the address in the browser when asked, and only says so when there is none', async () => {
    const asked = join(site.folder, 'asked.txt');
    const browser = join(site.folder, 'browser.sh');
    writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$1" > ${asked}.part && mv ${asked}.part ${asked}\n`);
    chmodSync(browser, 0o755);
    const env = { BROWSER: browser, DISPLAY: '', XDG_CURRENT_DESKTOP: '', DESKTOP_SESSION: '' };
    const run = httpuvIn({ env }, 'serve', site.folder, '--port', '0', '--open');
    const [, url = ''] = await run.said(/ at (http:\S+\/)\n/, 'err');
    await eventually(() => existsSync(asked) && readFileSync(asked, 'utf8')).toBe(url);
    const none = httpuvIn({ env: { ...env, BROWSER: '/nonexistent' } }, 'serve', site.folder, '--port', '0', '--open');
    await none.said(/Could not open browser due to error in open: /, 'err');
    expect((await fetch((await none.said(/ at (http:\S+\/)\n/, 'err'))[1] ?? '')).status).toBe(200);
  });
});
