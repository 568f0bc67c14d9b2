/** Bodies that are streams in the connection host, with a fake socket and a fake clock. */
import { describe, expect, it } from 'vitest';
import type { StreamAnswer } from '../../src/answer-types.ts';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get } from '../helpers/requests.ts';

const stream = (length = -1, keepAliveMs = 0) => ({
  ...text(''),
  length,
  body: { keepAliveMs } satisfies StreamAnswer,
});

/** What was written behind the head. */
const body = (writes: readonly string[]): string => {
  const all = writes.join('');
  return all.slice(all.indexOf('\r\n\r\n') + 4);
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function asked(rig: Rig, request = get('/')) {
  const { socket, peer, send } = rig.connect();
  send(request);
  return { socket, peer, send, streams: rig.host.streams };
}

describe('a stream', () => {
  it('is framed in chunks, and what waits is joined', async () => {
    const rig = new Rig();
    const { socket, streams } = asked(rig);
    rig.answer(1, stream());
    for (const piece of ['a', 'bc', 'd'.repeat(20)]) streams.piece(0, 1, Buffer.from(piece));
    streams.end(0, 1, 'T: u\r\n');
    await turn();
    await turn();
    expect(body(socket.writes)).toBe(`1\r\na\r\n2\r\nbc\r\n14\r\n${'d'.repeat(20)}\r\n0\r\nT: u\r\n\r\n`);
    expect(socket.writes.length).toBeLessThanOrEqual(3);
    expect(streams.openBodies).toBe(0);
    expect(rig.app.log).toEqual(['request /', 'sent 1']);
  });

  it('tells what has left, of the bytes of the app', async () => {
    const rig = new Rig();
    const { socket, peer, streams } = asked(rig);
    rig.answer(1, stream());
    socket.room = 10;
    streams.piece(0, 1, Buffer.from('x'.repeat(100)));
    expect(rig.app.log).toEqual(['request /']);
    streams.piece(0, 1, Buffer.from('y'.repeat(50)));
    socket.unsent = 0;
    socket.room = Number.POSITIVE_INFINITY;
    peer.drained();
    await turn();
    expect(rig.app.log).toEqual(['request /', 'sent 100', 'sent 50']);
  });

  it.each([
    [['abc', 'def'], 'abc'],
    [['abc'], 'abc'],
  ])('never goes beyond its length, nor ends before it: %j', async (pieces, sent) => {
    const rig = new Rig();
    const { socket, streams } = asked(rig);
    rig.answer(1, stream(5));
    for (const piece of pieces) streams.piece(0, 1, Buffer.from(piece));
    streams.end(0, 1, '');
    await turn();
    expect([body(socket.writes), socket.isDestroyed]).toEqual([sent, true]);
    expect(rig.logged.length).toBe(1);
    expect(rig.app.log.filter((line) => line === 'enough').length).toBe(1);
  });

  it('is not wanted any more when its connection has gone, before and after its turn has come', () => {
    const rig = new Rig();
    const { socket, peer, streams } = asked(rig, `${get('/a')}${get('/b')}`);
    rig.answer(2, stream());
    streams.piece(0, 2, Buffer.from('b'));
    rig.answer(1, stream());
    streams.piece(0, 1, Buffer.from('a'));
    expect(streams.openBodies).toBe(2);
    peer.closed();
    expect(rig.app.told.filter(({ what }) => what === 'enough').map(({ request }) => request)).toEqual([1, 2]);
    // Whatever is said of it now is ignored.
    streams.piece(0, 1, Buffer.from('a'));
    streams.end(0, 1, '');
    streams.cut(0, 2, true);
    streams.hints(0, 2, 'A: b\r\n');
    expect(streams.openBodies).toBe(0);
    expect(body(socket.writes)).toBe('1\r\na\r\n');
  });

  it('of a request that is over is refused at once', () => {
    const rig = new Rig();
    const { peer } = asked(rig);
    peer.closed();
    rig.answer(1, stream());
    expect(rig.app.log).toEqual(['request /', 'gone', 'enough']);
  });

  it('that ends while answers before it are not sent is whole', async () => {
    const rig = new Rig();
    const { socket, streams } = asked(rig, `${get('/a')}${get('/b')}`);
    rig.answer(2, stream());
    streams.piece(0, 2, Buffer.from('b'));
    streams.end(0, 2, '');
    expect(socket.writes).toEqual([]);
    rig.answer(1, text('first'));
    await turn();
    await turn();
    expect(socket.writes.join('')).toMatch(/\r\n\r\nfirstHTTP\/1.1 200 OK\r\n.*\r\n\r\n1\r\nb\r\n0\r\n\r\n$/s);
  });
});

describe('an event stream', () => {
  it('gets comments when nothing was said for long, but not into the middle of an event', () => {
    const rig = new Rig({ writeTimeoutMs: Number.POSITIVE_INFINITY });
    const { socket, streams } = asked(rig);
    rig.answer(1, stream(-1, 10_000));
    rig.pass(9_999);
    expect(body(socket.writes)).toBe('');
    rig.pass(1);
    expect(body(socket.writes)).toBe('3\r\n:\n\n\r\n');
    streams.piece(0, 1, Buffer.from('data: half'));
    return turn().then(async () => {
      rig.pass(30_000);
      await turn();
      expect(body(socket.writes)).toBe('3\r\n:\n\n\r\na\r\ndata: half\r\n');
      streams.piece(0, 1, Buffer.from(' of it\n\n'));
      await turn();
      rig.pass(10_000);
      await turn();
      expect(body(socket.writes).endsWith('8\r\n of it\n\n\r\n3\r\n:\n\n\r\n')).toBe(true);
      // They are no bytes of the app.
      expect(rig.app.log).toEqual(['request /', 'sent 10', 'sent 8']);
    });
  });

  it('waits for its turn with its comments', () => {
    const rig = new Rig();
    const { socket } = asked(rig, `${get('/a')}${get('/b')}`);
    rig.answer(2, stream(-1, 1_000));
    rig.pass(5_000);
    expect(socket.writes).toEqual([]);
    rig.answer(1, text('first'));
    expect(socket.writes.join('')).toMatch(/first.*\r\n\r\n$/s);
  });
});
