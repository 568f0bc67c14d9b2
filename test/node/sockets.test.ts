/** WebSockets of the connection host, with a fake clock: whom words reach, and what is done in which time. */
import { describe, expect, it, vi } from 'vitest';
import { get } from '../helpers/requests.ts';
import { FIN, frame, handshake, PING, PONG, TEXT, textFrame } from '../helpers/ws-client.ts';
import { framesOf, makeRig, open, say } from '../helpers/ws-rig.ts';

describe('words', () => {
  it('for one that is gone reach nobody, though another has its number', () => {
    const rig = makeRig();
    const old = open(rig);
    old.client.peer.closed();
    expect(rig.app.log).toEqual(['closed 1006  dirty']);
    const now = open(rig);
    expect(now.connection).toBe(old.connection);
    const { sockets } = rig.host;
    sockets.send(old.connection, old.request, 'x', false);
    sockets.ping(old.connection, old.request, Buffer.from('x'));
    sockets.close(old.connection, old.request, 1000, '');
    sockets.fail(old.connection, old.request);
    sockets.hold(old.connection, old.request, true);
    rig.host.flush();
    expect([framesOf(now.client), now.client.socket.isPaused, rig.app.log]).toEqual([[], false, []]);
    say(now.client, textFrame('hi'));
    expect(rig.app.told).toEqual([{ what: 'message', connection: now.connection, request: now.request, detail: 'hi' }]);
  });

  it('for one whose client went while the app was asked end it', () => {
    const rig = makeRig();
    const client = rig.connect();
    client.send(handshake());
    const { connection = -1, request = -1 } = rig.app.told[0] ?? {};
    client.peer.closed();
    rig.app.told.length = 0;
    rig.host.sockets.accept(connection, request, '');
    expect(rig.app.told).toEqual([{ what: 'closed', connection, request, detail: '1006  dirty' }]);
  });

  it('to one that waits for answers before it are kept, and its end is told', () => {
    const rig = makeRig();
    const client = rig.connect();
    client.send(get('/slow') + handshake());
    const { connection, request } = rig.app.told.at(-1) ?? { connection: -1, request: -1 };
    rig.host.sockets.accept(connection, request, '');
    rig.host.sockets.send(connection, request, 'early', false);
    rig.host.flush();
    expect(client.socket.writes).toEqual([]);
    client.peer.closed();
    expect(rig.app.log).toContain('closed 1006  dirty');
  });

  it('to many are one frame, which every socket is given', () => {
    const rig = makeRig();
    const all = [open(rig), open(rig), open(rig)];
    const given: unknown[] = [];
    for (const { client } of all) vi.spyOn(client.socket, 'writeAll').mockImplementation((parts) => !given.push(parts));
    const targets = all.flatMap(({ connection, request }) => [connection, request]);
    rig.host.sockets.broadcast(targets, Buffer.from('to all'), false);
    rig.host.flush();
    const [frames] = given as Uint8Array[][];
    expect(given).toEqual([frames, frames, frames]);
    expect(new Set(given.flat()).size).toBe(1);
  });

  it('that somebody wants back are given back when they have left, or the connection is gone', () => {
    const rig = makeRig();
    const { client, connection, request } = open(rig);
    const back: string[] = [];
    const bytes = frame(FIN | TEXT, 'lent', { isMasked: false });
    const lend = (name: string): void => {
      const giveBack = (): void => void back.push(name);
      const lent = { frame: bytes, payload: bytes.subarray(2), isBinary: false, giveBack };
      rig.host.sockets.sendFrame(connection, request, lent);
      rig.host.flush();
    };
    lend('at once');
    expect(back).toEqual(['at once']);
    client.socket.unsent = 3;
    lend('a little later');
    rig.host.sweep();
    expect(back).toEqual(['at once']);
    client.socket.unsent = 0;
    client.peer.drained();
    // Of what is little the socket does not tell when it has left.
    const { write } = client.socket;
    client.socket.write = (data) => write.call(client.socket, data) || true;
    client.socket.unsent = 3;
    lend('unseen');
    expect(back).toEqual(['at once', 'a little later']);
    client.socket.unsent = 0;
    rig.host.sweep();
    expect(back.at(-1)).toBe('unseen');
    client.socket.unsent = 3;
    lend('with the connection');
    expect(back).toHaveLength(3);
    client.peer.closed();
    expect(back.at(-1)).toBe('with the connection');
    lend('to nobody');
    expect(back.slice(2)).toEqual(['unseen', 'with the connection', 'to nobody']);
    expect(framesOf(client)).toEqual(Array(4).fill('text lent'));
  });

  it('of one turn leave in one write, the 101 with them', () => {
    const rig = makeRig();
    const client = rig.connect();
    client.send(handshake());
    const { connection, request } = rig.app.told.at(-1) ?? { connection: -1, request: -1 };
    rig.host.sockets.accept(connection, request, '');
    for (const word of ['a', 'b', 'c']) rig.host.sockets.send(connection, request, word, false);
    rig.host.sockets.close(connection, request, 3000, 'd');
    rig.host.flush();
    expect(client.socket.writes.length).toBe(1);
    expect(framesOf(client)).toEqual(['text a', 'text b', 'text c', 'close 3000 d']);
  });
});

