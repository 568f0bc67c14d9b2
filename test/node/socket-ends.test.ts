/** How WebSockets of the connection host end, with a fake clock: by our Close, or by the client's. */
import { describe, expect, it } from 'vitest';
import type { Rig } from '../helpers/conn-rig.ts';
import { closeFrame, textFrame } from '../helpers/ws-client.ts';
import { type Client, framesOf, makeRig, open, say } from '../helpers/ws-rig.ts';

describe('closeTimeoutMs', () => {
  it('is what the other side has for its Close', () => {
    const rig = makeRig({ closeTimeoutMs: 5_000 });
    const { client, connection, request } = open(rig);
    rig.host.sockets.close(connection, request, 3000, 'bye');
    rig.host.flush();
    rig.pass(4_999);
    expect(client.socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect([client.socket.isDestroyed, rig.app.log]).toEqual([true, ['closed 1006  dirty']]);
    client.peer.closed();
    expect(rig.app.log.length).toBe(1);
  });

  it.each([
    ['from when the client has taken what was sent before', true, 5_000],
    ['while the client takes nothing of that as writeTimeoutMs', false, 60_000],
  ])('counts %s', (_, takesAll, ms) => {
    const rig = makeRig({ closeTimeoutMs: 5_000, writeTimeoutMs: 60_000 });
    const { client, connection, request } = open(rig);
    client.socket.room = 0;
    rig.host.sockets.send(connection, request, 'x'.repeat(1_000), false);
    rig.host.sockets.close(connection, request, 3000, 'bye');
    rig.host.flush();
    for (const unsent of [900, 600, 300, 1]) {
      client.socket.unsent = unsent;
      rig.pass(40_000);
    }
    if (takesAll) {
      client.socket.unsent = 0;
      client.peer.drained();
    }
    rig.pass(ms - 1);
    expect(client.socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect(client.socket.isDestroyed).toBe(true);
  });

  it('is not waited for when it comes', () => {
    const rig = makeRig();
    const { client, connection, request } = open(rig);
    rig.host.sockets.close(connection, request, 3000, 'bye');
    rig.host.flush();
    say(client, closeFrame(3000, 'ok'));
    expect([client.socket.hasEnded, rig.app.log]).toEqual([true, ['closed 3000 ok clean']]);
  });
});

describe('the Close of a client', () => {
  /** A client that says `a` and good-bye. */
  function leaving(options = {}): { rig: Rig; client: Client; connection: number; request: number } {
    const rig = makeRig(options);
    const opened = open(rig);
    say(opened.client, Buffer.concat([textFrame('a'), closeFrame(3000, 'bye')]));
    rig.host.flush();
    expect(framesOf(opened.client)).toEqual([]);
    return { rig, ...opened };
  }

  it('is answered behind what is said until the app has heard everything', () => {
    const { rig, client, connection, request } = leaving();
    const { sockets } = rig.host;
    sockets.heard(0);
    sockets.send(connection, request, 'answer', false);
    rig.host.flush();
    expect([framesOf(client), client.socket.hasEnded]).toEqual([['text answer'], false]);
    sockets.heard(1);
    expect([framesOf(client), client.socket.hasEnded]).toEqual([['text answer', 'close 3000'], true]);
    expect(rig.app.log).toEqual(['message a', 'closed 3000 bye clean']);
  });

  it.each<[string, (host: Rig['host'], connection: number, request: number) => void]>([
    ['the app says so', ({ sockets }, connection, request) => sockets.close(connection, request, 1000, '')],
    [
      'its server ends at once',
      ({ endings, connections }) => {
        for (const connection of connections) if (connection !== undefined) endings.end(connection.server, 0);
      },
    ],
  ])('is answered with its code when %s', (_, end) => {
    const { rig, client, connection, request } = leaving();
    end(rig.host, connection, request);
    rig.host.flush();
    expect(framesOf(client)).toEqual(['close 3000']);
    rig.host.sockets.heard(1);
    expect(framesOf(client)).toEqual(['close 3000']);
  });

  it('waits closeTimeoutMs for the app, then the client has as long', () => {
    const { rig, client } = leaving({ closeTimeoutMs: 5_000 });
    rig.pass(4_999);
    expect(framesOf(client)).toEqual([]);
    rig.pass(1);
    expect(framesOf(client)).toEqual(['close 3000']);
    expect(rig.app.log).toEqual(['message a', 'closed 3000 bye clean']);
  });

  it('is answered at once when the app has heard what this client said, whatever others have', () => {
    const rig = makeRig();
    const { client } = open(rig);
    say(client, textFrame('a'));
    rig.host.sockets.heard(1);
    say(open(rig).client, textFrame('b'));
    say(client, closeFrame(1000));
    rig.host.flush();
    expect(framesOf(client)).toEqual(['close 1000']);
  });

  it('may be followed by FIN when it is answered, and the client has not taken that', () => {
    const { rig, client, connection, request } = leaving();
    client.socket.room = 0;
    for (const word of ['one', 'two']) {
      rig.host.sockets.send(connection, request, word, false);
      rig.host.flush();
    }
    rig.host.sockets.heard(1);
    client.peer.ended();
    client.socket.room = 1_000;
    client.socket.unsent = 0;
    client.peer.drained();
    expect([framesOf(client), client.socket.hasEnded]).toEqual([['text one', 'text two', 'close 3000'], true]);
  });

  it('may be followed by FIN: the answers leave all the same', () => {
    const { rig, client, connection, request } = leaving();
    client.peer.ended();
    rig.host.flush();
    rig.host.sockets.send(connection, request, 'answer', false);
    rig.host.sockets.heard(1);
    expect([framesOf(client), client.socket.hasEnded]).toEqual([['text answer', 'close 3000'], true]);
  });
});
