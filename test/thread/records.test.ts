/** What one thread tells arrives at the other as it was said, whatever the ring is like: every kind of record, any order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_BODY, type Peer, type ToApp, type ToIo } from '../../src/node/link.ts';
import type { SpooledBody } from '../../src/node/spool.ts';
import { CommandReader, CommandWriter } from '../../src/thread/commands.ts';
import { CONTROL } from '../../src/thread/control.ts';
import { EventReader, EventWriter } from '../../src/thread/events.ts';
import { Outbox } from '../../src/thread/outbox.ts';
import { RingReader, RingWriter } from '../../src/thread/ring.ts';
import type { Answer } from '../../src/types.ts';
import { LIMIT } from '../../src/wasm/constants.gen.ts';

/** Both ends of one ring. The smallest still has room for the largest record twice. */
function ends(size: number): { outbox: Outbox; ring: RingReader } {
  const control = new Int32Array(new SharedArrayBuffer(1024));
  const memory = new SharedArrayBuffer(size);
  return {
    outbox: new Outbox(new RingWriter(control, CONTROL.COMMANDS, memory), 1),
    ring: new RingReader(control, CONTROL.COMMANDS, memory),
  };
}

const SIZES = [1 << 18, 1 << 19, 1 << 21];

const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', 'x'.repeat(48), 'x'.repeat(49), 'é'.repeat(30), 'x'.repeat(32_769), 'ä'.repeat(200_000)),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 500 }),
  fc.constantFrom(0, 65_535, 65_536, 65_537, 400_000, 900_001).map((n) => new Uint8Array(n).fill(n & 0xff)),
);
const length = fc.oneof(fc.constant(-1), fc.nat(), fc.constant(2 ** 40 + 7));

const answer: fc.Arbitrary<Answer> = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  fields: fc.constantFrom('', 'A: b\r\n', `X: ${'y'.repeat(20_000)}\r\n`, 'É: \xff\r\n'),
  ownDate: fc.boolean(),
  close: fc.boolean(),
  length,
  body: fc.oneof(
    fc.constant(null),
    text,
    bytes,
    fc.record({ path: fc.constantFrom('a', '/tmp/ä €', 'x'.repeat(32_768)), owned: fc.boolean() }),
  ),
});

type Command =
  | { readonly what: 'proceed'; readonly connection: number; readonly request: number }
  | {
      readonly what: 'respond';
      readonly connection: number;
      readonly request: number;
      readonly answer: Answer;
      readonly early: boolean;
    };

const id = fc.nat(0xffffffff);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ what: fc.constant('proceed' as const), connection: id, request: id }),
  fc.record({ what: fc.constant('respond' as const), connection: id, request: id, answer, early: fc.boolean() }),
);

/** Bodies as bytes: a text may arrive as its UTF-8 form. */
function comparable(given: Command): unknown {
  if (given.what === 'proceed') return given;
  const { isAscii: _, body, ...rest } = given.answer;
  const sent = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body).toString('base64') : body;
  return { ...given, answer: { ...rest, body: sent } };
}

describe('commands', () => {
  it('arrive as they were said, in order, each once', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIZES), fc.array(command, { maxLength: 20 }), fc.nat(3), (size, said, pause) => {
        const { outbox, ring } = ends(size);
        const writer = new CommandWriter(outbox);
        const heard: Command[] = [];
        const io: Pick<ToIo, 'proceed' | 'respond'> = {
          proceed: (connection, request) => heard.push({ what: 'proceed', connection, request }),
          respond: (connection, request, given, early) =>
            heard.push({ what: 'respond', connection, request, answer: given, early }),
        };
        const reader = new CommandReader(ring, io, () => {});
        said.forEach((one, i) => {
          if (one.what === 'proceed') writer.proceed(one.connection, one.request);
          else writer.respond(one.connection, one.request, one.answer, one.early);
          if (i % (pause + 1) === 0) reader.drain();
        });
        // What waits goes in as the reader makes room.
        for (let turn = 0; turn < 200 && (outbox.isFull || !reader.isEmpty); turn++) {
          reader.drain();
          outbox.pump();
        }
        expect(heard.map(comparable)).toEqual(said.map(comparable));
      }),
      { numRuns: 150 },
    );
  });

  it('keep the two forms of a text apart: ASCII stays text, everything else comes as bytes', () => {
    const { outbox, ring } = ends(1 << 18);
    const writer = new CommandWriter(outbox);
    const bodies: unknown[] = [];
    const reader = new CommandReader(
      ring,
      { proceed: () => {}, respond: (_c, _r, given) => bodies.push([typeof given.body, given.isAscii]) },
      () => {},
    );
    for (const body of ['plain', 'é', 'x'.repeat(40_000)]) {
      writer.respond(0, 0, { status: 200, fields: '', ownDate: false, close: false, length: -1, body }, false);
    }
    reader.drain();
    expect(bodies).toEqual([
      ['string', true],
      ['object', false],
      ['object', false],
    ]);
  });
});

interface Said {
  readonly what: 'request' | 'body' | 'file' | 'abort' | 'gone';
  readonly connection: number;
  readonly request: number;
  readonly fields: number;
  readonly head: Uint8Array;
  readonly content: Uint8Array;
  readonly headAt: number;
}

