/** The examples of the three levels of WebSockets, as their reader runs them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closePayload, frame, randomKeys } from '../../src/websocket/index.ts';

const FOLDER = fileURLToPath(new URL('../examples/frames/', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines that a program prints, which has to end well. */
function run(name: string, args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FOLDER + name, ...args], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

function file(name: string, ...frames: readonly Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(frames));
  return path;
}

it('level one counts frames of both directions from the records', () => {
  const keys = randomKeys();
  const client = file(
    'client',
    frame('text', 'hello', keys),
    frame('binary', new Uint8Array(700_000), keys),
    frame('ping', 'p', keys),
    frame('close', closePayload(1000, 'bye'), keys),
  );
  const server = file('server', frame('text', 'a'), frame('pong', 'p'), frame('text', 'masked', keys));
  const lines = run('raw-frames.mjs', [client, server]);
  expect(JSON.parse(lines[0]?.slice('client '.length) ?? '')).toEqual({
    texts: 1,
    binaries: 1,
    compressed: 0,
    payloadBytes: 700_005,
    pings: 1,
    pongs: 0,
    close: 1000,
    fault: '',
  });
  expect(JSON.parse(lines[1]?.slice('server '.length) ?? '')).toMatchObject({
    texts: 1,
    pongs: 1,
    close: 'none',
    fault: 'HV_WS_MASKED at byte 1 of its frame',
  });
  expect(lines.slice(2)).toEqual([
    '0 opcode 1 final masked 5',
    '11 opcode 2 final masked 700000',
    '700025 opcode 9 final masked 1',
    '700032 opcode 8 final masked 5',
  ]);
});

it.each(['1', '7', '100000'])('level two carries a conversation in pieces of %s bytes', (pieceBytes) => {
  const lines = run('session-pair.mjs', [pieceBytes]);
  expect(lines[0]).toBe('/ask 101 questions');
  expect(lines.filter((line) => line.startsWith('client'))).toEqual([
    'client: a pong of 14 bytes',
    'client: 12 letters: HOW ARE YOU?',
    'client: 5 letters: GRÜSSE',
    'client: closed 1000 good bye true',
  ]);
  expect(lines).toContain('server: closed 1000 true');
  expect(lines.at(-1)).toBe(`heard ${'12 letters: HOW ARE YOU?5 letters: GRÜSSE'.length + 1} bytes`);
});

it.each([10, 1000])('level three takes %i messages as streams', (count) => {
  const last = count - 1;
  expect(run('stream-chat.mjs', [String(count)])).toEqual([
    `${count} messages, the last one: ${last} squared is ${last * last}`,
    'closed with 1000 true',
  ]);
});

it('are all tried here', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(['raw-frames.mjs', 'session-pair.mjs', 'stream-chat.mjs']);
});
