/** Readers who stop reading a large file must not keep others from theirs. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mode } from '../../helpers/io-mode.ts';
import { LoadServer } from '../../helpers/load-server.ts';
import { get } from '../../helpers/requests.ts';

const MIB = 1_048_576;
const READERS = 300;
/** What all may have in flight together. */
const BUDGET_BYTES = 32 * MIB;
const SMALLEST_PIECE_BYTES = 16_384;

it('three hundred stalled readers leave room for one who reads, and hold a bounded part of their files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  const file = join(folder, 'sparse');
  const fd = openSync(file, 'w');
  ftruncateSync(fd, 64 * MIB);
  closeSync(fd);
  const server = await LoadServer.start({}, file);
  const stalled: Socket[] = [];
  try {
    await server.reset();
    for (let i = 0; i < READERS; i++) {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.pause();
      socket.write(get('/file'));
      stalled.push(socket);
    }
    const answer = await fetch(`http://127.0.0.1:${server.port}/file`);
    let bytes = 0;
    for await (const chunk of answer.body ?? []) bytes += chunk.length;
    expect(bytes).toBe(64 * MIB);
    // The I/O thread counts where no test can look; that the pumps keep to the budget is the same code in both modes.
    if (mode === 'thread') return;
    const { inFlightPeak } = await server.memory();
    // Beyond the budget a pump may go on in smallest pieces until its socket has enough; without it, in any piece.
    const enough = stalled[0]?.writableHighWaterMark ?? 0;
    expect(inFlightPeak).toBeGreaterThan(BUDGET_BYTES / 2);
    expect(inFlightPeak).toBeLessThan(BUDGET_BYTES + READERS * (enough + SMALLEST_PIECE_BYTES));
  } finally {
    for (const socket of stalled) socket.destroy();
    expect(await server.stop()).toBe(0);
    rmSync(folder, { recursive: true });
  }
});
