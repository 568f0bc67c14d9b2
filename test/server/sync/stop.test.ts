/** Stopping with a time of grace in a program that does not return to its event loop. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Program } from '../../helpers/program.ts';
import { get } from '../../helpers/requests.ts';
import { Wire } from '../../helpers/wire.ts';

it('closes idle connections and cuts the others in time although the thread of the app computes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-stop-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'go');
  using program = new Program('stop-blocked.mjs', [file]);
  const port = await program.port();
  using idle = await Wire.open(port);
  using waiting = await Wire.open(port);
  using stopping = await Wire.open(port);
  await waiting.send(get('/waits'));
  await stopping.send(get('/stops'));
  for (const wire of [idle, waiting, stopping]) expect(await wire.untilEnd()).toEqual([]);
  writeFileSync(file, '');
  expect(await program.line()).toBe('stopped');
  expect(await program.end()).toBe(0);
});
