/** Events through a ring: whatever the I/O side tells arrives as it was told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodyState, Peer, ToApp } from '../../src/node/link.ts';
import type { SpooledBody } from '../../src/node/spool.ts';
import { HeadCutter } from '../../src/server/head-cutter.ts';
import type { AccessEntry } from '../../src/static-types.ts';
import { EVENT_RING_BYTES } from '../../src/thread/control.ts';
import { EventReader, EventWriter } from '../../src/thread/events.ts';
import { LIMIT } from '../../src/wasm/constants.gen.ts';
import { bytesOf, carry, makePair, makeSlots, moveOn, noSocketsToApp, noUploadsToApp, recordsOf, u32 } from './pair.ts';

type Pair = ReturnType<typeof makePair>;

interface Head {
  readonly server: number;
  readonly connection: number;
  readonly request: number;
  /** The records, with the number of fields and of bytes where the parser has them. */
  readonly records: Uint32Array;
  readonly head: Uint8Array;
  readonly peer: Peer;
  readonly body: BodyState;
}

type Event =
  | { readonly kind: 'request'; readonly head: Head; readonly headAt: number }
  | {
      readonly kind: 'body';
      readonly server: number;
      readonly connection: number;
      readonly request: number;
      readonly body: SpooledBody;
    }
  | { readonly kind: 'abort'; readonly connection: number; readonly request: number }
  | { readonly kind: 'access'; readonly server: number; readonly entries: readonly AccessEntry[] }
  | { readonly kind: 'gone'; readonly connection: number }
  | { readonly kind: 'opened'; readonly server: number; readonly connection: number; readonly remoteAddress: string }
  | { readonly kind: 'closed'; readonly server: number; readonly connection: number }
  | { readonly kind: 'sent'; readonly request: number; readonly bytes: number }
  | { readonly kind: 'enough'; readonly request: number };

const peers = {
  tcp: { remoteAddress: '::ffff:127.0.0.1', remotePort: 65_535, localAddress: '127.0.0.1', localPort: 1 },
  pipe: { remoteAddress: '', remotePort: 0, localAddress: '/tmp/ü/漢', localPort: 0 },
};

const entry: fc.Arbitrary<AccessEntry> = fc.record({
  time: fc.nat(),
  remoteAddress: fc.string({ maxLength: 9 }),
  method: fc.constantFrom('GET', 'HEAD'),
  target: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text).toString('latin1')),
  status: fc.nat(999),
  bytes: fc.maxSafeNat(),
  ms: fc.nat(),
  referer: fc.string({ maxLength: 9 }),
  userAgent: fc.string({ maxLength: 9 }),
  aborted: fc.boolean(),
});

