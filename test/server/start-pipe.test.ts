/** Servers on a Unix-domain socket: mask, stale files, names that cannot be. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { listServers, stopAllServers } from '../../src/server/servers.ts';
import type { App } from '../../src/types.ts';
import { startPipeServer } from '../helpers/server.ts';

const hello: App = { call: () => ({ status: 200, body: 'hello' }) };

describe.skipIf(process.platform === 'win32')('startPipeServer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-pipe-'));
  const path = join(folder, 'socket');
  const ask = (socketPath: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = request({ socketPath, path: '/' }, async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        resolve(text);
      });
      sent.on('error', reject);
      sent.end();
    });
  afterEach(async () => {
    await stopAllServers();
    rmSync(path, { force: true });
  });

  it('answers on a socket that the mask restricts, is listed, stops, and removes the socket', async () => {
    const before = process.umask();
    const app: App = {
      call: (req) => ({
        status: 200,
        body: [req.SERVER_NAME, req.SERVER_PORT, req.REMOTE_ADDR, req.REMOTE_PORT].join('|'),
      }),
    };
    const server = await startPipeServer(path, 0o117, app);
    expect(process.umask()).toBe(before);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect([server.getName(), server.getMask(), server.isRunning()]).toEqual([path, 0o117, true]);
    expect(listServers()).toEqual([server]);
    expect(await ask(path)).toBe('|0||0');
    await server.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('replaces a socket that nobody listens on, and nothing else', async () => {
    const stale = createServer().listen(path);
    await once(stale, 'listening');
    const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await new Promise((resolve) => stale.close(resolve));
    await promisify(execFile)(process.execPath, ['-e', program]).catch(() => {});
    expect(existsSync(path)).toBe(true);
    const server = await startPipeServer(path, null, hello);
    expect([await ask(path), server.getMask()]).toEqual(['hello', -1]);
    await expect(startPipeServer(path, null, hello)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await ask(path)).toBe('hello');
    await server.stop();
    writeFileSync(path, 'a file');
    await expect(startPipeServer(path, null, hello)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(startPipeServer(join(folder, 'none/socket'), null, hello)).rejects.toMatchObject({
      message: expect.stringContaining('none/socket'),
    });
  });

  it('refuses arguments that make no sense', async () => {
    const bad = expect.objectContaining({ code: 'HV_BAD_OPTION' });
    await expect(startPipeServer('', null, hello)).rejects.toThrow(bad);
    await expect(startPipeServer(path, 0o1000, hello)).rejects.toThrow(bad);
    await expect(startPipeServer(path, '117' as never, hello)).rejects.toThrow(bad);
  });
});