describe('while the app is behind', () => {
  it('nothing is read, and what had come is heard later', () => {
    const rig = makeRig();
    const { client, connection, request } = open(rig);
    rig.host.sockets.hold(connection, request, true);
    expect(client.socket.isPaused).toBe(true);
    say(client, Buffer.concat([textFrame('a'), textFrame('b').subarray(0, 3)]));
    expect(rig.app.log).toEqual([]);
    say(client, textFrame('b').subarray(3));
    rig.host.sockets.hold(connection, request, false);
    expect([rig.app.log, client.socket.isPaused]).toEqual([['message a', 'message b'], false]);
  });

  it('a silent client is not to blame', () => {
    const rig = makeRig({ pingIntervalMs: 1_000, maxMissedPongs: 2 });
    const { client, connection, request } = open(rig);
    rig.host.sockets.hold(connection, request, true);
    for (let i = 0; i < 10; i++) rig.pass(1_000);
    expect(client.socket.isDestroyed).toBe(false);
    rig.host.sockets.hold(connection, request, false);
    for (let i = 0; i < 3; i++) rig.pass(1_000);
    expect(client.socket.isDestroyed).toBe(true);
  });
});

describe('pings', () => {
  it('leave at their interval; behind the last unanswered one the connection is cut', () => {
    const rig = makeRig({ pingIntervalMs: 20_000, maxMissedPongs: 3 });
    const { client } = open(rig);
    const counts = [19_999, 1, 19_999, 1, 20_000].map((ms) => {
      rig.pass(ms);
      return framesOf(client).length;
    });
    expect(counts).toEqual([0, 1, 1, 2, 3]);
    rig.pass(19_999);
    expect(client.socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect([framesOf(client), client.socket.isDestroyed]).toEqual([['ping', 'ping', 'ping'], true]);
    client.peer.closed();
    expect(rig.app.log).toEqual(['closed 1006  dirty']);
  });

  it.each([
    ['a Pong', frame(FIN | PONG)],
    ['a Ping', frame(FIN | PING)],
    ['a message', textFrame('x')],
    ['one byte of a frame', textFrame('x').subarray(0, 1)],
  ])('are answered by %s', (_, bytes) => {
    const rig = makeRig({ pingIntervalMs: 1_000, maxMissedPongs: 2 });
    const { client } = open(rig);
    for (let i = 0; i < 2; i++) rig.pass(1_000);
    say(client, bytes);
    for (let i = 0; i < 2; i++) rig.pass(1_000);
    expect(client.socket.isDestroyed).toBe(false);
    rig.pass(1_000);
    expect(client.socket.isDestroyed).toBe(true);
  });
});

describe('bytes that have left', () => {
  it('are counted exactly once nothing waits, and onDrain is told then', () => {
    const rig = makeRig();
    const { client, connection, request } = open(rig);
    const { sockets } = rig.host;
    client.socket.room = 0;
    sockets.send(connection, request, 'x'.repeat(1_000), false);
    sockets.notify(connection, request);
    rig.host.flush();
    expect([sockets.sentBytes(connection), rig.app.log]).toEqual([0, []]);
    client.socket.unsent = 0;
    client.peer.drained();
    expect([sockets.sentBytes(connection), rig.app.log]).toEqual([1_000, ['drained']]);
  });
});

it('of Pongs for a client that does not read only the latest is kept', () => {
  const rig = makeRig();
  const { client, connection, request } = open(rig);
  client.socket.room = 0;
  rig.host.sockets.send(connection, request, 'x', false);
  rig.host.flush();
  for (let i = 0; i < 500; i++) say(client, frame(FIN | PING, `${i}`));
  expect(framesOf(client)).toEqual(['text x']);
  client.socket.unsent = 0;
  client.socket.room = Number.POSITIVE_INFINITY;
  client.peer.drained();
  expect(framesOf(client)).toEqual(['text x', 'pong 499']);
});