const event: fc.Arbitrary<Event> = fc.oneof(
  fc
    .record({
      fields: fc.nat(40),
      headBytes: fc.nat(700),
      headAt: fc.nat(7),
      server: u32,
      connection: fc.nat(3),
      request: u32,
      isPipe: fc.boolean(),
      body: fc.constantFrom<BodyState>(0, 1, 2),
    })
    .map(({ fields, headBytes, headAt, isPipe, ...rest }): Event => {
      const peer = { ...(isPipe ? peers.pipe : peers.tcp) };
      const head = { ...rest, records: recordsOf(fields, headBytes), head: bytesOf(headBytes, rest.request), peer };
      return { kind: 'request', head, headAt };
    }),
  fc
    .record({ server: u32, connection: u32, request: u32, size: fc.constantFrom(0, 1, 7, 8, 500) })
    .map(({ size, ...rest }): Event => {
      return { kind: 'body', ...rest, body: { kind: 'memory', bytes: bytesOf(size, rest.request) } };
    }),
  fc
    .record({ server: u32, connection: u32, request: u32, fd: fc.nat(100_000), size: fc.maxSafeNat() })
    .map(({ fd, size, ...rest }): Event => ({ kind: 'body', ...rest, body: { kind: 'file', fd, size } })),
  fc.record({ kind: fc.constant('abort' as const), connection: u32, request: u32 }),
  fc.record({
    kind: fc.constant('access' as const),
    server: u32,
    entries: fc.array(entry, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('gone' as const), connection: u32 }),
  fc.record({
    kind: fc.constant('opened' as const),
    server: u32,
    connection: fc.nat(3),
    remoteAddress: fc.constant(peers.tcp.remoteAddress),
  }),
  fc.record({ kind: fc.constant('closed' as const), server: u32, connection: u32 }),
  fc.record({ kind: fc.constant('sent' as const), request: u32, bytes: u32 }),
  fc.record({ kind: fc.constant('enough' as const), request: u32 }),
);

/** Tells an event out of memory like the parser's: records and head anywhere in it, the head at any byte. */
function tell(writer: EventWriter, one: Event): void {
  if (one.kind === 'abort') writer.abort(one.connection, one.request);
  else if (one.kind === 'access') writer.access(one.server, one.entries);
  else if (one.kind === 'gone') writer.gone(one.connection);
  else if (one.kind === 'opened') writer.connections.opened(one.server, one.connection, { ...peers.tcp });
  else if (one.kind === 'closed') writer.connections.closed(one.server, one.connection);
  else if (one.kind === 'sent') writer.sent(1, one.request, one.bytes);
  else if (one.kind === 'enough') writer.enough(1, one.request);
  else if (one.kind === 'body') {
    const { body } = one;
    // What is given away may be freed when it is sent.
    const given = body.kind === 'memory' ? { ...body, bytes: new Uint8Array(body.bytes) } : body;
    writer.body(one.server, one.connection, one.request, given);
  } else {
    const { records, head, server, connection, request, peer, body } = one.head;
    const recordAt = 3;
    const headAt = 4 * (recordAt + records.length + 2) + one.headAt;
    const memory = new ArrayBuffer((headAt + head.length + 64 + 7) & ~7);
    const words = new Uint32Array(memory);
    const bytes = Buffer.from(memory).fill(0xee);
    words.set(records, recordAt);
    bytes.set(head, headAt);
    writer.request(server, connection, request, { words, bytes, turn: 0, end: 0 }, recordAt, headAt, peer, body);
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function told(one: Event): unknown {
  if (one.kind === 'body') {
    return { ...one, body: one.body.kind === 'file' ? one.body : hex(one.body.bytes) };
  }
  if (one.kind !== 'request') return one;
  const { remoteAddress, remotePort, localAddress, localPort } = one.head.peer;
  const peer = { remoteAddress, remotePort, localAddress, localPort };
  return { ...one.head, records: [...one.head.records], head: hex(one.head.head), peer };
}

/** Half of the requests have long bodies, and the others streams: each is told to whom it concerns. */
const isLong = (request: number): boolean => request % 2 === 1;

function ends(pair: Pair): { writer: EventWriter; reader: EventReader; got: Event[]; rooms: () => number } {
  const got: Event[] = [];
  let rooms = 0;
  const cutter = new HeadCutter();
  const app: ToApp = {
    request(server, connection, request, memory, recordAt, headAt, peer, body) {
      const { words } = memory;
      const count = LIMIT.HEAD_WORDS + (words[recordAt + 3] ?? 0) * LIMIT.UNIT_WORDS;
      const records = words.slice(recordAt, recordAt + count);
      const head = Uint8Array.from(Buffer.from(cutter.cut(memory, recordAt, headAt, body === 0).text, 'latin1'));
      got.push({ kind: 'request', head: { server, connection, request, records, head, peer, body }, headAt: 0 });
    },
    body: (server, connection, request, body) => got.push({ kind: 'body', server, connection, request, body }),
    access: (server, entries) => got.push({ kind: 'access', server, entries }),
    abort: (connection, request) => got.push({ kind: 'abort', connection, request }),
    gone: (connection) => got.push({ kind: 'gone', connection }),
    hasRoom: () => true,
    sockets: noSocketsToApp,
    connections: {
      opened: (server, connection, peer) =>
        got.push({ kind: 'opened', server, connection, remoteAddress: peer.remoteAddress }),
      closed: (server, connection) => got.push({ kind: 'closed', server, connection }),
    },
    uploads: noUploadsToApp,
    streams: {
      sent: (_connection, request, bytes) => void (isLong(request) || got.push({ kind: 'sent', request, bytes })),
      enough: (_connection, request) => void (isLong(request) || got.push({ kind: 'enough', request })),
    },
  };
  const bodies = {
    sent: (request: number, bytes: number) => isLong(request) && got.push({ kind: 'sent', request, bytes }) > 0,
    forget: (request: number) => isLong(request) && got.push({ kind: 'enough', request }) > 0,
  };
  const reader = new EventReader(pair.ring, app, bodies, makeSlots()[0], () => rooms++);
  return { writer: new EventWriter(pair.out, makeSlots()[0], () => {}), reader, got, rooms: () => rooms };
}

describe('events', () => {
  test.each([
    [8192, 1],
    [8192, 8],
    [65_536, 3],
  ])('arrive as they were told, through a ring of %i bytes, in batches of %i', (size, batch) => {
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 12 }), { maxLength: 12 }), (turns) => {
        const pair = makePair(size, batch);
        const { writer, reader, got } = ends(pair);
        for (const turn of turns) {
          for (const one of turn) tell(writer, one);
          carry(pair, reader);
        }
        expect(got.map(told)).toEqual(turns.flat().map(told));
      }),
      { numRuns: 120 },
    );
  });

  test.each([65_535, 65_536, 65_537, 131_072, 131_073, 1_048_576])('carry bodies of %i bytes', (size) => {
    const pair = makePair(524_288, 8);
    const { writer, reader, got, rooms } = ends(pair);
    const said = [1, 2].map((connection): Event => {
      return {
        kind: 'body',
        server: 1,
        connection,
        request: 5,
        body: { kind: 'memory', bytes: bytesOf(size, connection) },
      };
    });
    for (const one of said) tell(writer, one);
    const mustWait = pair.out.isFull;
    carry(pair, reader);
    expect(got.map(told)).toEqual(said.map(told));
    if (mustWait) expect(rooms()).toBeGreaterThan(0);
  });

  test('the largest head fits wherever the ring stands, and there is room for it when there is said to be', () => {
    const pair = makePair(EVENT_RING_BYTES, 8);
    const { writer, reader, got } = ends(pair);
    const records = recordsOf(LIMIT.MAX_FIELDS, LIMIT.MAX_HEAD_BYTES);
    const head = bytesOf(LIMIT.MAX_HEAD_BYTES, 1);
    for (let i = 0; i < 10; i++) {
      const peer = { ...peers.tcp };
      const one: Event = {
        kind: 'request',
        head: { server: 1, connection: i, request: i, records, head, peer, body: 0 },
        headAt: 3,
      };
      let toldSoFar = 0;
      while (writer.hasRoom()) {
        tell(writer, one);
        expect(pair.out.isFull).toBe(false);
        toldSoFar++;
      }
      expect(toldSoFar).toBeGreaterThan(2);
      expect(pair.writer.isAsking).toBe(true);
      carry(pair, reader);
      expect(got.length).toBe(toldSoFar);
      for (const { head: seen } of got.splice(0) as (Event & { kind: 'request' })[]) {
        expect(Buffer.compare(seen.head, head)).toBe(0);
        expect(Buffer.compare(new Uint8Array(seen.records.buffer), new Uint8Array(records.buffer))).toBe(0);
      }
      moveOn(pair, 131_072 - 8 * i);
    }
  });

  test('a head is its own where an earlier one stood in the ring', () => {
    const pair = makePair(8192);
    const { writer, reader, got } = ends(pair);
    const rest = { server: 1, connection: 1, records: recordsOf(0, 40), peer: { ...peers.tcp, isTold: true } };
    for (const request of [1, 2]) {
      const head = new Uint8Array(40).fill(request);
      tell(writer, { kind: 'request', head: { ...rest, request, head, body: 0 }, headAt: 0 });
      carry(pair, reader);
      moveOn(pair, 4096);
      moveOn(pair, 4096 - (16 + 8 + 4 * LIMIT.HEAD_WORDS + 40));
    }
    expect(got.map((one) => one.kind === 'request' && one.head.head[0])).toEqual([1, 2]);
  });

  test('a connection introduces its peer once', () => {
    const pair = makePair(8192);
    const { writer, reader, got } = ends(pair);
    const peer: Peer = { ...peers.tcp };
    const records = recordsOf(0, 10);
    for (const request of [1, 2]) {
      const head = { server: 1, connection: 4, request, records, head: bytesOf(10, 0), peer, body: 0 as const };
      tell(writer, { kind: 'request', head, headAt: 0 });
    }
    carry(pair, reader);
    expect(peer.isTold).toBe(true);
    const [first, second] = got as (Event & { kind: 'request' })[];
    expect(first?.head.peer).toBe(second?.head.peer);
    expect(first?.head.peer.remotePort).toBe(65_535);
  });

  test('without room it has been asked for', () => {
    const pair = makePair(64);
    const { writer } = ends(pair);
    expect([writer.hasRoom(), pair.writer.isAsking]).toEqual([false, true]);
  });

  test('a record that there is not, and a piece of nothing, are refused', () => {
    const pair = makePair(64);
    const { reader } = ends(pair);
    for (const type of [99, 4]) {
      pair.out.begin(0);
      pair.out.end(type, 0, 0);
      pair.out.publish();
      expect(() => reader.drain()).toThrow(RangeError);
    }
  });
});
