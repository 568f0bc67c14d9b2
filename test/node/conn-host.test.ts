/** The connection host with a fake socket, app and clock: order, holding back, ending. */
import { describe, expect, it } from 'vitest';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get, post } from '../helpers/requests.ts';

const ok = (body: string, extra = ''): string =>
  `HTTP/1.1 200 OK\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('answers', () => {
  it('go out in the order of the requests, in one write when all are ready', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/1') + get('/2') + get('/3'));
    expect(rig.app.log).toEqual(['request /1', 'request /2', 'request /3']);
    rig.host.respond(0, 3, text('three'), false);
    rig.host.respond(0, 2, text('two'), false);
    rig.host.flush();
    expect(socket.writes).toEqual([]);
    rig.answer(1, text('one'));
    expect(socket.writes).toEqual([ok('one') + ok('two') + ok('three')]);
  });

  it('are given once', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/'));
    rig.answer(1, text('a'));
    rig.answer(1, text('b'));
    rig.answer(2, text('c'));
    rig.answer(1, text('d'), 9);
    expect(socket.writes).toEqual([ok('a')]);
  });

  it('join text and bytes in one write while they are small', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/1') + get('/2'));
    rig.host.respond(0, 1, { ...text(''), body: Buffer.from([0xff, 0]) }, false);
    rig.answer(2, text('é'));
    expect(socket.writes).toEqual([`${ok('\xff\0')}${ok('\xc3\xa9')}`]);
  });

  it('have no body where there is none', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/').replace('GET', 'HEAD') + get('/2') + get('/3') + get('/4').replace('GET', 'HEAD'));
    rig.host.respond(0, 1, text('abc'), false);
    rig.host.respond(0, 2, text('abc', 204), false);
    rig.host.respond(0, 3, text('abc', 304), false);
    rig.answer(4, { ...text(''), body: null });
    expect(socket.writes).toEqual([
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n' +
        'HTTP/1.1 204 No Content\r\n\r\n' +
        'HTTP/1.1 304 Not Modified\r\n\r\n' +
        'HTTP/1.1 200 OK\r\n\r\n',
    ]);
  });

  it('tell a 1.0 client that the connection stays', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    rig.answer(1, text('a'));
    expect(socket.writes).toEqual([ok('a', 'Connection: keep-alive\r\n')]);
    expect(socket.hasEnded).toBe(false);
  });

  it('end the connection when the app says so, and drop the requests behind', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/1') + get('/2'));
    rig.answer(1, { ...text('a'), close: true });
    expect(socket.writes).toEqual([ok('a', 'Connection: close\r\n')]);
    expect(socket.hasEnded).toBe(true);
    expect(rig.app.log.at(-1)).toBe('gone');
  });
});

describe('reading', () => {
  it('stops when enough requests are read ahead and goes on as they are answered', () => {
    const rig = new Rig({ maxPipelined: 2 });
    const { socket, send } = rig.connect();
    send(get('/1') + get('/2') + get('/3') + get('/4'));
    expect(rig.app.log).toEqual(['request /1', 'request /2']);
    expect(socket.isPaused).toBe(true);
    rig.answer(1, text(''));
    expect(rig.app.log).toEqual(['request /1', 'request /2', 'request /3']);
    expect(socket.isPaused).toBe(true);
    rig.answer(2, text(''));
    rig.answer(3, text(''));
    expect(rig.app.log.at(-1)).toBe('request /4');
    expect(socket.isPaused).toBe(false);
  });

  it('stops while a peer does not take its answers', () => {
    const rig = new Rig();
    const { socket, peer, send } = rig.connect();
    socket.room = 10;
    send(get('/1'));
    rig.answer(1, text('a'));
    expect(socket.isPaused).toBe(true);
    socket.unsent = 0;
    socket.room = Number.POSITIVE_INFINITY;
    peer.drained();
    expect(socket.isPaused).toBe(false);
  });

  it('stops at a body while onHeaders decides', () => {
    const rig = new Rig({ asksHeaders: true });
    const { socket, send } = rig.connect();
    send(post('/1', 'abc') + get('/2'));
    expect(rig.app.log).toEqual(['request /1']);
    expect(socket.isPaused).toBe(true);
    rig.host.proceed(0, 1);
    expect(rig.app.log).toEqual(['request /1', 'body abc', 'request /2']);
    expect(socket.isPaused).toBe(false);
  });

  it('goes on waiting when an earlier request without a body is answered early', () => {
    const rig = new Rig({ asksHeaders: true });
    const { socket, send } = rig.connect();
    send(get('/1') + post('/2', 'abc') + get('/3'));
    rig.answer(1, text('one'), 0, true);
    expect(socket.isPaused).toBe(true);
    rig.answer(2, text('two'), 0, true);
    expect(rig.app.log).toEqual(['request /1', 'request /2']);
    expect(socket.hasEnded).toBe(true);
  });

  it('reads nothing of a body whose request was answered early', () => {
    const rig = new Rig({ asksHeaders: true });
    const { socket, send } = rig.connect();
    send(post('/1', 'abc') + get('/2'));
    rig.answer(1, text('no', 413), 0, true);
    expect(rig.app.log).toEqual(['request /1']);
    expect(socket.writes.join('')).toContain('413');
    expect(socket.writes.join('')).toContain('Connection: close');
    expect(socket.hasEnded).toBe(true);
    expect(socket.isPaused).toBe(false);
    send(get('/3'));
    expect(rig.app.log).toEqual(['request /1']);
  });

  it('gives bodies whole, whatever the pieces', () => {
    const body = 'x'.repeat(500) + 'y'.repeat(5_000);
    for (const size of [1, 7, 600, 5_500, 100_000]) {
      const rig = new Rig({ spoolBytes: 10_000 });
      const { send } = rig.connect();
      const bytes = post('/1', body) + get('/2');
      for (let at = 0; at < bytes.length; at += size) send(bytes.slice(at, at + size));
      expect(rig.app.log).toEqual(['request /1', `body ${body}`, 'request /2']);
    }
  });

  it('keeps a large body in a file', () => {
    const rig = new Rig();
    const { send } = rig.connect();
    send(post('/1', 'x'.repeat(20_000)));
    expect(rig.app.log).toEqual(['request /1', 'body file of 20000']);
  });
});

describe('100 Continue', () => {
  const expecting = (target: string): string =>
    `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`;

  it('is sent at once when nothing is before it', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(expecting('/1'));
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 100 Continue\r\nDate: [^\r]+\r\n\r\n$/);
    send('abc');
    expect(rig.app.log).toEqual(['request /1', 'body abc']);
  });

  it('waits for the answers before it', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/1') + expecting('/2'));
    expect(socket.writes).toEqual([]);
    rig.answer(1, text('a'));
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 200 OK[\s\S]*aHTTP\/1.1 100 Continue/);
  });

  it('waits for onHeaders', () => {
    const rig = new Rig({ asksHeaders: true });
    const { socket, send } = rig.connect();
    send(expecting('/1'));
    expect(socket.writes).toEqual([]);
    rig.host.proceed(0, 1);
    rig.host.flush();
    expect(socket.writes.join('')).toContain('100 Continue');
  });
});

describe('the end of a connection', () => {
  it('is told to the app once, when a request waits', () => {
    const rig = new Rig();
    const { peer, send } = rig.connect();
    send(get('/'));
    peer.closed();
    peer.closed();
    expect(rig.app.log).toEqual(['request /', 'gone']);
    expect(rig.host.openConnections).toBe(0);
  });

  it('waits for the answer after the peer has sent FIN', () => {
    const rig = new Rig();
    const { socket, peer, send } = rig.connect();
    send(get('/'));
    peer.ended();
    expect(socket.hasEnded).toBe(false);
    rig.answer(1, text('a'));
    expect(socket.writes.join('')).toContain('Connection: close');
    expect(socket.hasEnded).toBe(true);
  });

  it('in the middle of a message tells the app of no clean end', () => {
    const rig = new Rig();
    const { socket, peer, send } = rig.connect();
    send(post('/', 'abc').slice(0, -1));
    peer.ended();
    expect(rig.app.log).toEqual(['request /', 'abort']);
    expect(socket.writes).toEqual([]);
    expect(socket.hasEnded).toBe(true);
  });
});
