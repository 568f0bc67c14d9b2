/** The opening handshake of a server: what is refused and how, what is agreed on. */
import { describe, expect, it } from 'vitest';
import {
  acceptHandshake,
  acceptKey,
  asksForWebSocket,
  type Handshake,
  type HandshakeRequest,
  isOriginAllowed,
  isRefusal,
  judgeHandshake,
} from '../../src/websocket/handshake.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const FIELDS: Readonly<Record<string, string>> = {
  Host: 'a',
  Connection: 'keep-alive, Upgrade',
  Upgrade: 'WebSocket',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

/** A right request, but for some fields; one that is `null` is left out. */
function request(
  change: Readonly<Record<string, string | null>> = {},
  more: readonly string[] = [],
  rest: Partial<HandshakeRequest> = {},
): HandshakeRequest {
  const fields = Object.entries({ ...FIELDS, ...change }).filter(([, value]) => value !== null);
  return { method: 'GET', httpVersion: '1.1', rawHeaders: [...(fields.flat() as string[]), ...more], ...rest };
}

function accepted(of: HandshakeRequest): Handshake {
  const result = judgeHandshake(of);
  if (isRefusal(result)) throw new Error(result.reason);
  return result;
}

describe('a request', () => {
  it.each(['websocket', 'WEBSOCKET', 'h2c, websocket', 'foo ,\twebsocket'])(
    'with Upgrade: %s asks for one',
    (value) => {
      expect(asksForWebSocket(['uPGRADE', value])).toBe(true);
    },
  );

  it.each(['h2c', 'websocket/13', 'websockets', 'foo', ''])('with Upgrade: %s is an ordinary one', (value) => {
    expect(asksForWebSocket(['Upgrade', value])).toBe(false);
  });

  it('without Upgrade is an ordinary one', () => {
    expect(asksForWebSocket(['Upgrade-Insecure-Requests', '1'])).toBe(false);
  });
});

describe('a handshake', () => {
  it.each<[string, HandshakeRequest, number]>([
    ['of another method', request({}, [], { method: 'POST' }), 405],
    ['in HTTP/1.0', request({}, [], { httpVersion: '1.0' }), 400],
    ['without Host', request({ Host: null }), 400],
    ['with two Host fields', request({}, ['Host', 'b']), 400],
    ['without Connection', request({ Connection: null }), 400],
    ['with Connection: keep-alive', request({ Connection: 'keep-alive, upgraded' }), 400],
    ['with a body', request({ 'Content-Length': '1' }), 400],
    ['with a chunked body', request({ 'Transfer-Encoding': 'chunked' }), 400],
    ['without key', request({ 'Sec-WebSocket-Key': null }), 400],
    ['with two keys', request({}, ['Sec-WebSocket-Key', KEY]), 400],
    ['with a key of 15 bytes', request({ 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }), 400],
    ['with a key of 17 bytes', request({ 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAAA=' }), 400],
    ['with a key whose last letter holds too much', request({ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZR==' }), 400],
    ['with a key that is not base64', request({ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j!Q==' }), 400],
    ['without version', request({ 'Sec-WebSocket-Version': null }), 426],
    ['of version 12', request({ 'Sec-WebSocket-Version': '12' }), 426],
    ['of version 013', request({ 'Sec-WebSocket-Version': '013' }), 426],
    ['with two versions', request({}, ['Sec-WebSocket-Version', '13']), 426],
    ['without version and key', request({ 'Sec-WebSocket-Version': null, 'Sec-WebSocket-Key': null }), 426],
    ['with a subprotocol twice', request({ 'Sec-WebSocket-Protocol': 'a, b' }, ['Sec-WebSocket-Protocol', 'a']), 400],
    ['with a subprotocol that is no token', request({ 'Sec-WebSocket-Protocol': 'a b' }), 400],
    ['with an empty subprotocol', request({ 'Sec-WebSocket-Protocol': 'a,,b' }), 400],
    ['with a malformed extension', request({ 'Sec-WebSocket-Extensions': 'a; b=' }), 400],
  ])('%s is refused', (_, of, status) => {
    const result = judgeHandshake(of);
    expect(result).toMatchObject({ status, reason: expect.stringMatching(/./) });
    if (!isRefusal(result)) return;
    if (status === 405) expect(result.headers).toEqual({ Allow: 'GET' });
    if (status === 426) expect(result.headers).toEqual({ 'Sec-WebSocket-Version': '13, 8', Upgrade: 'websocket' });
  });

  it('tells what is asked for', () => {
    const fields = ['Origin', 'http://a', 'Sec-WebSocket-Protocol', 'chat, super', 'sec-websocket-protocol', 'more'];
    const handshake = accepted(request({ 'Content-Length': '0' }, fields));
    expect(handshake).toMatchObject({ key: KEY, version: 13, origins: ['http://a'], extensions: [] });
    expect([...handshake.protocols]).toEqual(['chat', 'super', 'more']);
  });

  it('of version 8 has its origin in another field, and both count', () => {
    const fields = ['Origin', 'http://a', 'Sec-WebSocket-Origin', 'http://b'];
    expect(accepted(request({ 'Sec-WebSocket-Version': '8' }, fields)).origins).toEqual(['http://a', 'http://b']);
    expect(accepted(request({}, fields)).origins).toEqual(['http://a']);
  });

  it('is allowed when all its origins are, or it has none', () => {
    const from = (...origins: string[]): Handshake =>
      accepted(
        request(
          { 'Sec-WebSocket-Version': '8' },
          origins.flatMap((one) => ['Sec-WebSocket-Origin', one]),
        ),
      );
    expect(isOriginAllowed(from(), ['http://a'])).toBe(true);
    expect(isOriginAllowed(from('http://a'), ['http://a'])).toBe(true);
    expect(isOriginAllowed(from('http://a', 'http://b'), ['http://a'])).toBe(false);
    expect(isOriginAllowed(from('null'), ['http://a'])).toBe(false);
  });
});

describe('the answer', () => {
  it('has the accept key of the RFC', () => {
    expect(acceptKey(KEY)).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  it('is a complete head', () => {
    const { head, protocol, deflate } = acceptHandshake(
      accepted(request({ 'Sec-WebSocket-Protocol': 'chat' })),
      'chat',
    );
    expect(head).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n',
    );
    expect([protocol, deflate]).toEqual(['chat', null]);
  });

  it('names no subprotocol unless one was chosen', () => {
    const answer = acceptHandshake(accepted(request({ 'Sec-WebSocket-Protocol': 'chat' })));
    expect(answer.protocol).toBe('');
    expect(answer.head).not.toContain('Protocol:');
  });

  it('chooses no subprotocol that was not offered', () => {
    const handshake = accepted(request({ 'Sec-WebSocket-Protocol': 'chat' }));
    expect(() => acceptHandshake(handshake, 'other')).toThrow(expect.objectContaining({ code: 'HV_BAD_PROTOCOL' }));
    expect(() => acceptHandshake(handshake, 'chat\r\nX: y')).toThrow();
  });

  it('accepts compression only when that is wished for', () => {
    const handshake = accepted(request({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    expect(acceptHandshake(handshake).head).not.toContain('Extensions');
    expect(acceptHandshake(handshake, false, {}).head).toContain(
      '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n',
    );
  });
});
