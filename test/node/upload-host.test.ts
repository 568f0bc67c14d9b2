/** Bodies that the app reads while they arrive, on the I/O side: how far they are read, and what becomes of the rest. */
import { describe, expect, it } from 'vitest';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get, post } from '../helpers/requests.ts';

const head = (length: number): string => `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`;
const CHUNKED = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';

describe.each([
  ['read into Buffers', false],
  ['read into the parser', true],
])('a body, %s,', (_, lands) => {
  const rigOf = (options = {}): Rig => {
    Rig.lands = lands;
    return new Rig({ streamsBodies: true, ...options });
  };

  it('is not read before it is wanted, and no further than that', () => {
    const rig = rigOf();
    const { socket, send } = rig.connect();
    send(`${head(12)}abcd`);
    expect([rig.app.log, socket.isPaused]).toEqual([['request /'], true]);
    rig.host.uploads.want(0, 1, 6);
    expect([rig.app.log.slice(1), socket.isPaused]).toEqual([['piece abcd'], false]);
    // What one read brings is told, and then nothing more is read.
    send('efgh');
    expect([rig.app.log.slice(2), socket.isPaused]).toEqual([['piece efgh'], true]);
    rig.host.uploads.want(0, 1, 2);
    expect(socket.isPaused).toBe(true);
    rig.host.uploads.want(0, 1, 1);
    expect(socket.isPaused).toBe(false);
    send(`ijkl${get('/next')}`);
    expect(rig.app.log.slice(3)).toEqual(['piece ijkl', 'end', 'request /next']);
  });

  it('tells the short chunks of one read together', () => {
    const rig = rigOf();
    const { send } = rig.connect();
    send(CHUNKED);
    rig.host.uploads.want(0, 1, 1_000_000);
    send('1\r\na\r\n'.repeat(1_000));
    send(`1388\r\n${'b'.repeat(5_000)}\r\n1\r\nc\r\n0\r\n\r\n`);
    expect(rig.app.log.slice(1)).toEqual([
      `piece ${'a'.repeat(1_000)}`,
      `piece ${'b'.repeat(5_000)}`,
      'piece c',
      'end',
    ]);
  });

  it('waits for room at the app side', () => {
    const rig = rigOf();
    const { socket, send } = rig.connect();
    send(head(8));
    rig.host.uploads.want(0, 1, 100);
    rig.app.isFull = true;
    send('abcd');
    expect([rig.app.log.at(-1), socket.isPaused]).toEqual(['piece abcd', true]);
    rig.app.isFull = false;
    rig.host.roomAgain();
    expect(socket.isPaused).toBe(false);
  });

  it('is asked for when it is wanted, and never while onHeaders decides', () => {
    const rig = rigOf({ asksHeaders: true });
    const { socket, send } = rig.connect();
    const expecting = head(2).replace('Host', 'Expect: 100-continue\r\nHost');
    send(get('/first') + expecting);
    rig.answer(1, text('one'));
    expect(socket.writes.join('')).not.toContain('100 Continue');
    rig.host.uploads.want(0, 2, 10);
    rig.host.flush();
    expect(socket.writes.at(-1)).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
  });

  it('that nobody reads is thrown away within a limit, behind its answer', () => {
    const rig = rigOf();
    const { socket, send } = rig.connect();
    send(head(262_144));
    rig.answer(1, text('done'));
    expect(socket.writes.at(-1)).not.toContain('close');
    for (let i = 0; i < 4; i++) send('x'.repeat(65_536));
    send(post('/next', ''));
    expect(rig.app.log).toEqual(['request /', 'request /next']);
    expect(socket.hasEnded).toBe(false);
  });

  it.each([
    ['announced', [head(262_145)], true],
    ['in chunks', [CHUNKED, ...Array.from({ length: 9 }, () => `8000\r\n${'x'.repeat(32_768)}\r\n`)], false],
  ])('that is longer ends the connection, %s', (_, sent, isToldBefore) => {
    const rig = rigOf();
    const { socket, send } = rig.connect();
    send(sent[0] as string);
    rig.answer(1, text('done'));
    expect(socket.writes.join('').includes('Connection: close')).toBe(isToldBefore);
    for (const bytes of sent.slice(1)) send(bytes);
    send(get('/next'));
    rig.host.flush();
    expect([socket.hasEnded, rig.app.log]).toEqual([true, ['request /']]);
  });

  it('fails when its connection is reset, which a socket that is not read does not tell', () => {
    const rig = rigOf();
    const { socket, peer, send } = rig.connect();
    send(`${head(12)}abcd`);
    rig.host.uploads.want(0, 1, 4);
    socket.isGone = true;
    rig.pass(500);
    expect(socket.isDestroyed).toBe(true);
    peer.closed();
    expect(rig.app.log.slice(-2)).toEqual(['failed 0', 'gone']);
  });
});
