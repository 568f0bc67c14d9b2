/** What file pumps share, with fake sockets: the bytes they have in flight are bounded, and nobody is kept waiting. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { FileSource, openForSending } from '../../src/node/files.ts';
import { Pump, PumpBudget } from '../../src/node/pump.ts';
import { FakeSocket } from '../helpers/fake-socket.ts';

const MIB = 1_048_576;
const folder = mkdtempSync(join(tmpdir(), 'httpuv-pump-'));
const file = join(folder, 'sparse');
writeFileSync(file, '');
truncateSync(file, 8 * MIB);
afterAll(() => rmSync(folder, { recursive: true }));

/** A pump to a socket whose peer takes so many bytes and then nothing. */
function pump(budget: PumpBudget, room: number): { socket: FakeSocket; pump: Pump; end: Promise<string> } {
  const socket = new FakeSocket();
  socket.room = room;
  let ended = (_: string): void => {};
  const end = new Promise<string>((resolve) => {
    ended = resolve;
  });
  return { socket, pump: new Pump(new FileSource(openForSending(file, false), budget), socket, ended), end };
}

it('readers who take nothing hold little more than the budget, and one who reads gets all of his file', async () => {
  const budget = new PumpBudget();
  const stalled = Array.from({ length: 1_000 }, () => pump(budget, 0));
  for (const each of stalled) each.pump.run();
  // 32 MiB, and a smallest piece for each.
  expect(budget.inFlight).toBeGreaterThan(32 * MIB - 1_000);
  expect(budget.inFlight).toBeLessThan(32 * MIB + 1_000 * 16_384);
  const reader = pump(budget, Number.POSITIVE_INFINITY);
  reader.pump.run();
  expect(await reader.end).toBe('sent');
  expect(reader.socket.writes.reduce((sum, { length }) => sum + length, 0)).toBe(8 * MIB);
  for (const each of stalled) each.pump.stop();
  expect(budget.inFlight).toBe(0);
});

it('what a peer has taken is no longer in flight', async () => {
  const budget = new PumpBudget();
  const slow = pump(budget, 0);
  slow.pump.run();
  expect(budget.inFlight).toBe(MIB);
  slow.socket.unsent = 0;
  slow.socket.room = Number.POSITIVE_INFINITY;
  slow.pump.drained();
  expect(budget.inFlight).toBe(0);
  expect(await slow.end).toBe('sent');
});
