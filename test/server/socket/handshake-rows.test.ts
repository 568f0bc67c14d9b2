/** Handshakes over a real socket, RFC 6455 section 4.2: one answer each; whole, byte by byte, behind another request. */
import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { get } from '../../helpers/requests.ts';
import { type Talk, talk } from '../../helpers/talk.ts';
import { bytewise, latin1, untilEnd } from '../../helpers/wire.ts';
import { field, type WireResponse } from '../../helpers/wire-response.ts';
import { expectRefusal } from '../../helpers/wire-rows.ts';
import { ACCEPT, closeFrame, handshake, KEY, textFrame, WsClient } from '../../helpers/ws-client.ts';

type Changes = Parameters<typeof handshake>[0];

let on: Talk;
let asked = 0;
beforeEach(async () => {
  asked = 0;
  const onHeaders = (): void => {
    asked++;
  };
  on = await talk({ onHeaders }, { perMessageDeflate: true });
});

const WITH_BODY = 'hello';

interface Refused {
  readonly name: string;
  readonly status: number;
  readonly bytes: string;
  readonly also?: (answer: WireResponse) => void;
}

function refused(status: number, changes: Readonly<Record<string, Changes>>, also?: Refused['also']): Refused[] {
  return Object.entries(changes).map(([name, one]) => ({
    name,
    status,
    bytes: handshake(one),
    ...(also !== undefined && { also }),
  }));
}

const namesVersions = (answer: WireResponse): void => {
  expect(field(answer, 'sec-websocket-version')).toBe('13, 8');
  expect(field(answer, 'upgrade')).toBe('websocket');
};
const allowsGet = (answer: WireResponse): void => expect(field(answer, 'allow')).toBe('GET');

