/** Starting and stopping in one synchronous program. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { randomPortSync } from '../../../src/server/ports.ts';
import { serviceSync } from '../../../src/server/run.ts';
import { stopAllServers } from '../../../src/server/servers.ts';
import { startServer, startServerSync } from '../../../src/server/start.ts';
import { Program } from '../../helpers/program.ts';

it('stops and starts 100 times on one port, and says why a taken port cannot be had', async () => {
  using program = new Program('sync-app.mjs', ['restarts', '100']);
  const refusal = await program.line();
  const port = await program.port();
  expect(refusal).toMatch(new RegExp(`^EADDRINUSE .*127\\.0\\.0\\.1 port ${port} is in use`));
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(await answer.text()).toBe('server 99');
  expect(await program.end()).toBe(0);
});

it.skipIf(process.platform === 'win32')('serves a pipe that only its owner may open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  const path = join(folder, 'socket');
  using program = new Program('sync-app.mjs', ['pipe', path]);
  expect(await program.line()).toBe(`${path} true`);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  const socket = connect(path);
  socket.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer.slice(-4)).toBe('pipe');
  expect(await program.end()).toBe(0);
  expect(existsSync(path)).toBe(false);
  rmSync(folder, { recursive: true });
});

it('finds a free port', () => {
  const port = randomPortSync();
  expect(port).toBeGreaterThanOrEqual(1024);
  expect(port).toBeLessThanOrEqual(49_151);
  expect(() => randomPortSync(1, 1024, '192.0.2.1')).toThrow(expect.objectContaining({ code: 'HV_NO_PORT' }));
});

it('says why an inline server can neither be started nor waited for', async () => {
  expect(() => startServerSync('127.0.0.1', 0, null, { io: 'inline' })).toThrow(/needs io: 'thread'/);
  await startServer('127.0.0.1', 0, null, { io: 'inline' });
  expect(() => serviceSync(10)).toThrow(expect.objectContaining({ code: 'HV_CANNOT_WAIT' }));
  expect(serviceSync(Number.NaN)).toBe(true);
  await stopAllServers();
  expect(serviceSync(10)).toBe(true);
});
