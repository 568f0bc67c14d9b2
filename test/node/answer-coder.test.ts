/** Compression in the connection host, with fake sockets: what is open, what waits, and what is given back. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/answer-types.ts';
import { Turns } from '../../src/node/turns.ts';
import { Rig } from '../helpers/conn-rig.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';

const BODY = 'a text that is compressed '.repeat(40_000);
const answer = (body: Answer['body']): Answer => ({
  status: 200,
  fields: 'Content-Type: text/plain\r\n',
  ownDate: true,
  close: false,
  length: -1,
  body,
});
const stream = (): Answer => answer({ keepAliveMs: 0 });

function rig(): Rig {
  return new Rig({ compress: { thresholdBytes: 1024 }, maxQueuedRequests: 1_000, notesAccess: true });
}
function ask(one: Rig) {
  const { socket, peer, send } = one.connect();
  send(get('/', 'Accept-Encoding: gzip\r\n'));
  return { socket, peer };
}
/** The body behind the head, out of its chunks. */
function body(writes: readonly string[]): string {
  const all = writes.join('');
  let at = all.indexOf('\r\n\r\n') + 4;
  let bytes = '';
  for (;;) {
    const line = all.indexOf('\r\n', at);
    const size = Number.parseInt(all.slice(at, line), 16);
    if (size === 0) return gunzipSync(Buffer.from(bytes, 'latin1')).toString();
    bytes += all.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

describe('a compressor', () => {
  it('is given back when all is sent', async () => {
    const one = rig();
    const { socket } = ask(one);
    one.answer(1, answer(BODY));
    expect(one.host.coder.open).toBe(1);
    await eventually(() => one.host.coder.open + one.host.coder.busy).toBe(0);
    await eventually(() => socket.writes.join('').endsWith('0\r\n\r\n')).toBe(true);
    expect(body(socket.writes) === BODY).toBe(true);
    // Of the body as it was sent, without its chunks.
    await eventually(() => one.app.accesses.length).toBe(1);
    expect(Number(one.app.accesses[0]?.split(' ')[4])).toBeLessThan(BODY.length / 20);
  });

  it('is given back when the client goes, wherever it stands', async () => {
    const one = rig();
    const peers = Array.from({ length: 20 }, () => ask(one).peer);
    for (let i = 0; i < 20; i++) one.answer(i + 1, i % 2 === 0 ? answer(BODY) : stream(), i);
    for (let i = 1; i < 20; i += 4) one.host.streams.piece(i, i + 1, Buffer.from(BODY));
    expect(one.host.coder.open).toBe(20);
    // Two are at it, others wait for their turn, others for a piece.
    expect(one.host.coder.busy).toBeGreaterThan(2);
    for (const peer of peers) peer.closed();
    expect([one.host.coder.open, one.host.coder.busy, one.host.streams.openBodies]).toEqual([0, 0, 0]);
    expect(one.app.told.filter(({ what }) => what === 'enough').length).toBe(10);
  });

  it('is given back when an answer is never begun', () => {
    const one = rig();
    const { send, peer } = one.connect();
    send(get('/1'));
    send(get('/2', 'Accept-Encoding: gzip\r\n'));
    one.answer(2, stream());
    expect(one.host.coder.open).toBe(1);
    peer.closed();
    expect([one.host.coder.open, one.host.streams.openBodies]).toEqual([0, 0]);
  });

  it('is not for everybody: beyond 64, answers are sent as they are', () => {
    const one = rig();
    const sockets = Array.from({ length: 66 }, () => ask(one).socket);
    for (let i = 0; i < 66; i++) one.answer(i + 1, stream(), i);
    for (let i = 0; i < 66; i++) one.host.streams.piece(i, i + 1, Buffer.from('x'));
    expect(one.host.coder.open).toBe(64);
    expect(sockets.map(({ writes }) => writes.join('').includes('Content-Encoding: gzip')).lastIndexOf(true)).toBe(63);
    for (const { writes } of sockets) expect(writes.join('')).toContain('Vary: Accept-Encoding');
  });

  it('stops while the client takes nothing', async () => {
    const one = rig();
    const { socket, peer } = ask(one);
    socket.room = 0;
    one.answer(1, stream());
    for (let i = 0; i < 50; i++) one.host.streams.piece(0, 1, Buffer.from(`${i} ${BODY.slice(0, 10_000)}`));
    await eventually(() => one.host.coder.busy).toBe(0);
    const before = socket.writes.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([socket.writes.length, one.host.coder.open]).toEqual([before, 1]);
    socket.room = Number.POSITIVE_INFINITY;
    one.host.streams.end(0, 1, '');
    await eventually(() => {
      socket.unsent = 0;
      peer.drained();
      return socket.writes.join('').endsWith('0\r\n\r\n');
    }).toBe(true);
    expect(body(socket.writes).length).toBe(
      Array.from({ length: 50 }, (_, i) => `${i} `.length + 10_000).reduce((a, b) => a + b),
    );
  });
});

describe('turns', () => {
  it('come in order, as many at a time as there may be', () => {
    const turns = new Turns(2);
    const log: string[] = [];
    const act = (name: string) => () => void log.push(name);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(act) as [() => void, () => void, () => void, () => void];
    for (const each of [a, b, c, d]) turns.enter(each);
    expect([log.join(''), turns.busy]).toEqual(['ab', 4]);
    turns.withdraw(c);
    turns.leave();
    expect([log.join(''), turns.busy]).toEqual(['abd', 2]);
    turns.leave();
    turns.leave();
    expect(turns.busy).toBe(0);
  });
});
