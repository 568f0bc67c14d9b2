/** What the connection host refuses, with a fake socket, app and clock: the status, and what it does to requests around. */
import { describe, expect, it } from 'vitest';
import { COUNT } from '../../src/node/counters.ts';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get, post } from '../helpers/requests.ts';

describe('refusals', () => {
  it('come after the answers to earlier requests and end the connection', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send(`${get('/1')}BAD\x01 / HTTP/1.1\r\n\r\n${get('/2')}`);
    expect(socket.writes).toEqual([]);
    rig.answer(1, text('a'));
    expect(socket.writes.join('')).toMatch(
      /^HTTP\/1.1 200 OK[\s\S]*aHTTP\/1.1 400 Bad Request\r\nDate: [^\r]+\r\nContent-Type: text\/plain; charset=UTF-8\r\nConnection: close\r\nContent-Length: 16\r\n\r\n400 Bad Request\n$/,
    );
    expect(socket.hasEnded).toBe(true);
    expect(rig.app.log).toEqual(['request /1']);
  });

  it('abort a request whose body breaks the rules', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send('POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX');
    expect(rig.app.log).toEqual(['request /1', 'abort']);
    expect(socket.writes.join('')).toContain('400 Bad Request');
    rig.answer(1, text('late'));
    expect(socket.writes.join('')).not.toContain('late');
  });

  it('meet what is too large before it is read', () => {
    const rig = new Rig({ maxBodyBytes: 10 });
    const { socket, send } = rig.connect();
    send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n');
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 413 /);
    expect(rig.app.log).toEqual([]);
  });

  it('meet the surplus when too many requests wait', () => {
    const rig = new Rig({ maxQueuedRequests: 1 });
    rig.server.counters[COUNT.MADE] = 1;
    const { socket, send } = rig.connect();
    send(get('/'));
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 503 [\s\S]*Retry-After: 1\r\n/);
  });

  it('meet a request whose body has come when too many others wait', () => {
    const rig = new Rig({ maxQueuedRequests: 1 });
    const { socket, send } = rig.connect();
    const bytes = post('/', 'abc');
    send(bytes.slice(0, -1));
    rig.server.counters[COUNT.MADE] = 1;
    send(bytes.slice(-1));
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 503 /);
    expect(rig.app.log).toEqual(['request /', 'abort']);
  });

  it('meet bodies when temporary files are full', () => {
    const rig = new Rig({ spoolBytes: 10, maxSpoolBytes: 20 });
    const { socket, send } = rig.connect();
    send(post('/', 'x'.repeat(30)));
    expect(socket.writes.join('')).toMatch(/^HTTP\/1.1 503 /);
    expect(rig.app.log).toEqual(['request /', 'abort']);
  });

  it('meet CONNECT, unknown expectations and foreign hosts', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n', 405],
      [get('/', 'Expect: wonders\r\n'), 417],
      ['GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
      ['GET http://evil.example/ HTTP/1.1\r\nHost: h\r\n\r\n', 421],
      ['GET / HTTP/1.0\r\n\r\n', 421],
    ];
    for (const [bytes, status] of cases) {
      const rig = new Rig({ allowedHosts: new Set(['h', '::1']) });
      const { socket, send } = rig.connect();
      send(bytes);
      expect(socket.writes.join('')).toContain(`HTTP/1.1 ${status} `);
      expect(rig.app.log).toEqual([]);
    }
    for (const host of ['h', 'H:8080', '[::1]:80', '[::1]']) {
      const rig = new Rig({ allowedHosts: new Set(['h', '::1']) });
      rig.connect().send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(rig.app.log).toEqual(['request /']);
    }
  });
});
