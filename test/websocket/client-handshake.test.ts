/** The opening handshake of a client, against the server's and against wrong answers. */
import { describe, expect, it } from 'vitest';
import { type ClientOptions, checkAnswer, clientHandshake } from '../../src/websocket/client-handshake.ts';
import { acceptHandshake, isRefusal, judgeHandshake } from '../../src/websocket/handshake.ts';

const NONCE = Buffer.from('the sample nonce');

/** The fields of a head as a flat list. */
function fieldsOf(head: string): string[] {
  const lines = head.split('\r\n').slice(1, -2);
  return lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
}

describe('a client', () => {
  it.each([13, 8] as const)('of version %i comes to terms with our server', (version) => {
    const handshake = clientHandshake({
      host: 'a:1',
      target: '/chat?x=1',
      version,
      protocols: ['p', 'q'],
      origin: 'http://a',
      deflate: {},
      headers: { 'X-More': 'é'.normalize('NFD').slice(0, 1) },
    });
    expect(handshake.head.startsWith('GET /chat?x=1 HTTP/1.1\r\nHost: a:1\r\n')).toBe(true);
    const judged = judgeHandshake({ method: 'GET', httpVersion: '1.1', rawHeaders: fieldsOf(handshake.head) });
    if (isRefusal(judged)) throw new Error(judged.reason);
    expect(judged).toMatchObject({ version, origins: ['http://a'] });
    const { head } = acceptHandshake(judged, 'q', { serverNoContextTakeover: true, clientMaxWindowBits: 10 });
    expect(checkAnswer(handshake, 101, fieldsOf(head))).toEqual({
      protocol: 'q',
      deflate: {
        serverNoContextTakeover: true,
        clientNoContextTakeover: false,
        serverMaxWindowBits: 15,
        clientMaxWindowBits: 10,
      },
    });
  });

  it('sends the key of the RFC for its nonce, and a new one each time by default', () => {
    expect(clientHandshake({ host: 'a' }, NONCE).key).toBe('dGhlIHNhbXBsZSBub25jZQ==');
    expect(clientHandshake({ host: 'a' }).key).not.toBe(clientHandshake({ host: 'a' }).key);
  });

  it.each([
    { host: 'a\r\nX: y' },
    { host: '' },
    { host: 'a', target: 'chat' },
    { host: 'a', target: '/a b' },
    { host: 'a', target: '/a#b' },
    { host: 'a', protocols: ['a b'] },
    { host: 'a', origin: 'a\nb' },
    { host: 'a', headers: { 'X Y': 'z' } },
    { host: 'a', headers: { X: 5 } },
    { host: 'a b' },
    { host: undefined },
    { host: 'a', version: 12 },
    { host: 'a', protocols: ['a', 'a'] },
    { host: 'a', headers: { host: 'b' } },
    { host: 'a', headers: { 'Sec-WebSocket-Key': 'mine' } },
    { host: 'a', headers: { 'Transfer-Encoding': 'chunked' } },
    { host: 'a', headers: { 'content-length': '5' } },
  ])('refuses what cannot stand in a head: %j', (options) => {
    expect(() => clientHandshake(options as ClientOptions)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });

  const right = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  };
  it.each<[string, number, Record<string, string>]>([
    ['another status', 200, right],
    ['no Upgrade', 101, { ...right, Upgrade: 'h2c' }],
    ['no Connection: upgrade', 101, { ...right, Connection: 'close' }],
    ['a wrong accept key', 101, { ...right, 'Sec-WebSocket-Accept': 'x' }],
    ['a subprotocol nobody offered', 101, { ...right, 'Sec-WebSocket-Protocol': 'q' }],
    ['an extension nobody offered', 101, { ...right, 'Sec-WebSocket-Extensions': 'permessage-deflate' }],
    ['a malformed extension', 101, { ...right, 'Sec-WebSocket-Extensions': ';' }],
  ])('does not take %s', (_, status, fields) => {
    const handshake = clientHandshake({ host: 'a', protocols: ['p'] }, NONCE);
    const check = (): unknown => checkAnswer(handshake, status, Object.entries(fields).flat());
    expect(check).toThrow(expect.objectContaining({ code: 'HV_WS_BAD_HANDSHAKE', fault: 'remote' }));
    expect(checkAnswer(handshake, 101, Object.entries(right).flat())).toEqual({ protocol: '', deflate: null });
  });
});
