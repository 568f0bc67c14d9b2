/** A folder served by a thread that does nothing else, as R does it. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { runStaticServerSync } from '../../../src/server/static-server.ts';
import { Program } from '../../helpers/program.ts';
import { makeSite, SITE } from '../../helpers/site.ts';
import { holdUsualPort } from '../../helpers/usual-port.ts';

let site: ReturnType<typeof makeSite>;
beforeAll(() => {
  site = makeSite();
});
afterAll(() => site.remove());

/** A port of somebody else, until it is given back. */
async function takenPort(): Promise<{ port: number; free: () => Promise<unknown> }> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, free: () => new Promise((resolve) => other.close(resolve)) };
}

it('serves while its thread is blocked, until it is interrupted', async () => {
  const { port, free } = await takenPort();
  await free();
  using program = new Program('static-sync.mjs', [site.folder, String(port)]);
  expect(await program.line()).toBe(`Serving: '${site.folder}'`);
  expect(await program.line()).toBe(`View at: http://127.0.0.1:${port}`);
  expect(await program.line()).toBe('Press Ctrl + C to stop the server');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(SITE['index.html']);
  writeFileSync(join(site.folder, 'stop'), '');
  expect(await program.line()).toBe('true 0');
  expect(await program.end()).toBe(0);
});

it('says that a port is taken', async () => {
  const { port, free } = await takenPort();
  using program = new Program('static-sync.mjs', [site.folder, String(port)]);
  expect(await program.line()).toBe(`HV_NO_PORT Port ${port} is not available on host 127.0.0.1`);
  expect(await program.end()).toBe(0);
  await free();
});

it('in the background gives the server at once, on another port when the usual one is taken', async () => {
  onTestFinished(await holdUsualPort());
  const said: string[] = [];
  const server = runStaticServerSync(site.folder, { background: true, logger: (_level, line) => said.push(line) });
  onTestFinished(() => server.stop());
  expect(server.getPort()).not.toBe(7446);
  expect(said).toEqual([`Serving: '${site.folder}'`, `View at: ${server.url}`]);
  expect((await fetch(`${server.url}/add.wasm`)).status).toBe(200);
});
