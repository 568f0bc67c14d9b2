/** What the app has to say to a handshake over a real socket, and what comes with it in one packet. */
import { describe, expect, it } from 'vitest';
import { deferred } from '../../../src/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { get } from '../../helpers/requests.ts';
import { serve } from '../../helpers/server.ts';
import { talk } from '../../helpers/talk.ts';
import { bytewise, latin1, untilEnd } from '../../helpers/wire.ts';
import { field, type WireResponse } from '../../helpers/wire-response.ts';
import { expectRefusal } from '../../helpers/wire-rows.ts';
import { BINARY, closeFrame, FIN, frame, handshake, textFrame, WsClient } from '../../helpers/ws-client.ts';

type Changes = Parameters<typeof handshake>[0];

const offering = (...protocols: string[]): Changes => ({ 'Sec-WebSocket-Protocol': protocols });

/** The only answer to a handshake. */
async function answerOf(port: number, changes: Changes, end = 'fin'): Promise<WireResponse> {
  const { responses, end: ended } = await untilEnd(port, [handshake(changes) + get('/behind')]);
  expect([responses.length, ended]).toEqual([1, end]);
  const [only] = responses;
  if (only === undefined) throw new Error('no answer');
  return only;
}

describe('an app without onWSOpen', () => {
  it('answers a handshake, also a faulty one, like any other request', async () => {
    const port = await serve({ call: ({ path, headers }) => ({ status: 200, body: `${path} ${headers['upgrade']}` }) });
    const faulty = handshake({ 'Sec-WebSocket-Key': null, 'Sec-WebSocket-Version': '1' }, 'GET /b HTTP/1.1');
    const rest = get('/c', 'Connection: close\r\n');
    const { responses } = await untilEnd(port, [handshake({}, 'GET /a HTTP/1.1') + faulty + rest]);
    expect(responses.map(({ body }) => String(body))).toEqual(['/a websocket', '/b websocket', '/c undefined']);
  });
});