const REFUSED: readonly Refused[] = [
  ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'get', 'FOO'].map((method) => ({
    name: `method ${method}`,
    status: 405,
    bytes: handshake({}, `${method} / HTTP/1.1`),
    also: allowsGet,
  })),
  { name: 'HTTP/1.0', status: 400, bytes: handshake({}, 'GET / HTTP/1.0') },
  {
    name: 'HTTP/1.0 with keep-alive',
    status: 400,
    bytes: handshake({ Connection: 'keep-alive, Upgrade' }, 'GET / HTTP/1.0'),
  },
  ...refused(400, {
    'no Host': { Host: null },
    'two Host fields': { Host: ['a', 'a'] },
    'no Connection': { Connection: null },
    'Connection: keep-alive': { Connection: 'keep-alive' },
    'Connection: close': { Connection: 'close' },
    'Connection: upgraded': { Connection: 'upgraded' },
    'Connection: "upgrade"': { Connection: '"upgrade"' },
    'no key': { 'Sec-WebSocket-Key': null },
    'an empty key': { 'Sec-WebSocket-Key': '' },
    'two keys': { 'Sec-WebSocket-Key': [KEY, KEY] },
    'a key that is no base64': { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j-Q==' },
    'a key of 15 bytes': { 'Sec-WebSocket-Key': Buffer.alloc(15).toString('base64') },
    'a key of 17 bytes': { 'Sec-WebSocket-Key': Buffer.alloc(17).toString('base64') },
    'a key without its padding': { 'Sec-WebSocket-Key': KEY.slice(0, -2) },
    'a key with bits behind its end': { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZR==' },
    'two keys in one field': { 'Sec-WebSocket-Key': `${KEY}, ${KEY}` },
    'an empty subprotocol': { 'Sec-WebSocket-Protocol': '' },
    'a subprotocol with a space': { 'Sec-WebSocket-Protocol': 'a b' },
    'a subprotocol in quotes': { 'Sec-WebSocket-Protocol': '"a"' },
    'a gap between subprotocols': { 'Sec-WebSocket-Protocol': 'a,,b' },
    'one subprotocol twice': { 'Sec-WebSocket-Protocol': 'a, b, a' },
    'one subprotocol twice, in two fields': { 'Sec-WebSocket-Protocol': ['a', 'a'] },
    'empty extensions': { 'Sec-WebSocket-Extensions': '' },
    'an extension without its parameter': { 'Sec-WebSocket-Extensions': 'permessage-deflate;' },
    'an extension whose parameter has no name': { 'Sec-WebSocket-Extensions': 'permessage-deflate; =1' },
    'an extension whose parameter has an empty value': { 'Sec-WebSocket-Extensions': 'permessage-deflate; a=' },
    'an extension with an open quote': { 'Sec-WebSocket-Extensions': 'x; a="b' },
    'an extension whose quoted value is no token': { 'Sec-WebSocket-Extensions': 'x; a="b c"' },
    'two extensions without a comma': { 'Sec-WebSocket-Extensions': 'x y' },
    'a gap between extensions': { 'Sec-WebSocket-Extensions': 'x,,y' },
    'a field with a space before its colon': { 'X ': 'a' },
    'a field without a name': { '': 'a' },
    'a field with a control byte': { X: 'a\x01' },
  }),
  { name: 'a continued field', status: 400, bytes: handshake().replace('\r\nUpgrade', '\r\nX: a\r\n b\r\nUpgrade') },
  { name: 'a line ended by LF alone', status: 400, bytes: handshake().replace('h\r\nUpgrade', 'h\nUpgrade') },
  { name: 'a body', status: 400, bytes: handshake({ 'Content-Length': '5' }) + WITH_BODY },
  {
    name: 'a chunked body',
    status: 400,
    bytes: `${handshake({ 'Transfer-Encoding': 'chunked' })}5\r\nhello\r\n0\r\n\r\n`,
  },
  ...refused(
    426,
    {
      'no version': { 'Sec-WebSocket-Version': null },
      'an empty version': { 'Sec-WebSocket-Version': '' },
      'version 0': { 'Sec-WebSocket-Version': '0' },
      'version 7': { 'Sec-WebSocket-Version': '7' },
      'version 12': { 'Sec-WebSocket-Version': '12' },
      'version 14': { 'Sec-WebSocket-Version': '14' },
      'version 013': { 'Sec-WebSocket-Version': '013' },
      'two versions in one field': { 'Sec-WebSocket-Version': '13, 8' },
      'two versions': { 'Sec-WebSocket-Version': ['13', '13'] },
    },
    namesVersions,
  ),
];

const BEHIND = get('/behind');

describe('a handshake is refused', () => {
  it.each(REFUSED)('$status: $name', async ({ status, bytes, also }) => {
    const all = latin1(bytes + BEHIND);
    for (const pieces of [
      [all],
      bytewise(all),
      [latin1(get('/earlier')), all],
      [latin1(get('/earlier') + bytes + BEHIND)],
    ]) {
      const hasEarlier = pieces[0]?.includes('/earlier') === true;
      const { responses, end } = await untilEnd(on.port, pieces);
      if (hasEarlier) expect(String(responses.shift()?.body)).toBe('/earlier');
      expect(responses.length).toBe(1);
      expect(end).toBe('fin');
      // A refusal of the parser knows nothing of WebSockets.
      expectRefusal(responses[0], status);
      if (responses[0] !== undefined) also?.(responses[0]);
    }
    expect(on.called).toEqual(['/earlier', '/earlier']);
    expect(asked).toBe(2);
    expect([on.opened.length, on.errors]).toEqual([0, []]);
  });

  it('405: HEAD, without a body', async () => {
    const { responses, end } = await untilEnd(on.port, [handshake({}, 'HEAD / HTTP/1.1')], { methods: ['HEAD'] });
    expect(responses.map(({ status }) => status)).toEqual([405]);
    expect(end).toBe('fin');
  });
});

const offered = (value: string): Changes => ({ 'Sec-WebSocket-Extensions': value });

const ACCEPTED: readonly (readonly [name: string, changes: Changes])[] = [
  ['as clients send it', {}],
  ['names and tokens in another case', { Upgrade: 'WebSocket', Connection: 'UPGRADE' }],
  ['lists of tokens', { Upgrade: 'foo, websocket', Connection: 'keep-alive, Upgrade' }],
  ['tokens in several fields', { Upgrade: ['foo', 'websocket'], Connection: ['keep-alive', 'Upgrade'] }],
  ['with close among the tokens, as a proxy may send it', { Connection: 'close, Upgrade' }],
  ['version 8', { 'Sec-WebSocket-Version': '8' }],
  ['a body of no bytes', { 'Content-Length': '0' }],
  ['an empty Host', { Host: '' }],
  ['subprotocols that nobody chooses', { 'Sec-WebSocket-Protocol': 'a, b' }],
  ['an unknown extension', offered('x-made-up; a=1; b; c="d"')],
  ['window bits out of range', offered('permessage-deflate; server_max_window_bits=16')],
  ['window bits without a value', offered('permessage-deflate; server_max_window_bits')],
  ['window bits with a zero before', offered('permessage-deflate; server_max_window_bits=09')],
  ['a parameter twice', offered('permessage-deflate; client_max_window_bits; client_max_window_bits=9')],
  ['a value where none may be', offered('permessage-deflate; client_no_context_takeover=1')],
  ['an unknown parameter', offered('permessage-deflate; level=9')],
  ['names as of prototypes', { __proto__: 'a', constructor: 'b', hasOwnProperty: 'c' }],
];

describe('a handshake is accepted', () => {
  it.each(ACCEPTED)('%s', async (_, changes) => {
    const bytes = Buffer.concat([latin1(handshake(changes)), textFrame('first')]);
    const behind = Buffer.concat([latin1(get('/earlier')), bytes]);
    for (const [pieces, before] of [
      [[bytes], 0],
      [bytewise(bytes), 0],
      [[behind], 1],
      [bytewise(behind), 1],
    ] as const) {
      using client = await WsClient.connect(on.port, before);
      await client.send(...pieces);
      const { fields } = await client.opened();
      expect(await client.take(1)).toEqual(['text first']);
      await client.send(closeFrame(1000));
      expect(await client.untilEnd()).toEqual(['text first', 'close 1000']);
      expect(fields.map(([name]) => name)).toEqual(['Date', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept']);
      expect(fields.slice(1).map(([, value]) => value)).toEqual(['Upgrade', 'websocket', ACCEPT]);
      expect(Math.abs(Date.now() - Date.parse(fields[0]?.[1] ?? ''))).toBeLessThan(60_000);
      expect(client.ended).toBe('fin');
    }
    await eventually(() => on.closes).toEqual(Array(4).fill('1000'));
    expect(on.heard).toEqual(Array(4).fill('first'));
    expect(on.called).toEqual(['/earlier', '/earlier']);
    expect(on.errors).toEqual([]);
  });
});

describe('an ordinary request', () => {
  it.each(['h2c', 'foo', 'TLS/1.0', 'websockets', 'web socket', '"websocket"', 'websocket/13', ''])(
    'is one with Upgrade: %s',
    async (protocol) => {
      const rest = get('/next', 'Connection: close\r\n');
      const { responses } = await untilEnd(on.port, [handshake({ Upgrade: protocol }, 'GET /a HTTP/1.1') + rest]);
      expect(responses.map(({ status }) => status)).toEqual([200, 200]);
      expect([on.called, on.opened.length]).toEqual([['/a', '/next'], 0]);
    },
  );
});
