/** Time-outs on a clock of the test's own: each acts when it is due, none when we are the ones who wait. */
import { describe, expect, it } from 'vitest';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get, post } from '../helpers/requests.ts';

describe('time-outs', () => {
  it('close a connection silently on which nothing came', () => {
    const rig = new Rig();
    const { socket } = rig.connect();
    rig.pass(29_999);
    expect(socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect(socket.isDestroyed).toBe(true);
    expect(socket.writes).toEqual([]);
  });

  it('answer 408 to a head that does not end, counted from the connect', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    rig.pass(20_000);
    send('GET / HT');
    rig.pass(9_999);
    expect(socket.writes).toEqual([]);
    send('T');
    rig.pass(1);
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 408 Request Timeout/);
    expect(socket.hasEnded).toBe(true);
  });

  it('count a later head from its first byte', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/'));
    rig.answer(1, text('a'));
    rig.pass(40_000);
    send('G');
    rig.pass(29_999);
    expect(socket.hasEnded).toBe(false);
    rig.pass(1);
    expect(socket.writes.join('')).toContain('408');
  });

  it('of the whole request cover its head', () => {
    const rig = new Rig({ headTimeoutMs: Number.POSITIVE_INFINITY, requestTimeoutMs: 500 });
    const { socket, send } = rig.connect();
    send('GET / HT');
    rig.pass(499);
    expect(socket.writes).toEqual([]);
    rig.pass(1);
    expect(socket.writes.join('')).toContain('408');
  });

  it('answer 408 to a body that does not end', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(post('/', 'abc').slice(0, -1));
    rig.pass(299_999);
    expect(socket.writes).toEqual([]);
    rig.pass(1);
    expect(socket.writes.join('')).toContain('408');
    expect(rig.app.log).toEqual(['request /', 'abort']);
  });

  it('close an idle connection, but none that waits for the app', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(get('/'));
    rig.pass(1_000_000);
    expect(socket.hasEnded).toBe(false);
    rig.answer(1, text('a'));
    rig.pass(64_999);
    expect(socket.hasEnded).toBe(false);
    rig.pass(1);
    expect(socket.hasEnded).toBe(true);
  });

  it('do not count while we do not read', () => {
    const rig = new Rig({ asksHeaders: true });
    const { socket, send } = rig.connect();
    send(post('/', 'abc').slice(0, -1));
    rig.pass(1_000_000);
    expect(socket.writes).toEqual([]);
    rig.host.proceed(0, 1);
    rig.pass(299_999);
    expect(socket.writes).toEqual([]);
    rig.pass(1);
    expect(socket.writes.join('')).toContain('408');
  });

  it('drop a peer that takes nothing, and not one that takes a little', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    socket.room = 10;
    send(get('/'));
    rig.answer(1, text('a'.repeat(100)));
    for (let i = 0; i < 10; i++) {
      rig.pass(59_000);
      socket.unsent -= 1;
    }
    rig.pass(1_000);
    expect(socket.isDestroyed).toBe(false);
    rig.pass(59_999);
    expect(socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect(socket.isDestroyed).toBe(true);
  });

  it('give a refused peer two seconds to read its answer', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send('?\r\n\r\n');
    expect(socket.hasEnded).toBe(true);
    rig.pass(1_999);
    expect(socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect(socket.isDestroyed).toBe(true);
  });

  it('can be switched off', () => {
    const off = Number.POSITIVE_INFINITY;
    const rig = new Rig({ headTimeoutMs: off, requestTimeoutMs: off, keepAliveTimeoutMs: off, writeTimeoutMs: off });
    const idle = rig.connect();
    const slow = rig.connect();
    slow.send('GET');
    rig.pass(1e12);
    expect([idle.socket.isDestroyed, slow.socket.hasEnded]).toEqual([false, false]);
  });
});
