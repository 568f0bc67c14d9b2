/** https and wss with clients that others have written: curl, undici, `ws`, Chromium; and bodies both ways. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, staticPath, type WebServer } from '../../src/index.ts';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { Authority, hasOpenssl } from '../helpers/certificates.ts';
import { needs } from '../helpers/needs.ts';
import { testServer } from '../helpers/server.ts';
import { trusting } from '../helpers/trusting.ts';
import { BrowserClient, WITH_UNDICI, WITH_WS } from '../helpers/ws-browser.ts';

const MIB = 1_048_576;
const run = promisify(execFile);
const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const PAGE = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>…</title><link rel="icon" href="data:,">
</head><body><script>
const socket = new WebSocket(location.href.replace('https:', 'wss:'));
socket.onopen = () => socket.send('over wss');
socket.onmessage = async ({ data }) => {
  const answer = await fetch('/scheme');
  document.title = [data, await answer.text(), isSecureContext].join(' ');
};
</script></body></html>`;

const app: App = {
  call: (req) => {
    if (req.path === '/scheme') return { status: 200, body: req['rook.url_scheme'] };
    if (req.path === '/sum') return { status: 200, body: sum(req.body) };
    if (req.path === '/echo') return { status: 200, body: req.body };
    return { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: PAGE };
  },
  onWSOpen: (ws) => {
    ws.onMessage((_isBinary, message) => {
      ws.send(message);
    });
  },
};

describe.skipIf(!hasOpenssl())('over TLS', () => {
  let authority: Authority;
  let tls: { cert: string; key: string };
  let folder = '';
  beforeAll(() => {
    authority = new Authority();
    tls = authority.issue('localhost');
    folder = mkdtempSync(join(tmpdir(), 'httpuv-tls-'));
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    writeFileSync(join(folder, 'long.bin'), randomBytes(3 * MIB));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const started = (): Promise<WebServer> =>
    testServer({ ...app, staticPaths: { '/files': staticPath(folder) } }, { tls, maxMessageBytes: 32 * MIB });

  describe.skipIf(!needs('curl', 'curl'))('curl', () => {
    const curl = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
      run('curl', ['--silent', '--show-error', '--cacert', join(folder, 'ca.pem'), ...words]);

    it('trusts the certificate, and the app knows the scheme', async () => {
      const { url } = await started();
      expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect((await curl(`${url}/scheme`)).stdout).toBe('https');
    });

    it('agrees on HTTP/1.1, which it is offered beside HTTP/2', async () => {
      const { url } = await started();
      const { stdout, stderr } = await curl('--verbose', '--http2', '-w', '%{http_version}', '-o', '/dev/null', url);
      expect(stdout).toBe('1.1');
      expect(stderr).toMatch(/ALPN[^\n]*http\/1\.1/);
    });

    it('is answered in HTTP/1.0, too', async () => {
      const { url } = await started();
      expect((await curl('--http1.0', `${url}/scheme`)).stdout).toBe('https');
    });

    it.each(['1.2', '1.3'])('speaks TLS %s', async (version) => {
      const { url } = await started();
      expect((await curl(`--tlsv${version}`, '--tls-max', version, `${url}/scheme`)).stdout).toBe('https');
    });

    it('gets files, whole and in part', async () => {
      const { url } = await started();
      const target = join(folder, 'got.bin');
      await curl('-o', target, `${url}/files/long.bin`);
      await run('cmp', [target, join(folder, 'long.bin')]);
      const { stdout } = await curl(
        '-w',
        '%{http_code} %{size_download}',
        '-r',
        '5-1048576',
        '-o',
        target,
        `${url}/files/long.bin`,
      );
      expect(stdout).toBe(`206 ${MIB - 4}`);
    });
  });

  it.each([1, MIB, 16 * MIB])('undici sends %i bytes and gets as many', async (size) => {
    const { url } = await started();
    const dispatcher = trusting(authority.cert);
    const body = randomBytes(size);
    const told = await fetch(`${url}/sum`, { method: 'POST', body, dispatcher });
    expect(await told.text()).toBe(sum(body));
    const back = await fetch(`${url}/echo`, { method: 'POST', body, dispatcher });
    expect(sum(new Uint8Array(await back.arrayBuffer()))).toBe(sum(body));
    await dispatcher.close();
  });

  it('undici keeps a connection for many requests, and many connections at once', async () => {
    const { url } = await started();
    const dispatcher = trusting(authority.cert);
    const bodies = Array.from({ length: 300 }, (_, i) => `${i} `.repeat(i + 1));
    const answers = await Promise.all(
      bodies.map(async (body) => (await fetch(`${url}/echo`, { method: 'POST', body, dispatcher })).text()),
    );
    expect(answers).toEqual(bodies);
    await dispatcher.close();
  });

  it.each([WITH_WS, WITH_UNDICI])('%s gets messages back over wss, short and long', async (kind) => {
    const server = await started();
    await using client = await BrowserClient.open(kind, server.getPort(), { ca: authority.cert });
    for (const size of [0, 125, 65_536, MIB, 16 * MIB]) {
      const bytes = randomBytes(size);
      client.socket.send(bytes);
      const got = await client.next();
      expect(Buffer.isBuffer(got) && got.equals(bytes), `${size} bytes`).toBe(true);
    }
    const messages = Array.from({ length: 2_000 }, (_, i) => `${i} ${'x'.repeat((i * 37) % 400)}`);
    for (const message of messages) client.socket.send(message);
    for (const message of messages) expect(await client.next()).toBe(message);
  });

  it.skipIf(!hasBrowser())('Chromium loads a page, asks once more, and talks over wss', async () => {
    const { url } = await started();
    const browser = await launchBrowser();
    try {
      const { page, complaints } = await openPage(browser, `${url}/`, { ignoreHTTPSErrors: true });
      await page.waitForFunction("document.title !== '…'");
      expect(await page.title()).toBe('over wss https true');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