const event: fc.Arbitrary<Said> = fc.record({
  what: fc.constantFrom('request', 'body', 'file', 'abort', 'gone'),
  connection: fc.nat(5),
  request: id,
  fields: fc.oneof(fc.nat(40), fc.constant(1_000)),
  head: fc.uint8Array({ minLength: 1, maxLength: 700 }),
  content: bytes,
  headAt: fc.nat(7),
});

const peerOf = (connection: number): Peer => ({
  remoteAddress: `10.0.0.${connection}`,
  remotePort: connection,
  localAddress: '::1',
  localPort: 80,
});

describe('events', () => {
  it('arrive as they were told, in order, each once', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.nat(3), (told, pause) => {
        const { outbox, ring } = ends(1 << 21);
        const writer = new EventWriter(outbox, () => {});
        const peers = Array.from({ length: 6 }, (_, i) => peerOf(i));
        const heard: unknown[] = [];
        const app: ToApp = {
          hasRoom: () => true,
          request: (server, connection, request, words, at, memory, headAt, peer, body) => {
            const count = LIMIT.HEAD_WORDS + (words[at + 3] ?? 0) * LIMIT.UNIT_WORDS;
            const head = Buffer.from(memory.subarray(headAt, headAt + (words[at + 4] ?? 0))).toString('hex');
            const record = Array.from(words.subarray(at, at + count));
            heard.push(['request', server, connection, request, record, head, peer.remoteAddress, body]);
          },
          body: (server, connection, request, body) => {
            const content = body.kind === 'file' ? [body.fd, body.size] : Buffer.from(body.bytes).toString('base64');
            heard.push([body.kind, server, connection, request, content]);
          },
          abort: (connection, request) => heard.push(['abort', connection, request]),
          gone: (connection) => heard.push(['gone', connection]),
        };
        const reader = new EventReader(ring, app, () => {});
        const expected: unknown[] = [];
        told.forEach((one, i) => {
          expected.push(tell(writer, one, peers[one.connection] as Peer));
          outbox.publish();
          if (i % (pause + 1) === 0) reader.drain();
        });
        for (let turn = 0; turn < 200 && (outbox.isFull || !reader.isEmpty); turn++) {
          reader.drain();
          outbox.publish();
        }
        expect(heard).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('has no room for a further head once the ring is nearly full', () => {
    const { outbox } = ends(1 << 23);
    const writer = new EventWriter(outbox, () => {});
    expect(writer.hasRoom()).toBe(true);
    const body: SpooledBody = { kind: 'memory', bytes: new Uint8Array(6_000_000) };
    writer.body(1, 0, 1, body);
    expect(writer.hasRoom()).toBe(false);
    expect(writer.askForRoom()).toBe(false);
  });
});

/** Tells one event out of a memory like the parser's, and gives what has to be heard. */
function tell(writer: EventWriter, one: Said, peer: Peer): unknown {
  const { what, connection, request, fields, head, content } = one;
  switch (what) {
    case 'request': {
      const count = LIMIT.HEAD_WORDS + fields * LIMIT.UNIT_WORDS;
      const memory = Buffer.from(new ArrayBuffer((4 * count + 8 + head.length + 64 + 3) & ~3));
      const words = new Uint32Array(memory.buffer);
      for (let i = 0; i < count; i++) words[i] = Math.imul(i + 1, 0x9e3779b1) >>> 0;
      words[3] = fields;
      words[4] = head.length;
      const headAt = 4 * count + one.headAt;
      memory.set(head, headAt);
      writer.request(7, connection, request, words, 0, memory, headAt, peer, NO_BODY);
      const record = Array.from(words.subarray(0, count));
      const hex = Buffer.from(head).toString('hex');
      return ['request', 7, connection, request, record, hex, `10.0.0.${connection}`, NO_BODY];
    }
    case 'body':
      writer.body(7, connection, request, { kind: 'memory', bytes: content });
      return ['memory', 7, connection, request, Buffer.from(content).toString('base64')];
    case 'file':
      writer.body(7, connection, request, { kind: 'file', fd: connection, size: 2 ** 33 + request });
      return ['file', 7, connection, request, [connection, 2 ** 33 + request]];
    case 'abort':
      writer.abort(connection, request);
      return ['abort', connection, request];
    default:
      writer.gone(connection);
      return ['gone', connection];
  }
}

describe('a ring', () => {
  it('counts a record as read although reading it threw, and goes on with the next', () => {
    const { outbox, ring } = ends(1 << 12);
    const put = (type: number): void => {
      outbox.begin(0);
      outbox.end(type, 0, 0);
    };
    for (const type of [1, 2, 3]) put(type);
    const seen: number[] = [];
    const take = (type: number): void => {
      seen.push(type);
      if (type === 2) throw new Error('this one');
    };
    expect(() => ring.drain(take)).toThrow('this one');
    ring.drain(take);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('goes round many times, past the end of its counters', () => {
    const { outbox, ring } = ends(1 << 12);
    let next = 0;
    let expected = 0;
    // 4.4 GB of records of 1 KiB: more than a counter of 32 bits tells apart. Heads only are written.
    for (let round = 0; round < 1_100_000; round++) {
      for (let i = 0; i < 3; i++) {
        outbox.begin(1_336);
        outbox.end(next++ & 0xff, 0, 0);
      }
      ring.drain((type) => {
        if (type !== (expected++ & 0xff)) throw new Error(`${expected} records in, one is missing`);
      });
    }
    expect(expected).toBe(next);
  });
});