describe('onHeaders', () => {
  it('sees origin and subprotocols, and may refuse with any response', async () => {
    const seen: unknown[] = [];
    const on = await talk({
      onHeaders({ headers, path }) {
        seen.push([path, headers['origin'], headers['sec-websocket-protocol'], headers['upgrade']]);
        return { status: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: 'who?' };
      },
    });
    const answer = await answerOf(on.port, { Origin: 'https://a.example', ...offering('x', 'y') });
    expect([answer.status, field(answer, 'www-authenticate'), String(answer.body)]).toEqual([401, 'Basic', 'who?']);
    expect(field(answer, 'connection')).toBe('close');
    expect(seen).toEqual([['/', 'https://a.example', 'x, y', 'websocket']]);
    expect([on.opened.length, on.called]).toEqual([0, []]);
  });

  it.each([
    ['a promise', () => Promise.reject(new Error('no idea'))],
    [
      'a throw',
      () => {
        throw new Error('no idea');
      },
    ],
  ])('fails with 500 and one line by %s', async (_, onHeaders) => {
    const on = await talk({ onHeaders });
    expectRefusal(await answerOf(on.port, {}), 500);
    expect(on.errors).toEqual(['onHeaders failed for GET /: no idea']);
    expect(on.opened.length).toBe(0);
  });

  it('may let it pass later: frames that came meanwhile are the first ones', async () => {
    const gates: (() => void)[] = [];
    const on = await talk({ onHeaders: () => new Promise<void>((resolve) => gates.push(resolve)) });
    const frames = [textFrame('one'), frame(FIN | BINARY, 'two'), textFrame('three')];
    const whole = Buffer.concat([latin1(handshake()), ...frames]);
    for (const pieces of [[whole], bytewise(whole), [latin1(handshake()), ...frames]]) {
      using client = await WsClient.connect(on.port);
      await client.send(...pieces);
      await eventually(() => gates.length).toBe(1);
      expect(client.wire.received.length).toBe(0);
      gates.pop()?.();
      await client.opened();
      expect(await client.take(3)).toEqual(['text one', `binary ${Buffer.from('two').toString('hex')}`, 'text three']);
    }
    expect(on.heard).toEqual(Array(3).fill(['one', 'bytes two', 'three']).flat());
  });

  it('may let it pass through a thenable that needs no microtask', async () => {
    const later = deferred<undefined>();
    const on = await talk({ onHeaders: () => later.thenable });
    using client = await WsClient.connect(on.port);
    await client.send(handshake(), textFrame('one'));
    later.resolve(undefined);
    await client.opened();
    expect(await client.take(1)).toEqual(['text one']);
  });

  it('is not asked about a client that has gone meanwhile, and nothing is opened', async () => {
    const gates: (() => void)[] = [];
    const signals: AbortSignal[] = [];
    const on = await talk({
      onHeaders(req) {
        signals.push(req.signal);
        return new Promise<void>((resolve) => gates.push(resolve));
      },
    });
    using client = await WsClient.connect(on.port);
    await client.send(handshake());
    await eventually(() => gates.length).toBe(1);
    await on.server.stop();
    await eventually(() => signals[0]?.aborted).toBe(true);
    gates[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect([on.opened.length, on.closes, on.errors]).toEqual([0, [], []]);
  });
});

describe('allowedOrigins', () => {
  const OWN = 'https://own.example';
  it.each<[string, Changes]>([
    ['another origin', { Origin: 'https://other.example' }],
    ['one that begins like an allowed one', { Origin: `${OWN}.other.example` }],
    ['the allowed host with another scheme', { Origin: 'http://own.example' }],
    ['null', { Origin: 'null' }],
    ['an empty origin', { Origin: '' }],
    ['an allowed and another one', { Origin: [OWN, 'https://other.example'] }],
    [
      'another one in the field of version 8',
      { 'Sec-WebSocket-Version': '8', 'Sec-WebSocket-Origin': 'https://other.example' },
    ],
    [
      'another one in the field of version 8, and an allowed one',
      { 'Sec-WebSocket-Version': '8', Origin: OWN, 'Sec-WebSocket-Origin': 'https://other.example' },
    ],
  ])('refuse %s with 403', async (_, changes) => {
    const on = await talk({}, { allowedOrigins: [OWN] });
    expectRefusal(await answerOf(on.port, changes), 403);
    expect([on.opened.length, on.called]).toEqual([0, []]);
  });

  it.each<[string, Changes]>([
    ['one of them', { Origin: OWN }],
    ['no origin', {}],
    ['one of them in the field of version 8', { 'Sec-WebSocket-Version': '8', 'Sec-WebSocket-Origin': OWN }],
    ['in version 13 the field of version 8', { 'Sec-WebSocket-Origin': 'https://other.example' }],
  ])('let %s pass', async (_, changes) => {
    const on = await talk({}, { allowedOrigins: ['https://first.example', OWN] });
    using client = await WsClient.open(on.port, changes);
    await client.send(textFrame('hi'));
    expect(await client.take(1)).toEqual(['text hi']);
  });

  it('say nothing about ordinary requests', async () => {
    const on = await talk({}, { allowedOrigins: [OWN] });
    const { responses } = await untilEnd(on.port, [get('/', 'Origin: https://other.example\r\nConnection: close\r\n')]);
    expect(responses.map(({ status }) => status)).toEqual([200]);
  });
});

describe('handleProtocols', () => {
  it('chooses one of those that are offered, in all fields', async () => {
    const offers: string[][] = [];
    const on = await talk({
      handleProtocols(offered, req) {
        offers.push([req.path, ...offered]);
        return offered.has('chat') ? 'chat' : false;
      },
    });
    using client = await WsClient.connect(on.port);
    await client.send(handshake(offering('soap', 'wamp, chat')));
    const opened = await client.opened();
    expect(field(opened, 'sec-websocket-protocol')).toBe('chat');
    expect(opened.fields.map(([name]) => name).at(-1)).toBe('Sec-WebSocket-Protocol');
    expect(on.opened[0]?.protocol).toBe('chat');

    using other = await WsClient.connect(on.port);
    await other.send(handshake());
    expect(field(await other.opened(), 'sec-websocket-protocol')).toBeUndefined();
    expect(on.opened[1]?.protocol).toBe('');
    expect(offers).toEqual([['/', 'soap', 'wamp', 'chat'], ['/']]);
  });

  it.each<[string, () => string | false, string]>([
    ['one that is not offered', () => 'c', 'the subprotocol "c" was not offered'],
    ['none of the offered by an empty name', () => '', 'the subprotocol "" was not offered'],
    [
      'nothing, because it throws',
      () => {
        throw new Error('no idea');
      },
      'no idea',
    ],
  ])('that chooses %s gives 500 and one line', async (_, handleProtocols, message) => {
    const on = await talk({ handleProtocols });
    expectRefusal(await answerOf(on.port, offering('a', 'b')), 500);
    expect(on.errors).toEqual([`handleProtocols failed for GET /: ${message}`]);
    expect(on.opened.length).toBe(0);
  });
});

describe('behind a request whose answer takes longer', () => {
  /** An app whose `call` waits for the test, and a client that has sent a request and a handshake. */
  async function waiting(count = 1, bodyOf: (path: string) => string | Uint8Array = (path) => path) {
    const gates: (() => void)[] = [];
    const on = await talk({
      call: (req) =>
        new Promise((resolve) => {
          gates.push(() => resolve({ status: 200, body: bodyOf(req.path) }));
        }),
      onWSOpen: (ws) => {
        ws.send('hello');
      },
    });
    const client = await WsClient.connect(on.port, count);
    await client.send(get('/slow').repeat(count) + handshake() + textFrame('hi').toString('latin1'));
    await eventually(() => on.opened.length).toBe(1);
    return { on, client, gates };
  }

  it.each<[what: string, count: number, bodyOf: (path: string) => string | Uint8Array, expected: string]>([
    ['a text', 1, (path) => path, '/slow'],
    ['bytes', 1, (path) => Buffer.from(path), '/slow'],
    ['bytes, twice', 2, (path) => Buffer.from(path), '/slow'],
    ['bytes that leave piece by piece', 1, () => Buffer.alloc(300_000, 'x'), 'x'.repeat(300_000)],
  ])(
    'of %s: the handshake is answered in its turn, and what the app has said meanwhile follows',
    async (_, count, bodyOf, expected) => {
      const { on, client, gates } = await waiting(count, bodyOf);
      expect([client.wire.received.length, on.heard]).toEqual([0, []]);
      for (const open of gates) open();
      await client.opened();
      expect(client.answers.map(({ status, body }) => `${status} ${body}`)).toEqual([
        ...Array(count).fill(`200 ${expected}`),
        '101 ',
      ]);
      expect(await client.take(2)).toEqual(['text hello', 'text hi']);
      await client.send(closeFrame(1000));
      await client.untilEnd();
    },
  );

  it('a Close that the app has sent meanwhile follows', async () => {
    const { on, client, gates } = await waiting();
    on.opened[0]?.close(3001, 'enough');
    gates[0]?.();
    await client.opened();
    expect(await client.take(2)).toEqual(['text hello', 'close 3001 enough']);
    await client.send(closeFrame(3001));
    await client.untilEnd();
    await eventually(() => on.closes).toEqual(['3001']);
    expect(on.heard).toEqual([]);
  });

  it.each<[string, number]>([
    ['its server ends', 1],
    ['its server ends, after one of two answers', 2],
  ])('the app hears of the end when %s before', async (_, count) => {
    const { on, gates } = await waiting(count);
    if (count > 1) gates[0]?.();
    await on.server.stop();
    await eventually(() => on.closes).toEqual(['1006 dirty']);
    expect(on.opened[0]?.send('late')).toBe(-1);
  });
});

it('a client that ends behind its first frames has them heard', async () => {
  const on = await talk({ onHeaders: () => new Promise((resolve) => setImmediate(resolve)) });
  using client = await WsClient.connect(on.port);
  await client.send(Buffer.concat([latin1(handshake()), textFrame('last words')]));
  client.wire.halfClose();
  await client.untilEnd();
  await eventually(() => on.closes).toEqual(['1006 dirty']);
  expect(on.heard).toEqual(['last words']);
});
