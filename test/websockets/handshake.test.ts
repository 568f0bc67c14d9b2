/** Handshakes with servers: what is answered, what is refused, and who decides. */
import { describe, expect, it } from 'vitest';
import type * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, first, noted, servedServer, socketServer } from '../helpers/web-sockets.ts';
import { untilEnd } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';
import { handshake, KEY, textFrame, WsClient } from '../helpers/ws-client.ts';

type Changes = Parameters<typeof handshake>[0];

/** What a handshake is answered with. */
async function answerTo(
  options: W.ServerOptions,
  changes: Changes,
  start?: string,
): Promise<[number, (name: string) => string | undefined]> {
  const server = await socketServer(options);
  const log = noted(server);
  const { responses } = await untilEnd(server.port, [handshake(changes, start)]);
  const [answer] = responses;
  if (answer === undefined) throw new Error('no answer');
  expect(log).toEqual([]);
  return [answer.status, (name) => field(answer, name)];
}

describe('a handshake', () => {
  it('is answered with the accept of its key, and the first subprotocol alone', async () => {
    const server = await socketServer();
    const client = await WsClient.connect(server.port);
    await client.send(handshake({ 'Sec-WebSocket-Protocol': 'chat, superchat' }));
    const answer = await client.opened();
    expect([answer.reason, field(answer, 'Upgrade'), field(answer, 'Connection')]).toEqual([
      'Switching Protocols',
      'websocket',
      'Upgrade',
    ]);
    expect(field(answer, 'Sec-WebSocket-Accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(field(answer, 'Sec-WebSocket-Protocol')).toBe('chat');
    expect(field(answer, 'Sec-WebSocket-Extensions')).toBe(undefined);
    await eventually(() => server.clients.size).toBe(1);
    expect(first(server)).toMatchObject({ protocol: 'chat', version: 13, readyState: 'open', server, data: undefined });
    client.close();
  });

  it('may have version 8, any case, and frames right behind it', async () => {
    const server = await socketServer();
    const log = noted(server);
    const client = await WsClient.connect(server.port);
    const changes = { Upgrade: 'h2c, WebSocket', Connection: 'keep-alive, UPGRADE', 'Sec-WebSocket-Version': '8' };
    await client.send(Buffer.concat([Buffer.from(handshake(changes)), textFrame('at once')]));
    expect(field(await client.opened(), 'Sec-WebSocket-Protocol')).toBe(undefined);
    await eventually(() => log).toEqual(['established', 'receive at once']);
    expect(first(server)).toMatchObject({ protocol: '', version: 8 });
    client.close();
  });

  it.each<[string, number, Changes, string?]>([
    ['another method', 405, {}, 'POST / HTTP/1.1'],
    ['HTTP/1.0', 400, {}, 'GET / HTTP/1.0'],
    ['no key', 400, { 'Sec-WebSocket-Key': null }],
    ['two keys', 400, { 'Sec-WebSocket-Key': [KEY, KEY] }],
    ['a key of 15 bytes', 400, { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }],
    ['a key with bits left over', 400, { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAB==' }],
    ['no Connection', 400, { Connection: null }],
    ['Connection: keep-alive', 400, { Connection: 'keep-alive' }],
    ['no version', 426, { 'Sec-WebSocket-Version': null }],
    ['version 0', 426, { 'Sec-WebSocket-Version': '0' }],
    ['version 7', 426, { 'Sec-WebSocket-Version': '7' }],
    ['version 14', 426, { 'Sec-WebSocket-Version': '14' }],
    [
      'the fields of hixie-76',
      426,
      {
        'Sec-WebSocket-Version': null,
        'Sec-WebSocket-Key': null,
        'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5',
        'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00',
      },
    ],
  ])('with %s is refused with %i', async (_name, expected, changes, start) => {
    const [status, of] = await answerTo({}, changes, start);
    expect(status).toBe(expected);
    if (status === 405) expect(of('Allow')).toBe('GET');
    if (status === 426) expect(of('Sec-WebSocket-Version')).toBe('13, 8');
  });

  it.each([
    ['Upgrade-Insecure-Requests: 1', { Upgrade: null, Connection: null, 'Upgrade-Insecure-Requests': '1' }],
    ['Upgrade: h2c', { Upgrade: 'h2c' }],
    ['Upgrade: websockets', { Upgrade: 'websockets' }],
  ])('is none with %s: that is a page', async (_name, changes) => {
    const [status, of] = await answerTo({}, changes);
    expect([status, of('Content-Type')]).toEqual([200, 'text/html; charset=UTF-8']);
  });
});

describe.each(DISPATCHES)('with %s dispatch', (dispatch) => {
  it.each<[boolean | number, number]>([
    [false, 403],
    [401, 401],
    [503, 503],
  ])('verifyRequest that gives %s refuses', async (verdict, expected) => {
    const server = await servedServer(dispatch, {
      verifyRequest: async (request) => (request.headers.get('origin') === 'good' ? true : verdict),
    });
    const log = noted(server);
    const { responses } = await untilEnd(server.port, [handshake({ Origin: 'bad' })]);
    expect(responses.map(({ status }) => status)).toEqual([expected]);
    const client = await WsClient.open(server.port, { Origin: 'good' });
    await eventually(() => log).toEqual(['established']);
    client.close();
  });

  it('handleProtocols chooses', async () => {
    const asked: unknown[] = [];
    const server = await servedServer(dispatch, {
      handleProtocols: (offered, { resource }) => {
        asked.push([[...offered], resource]);
        return offered.has('b') && 'b';
      },
    });
    const one = await WsClient.connect(server.port);
    await one.send(handshake({ 'Sec-WebSocket-Protocol': ['a, b', 'c'] }));
    expect(field(await one.opened(), 'Sec-WebSocket-Protocol')).toBe('b');
    const two = await WsClient.connect(server.port);
    await two.send(handshake({ 'Sec-WebSocket-Protocol': 'a' }));
    expect(field(await two.opened(), 'Sec-WebSocket-Protocol')).toBe(undefined);
    expect(asked).toEqual([
      [['a', 'b', 'c'], '/'],
      [['a'], '/'],
    ]);
    one.close();
    two.close();
  });

  it.each([
    ['verifyRequest that gives 42', { verifyRequest: () => 42 }, /from 300 to 599, not 42/],
    ['verifyRequest that gives 200', { verifyRequest: () => 200 }, /not 200/],
    ['verifyRequest that gives nothing', { verifyRequest: () => undefined as unknown as boolean }, /not undefined/],
    ['handleProtocols that gives what was not offered', { handleProtocols: () => 'x' }, /"x" was not offered/],
  ])('%s is 500, and an error of the server', async (_name, options, message) => {
    const logged: string[] = [];
    const logger = (level: string): void => void logged.push(level);
    const server = await servedServer(dispatch, { ...options, exposeErrors: true, logger });
    const log = noted(server);
    const errors: string[] = [];
    server.on('error', (error) => errors.push(error.message));
    const { responses } = await untilEnd(server.port, [handshake()]);
    expect([responses[0]?.status, log]).toEqual([500, []]);
    await eventually(() => errors).toEqual([expect.stringMatching(message)]);
    expect([String(responses[0]?.body), logged]).toEqual([`ERROR: ${errors[0]}`, []]);
  });

  it('what they throw is 500, and an error of the server', async () => {
    const server = await servedServer(dispatch, {
      verifyRequest: () => {
        throw new Error('verify');
      },
    });
    const errors: string[] = [];
    server.on('error', (error) => errors.push(error.message));
    const { responses } = await untilEnd(server.port, [handshake()]);
    expect(responses.map(({ status }) => status)).toEqual([500]);
    await eventually(() => errors).toEqual(['verify']);
  });
});
