/** Both ends of one direction of a link on one thread, and answers and bodies for them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer, GivenAnswer } from '../../src/answer-types.ts';
import type { SocketsToApp, StreamsToIo, UploadsToApp, UploadsToIo } from '../../src/node/link.ts';
import { CONTROL, makeAppWords, makeShared } from '../../src/thread/control.ts';
import { Outbox } from '../../src/thread/outbox.ts';
import { RingReader, RingWriter } from '../../src/thread/ring.ts';
import { SLOTS_BYTES, Slots } from '../../src/thread/slots.ts';
import type { FramesAsked } from '../../src/thread/socket-commands.ts';
import { LIMIT } from '../../src/wasm/constants.gen.ts';

export interface Pair {
  readonly out: Outbox;
  readonly writer: RingWriter;
  readonly ring: RingReader;
}

export function makePair(ringBytes: number, batch = 1): Pair {
  const { control, events } = makeShared(makeAppWords(), ringBytes, 64);
  const writer = new RingWriter(control, CONTROL.EVENTS, events);
  return { out: new Outbox(writer, batch), writer, ring: new RingReader(control, CONTROL.EVENTS, events) };
}

/** Slots as one thread sees them, and as the other one does. */
export function makeSlots(): readonly [Slots, Slots] {
  const memory = new SharedArrayBuffer(SLOTS_BYTES);
  return [new Slots(memory, 'in'), new Slots(memory, 'in')];
}

/** Carries over everything, turn by turn; fails when a turn brings nothing although something waits. */
export function carry({ out }: Pair, reader: { drain(): boolean; readonly isEmpty: boolean }): void {
  do {
    out.publish();
    expect(reader.isEmpty && out.isFull).toBe(false);
    reader.drain();
  } while (out.isFull || !reader.isEmpty);
}

/** Records of a head with so many fields: numbers that tell which word they are. */
export function recordsOf(fields: number, headBytes: number): Uint32Array {
  const records = new Uint32Array(LIMIT.HEAD_WORDS + fields * LIMIT.UNIT_WORDS).map((_, i) => 0x01010101 * (i & 0xff));
  records[3] = fields;
  records[4] = headBytes;
  return records;
}

/** Moves the place in the ring at which the next record begins by so many bytes, a multiple of 8 from 16 on. */
export function moveOn({ writer, ring }: Pair, bytes: number): void {
  const at = writer.reserve(bytes - 16);
  writer.commit(at, bytes - 16, 0, 0, 0);
  writer.publish();
  ring.drain(() => {});
}

/** Ends that are told nothing of WebSockets: what is said to them all the same fails the test. */
const refuse = (): never => {
  throw new Error('nobody spoke of a WebSocket or a stream');
};
export const noSocketsToIo: FramesAsked = {
  accept: refuse,
  take: refuse,
  broadcast: refuse,
  cut: refuse,
  send: refuse,
  sendFrame: refuse,
  notify: refuse,
  ping: refuse,
  close: refuse,
  fail: refuse,
  hold: refuse,
};
/** Likewise of streams. */
export const noStreamsToIo: StreamsToIo = { piece: refuse, end: refuse, cut: refuse, hints: refuse };
/** And of request bodies that are streams. */
export const noUploadsToIo: UploadsToIo = { want: refuse };
export const noUploadsToApp: UploadsToApp = { piece: refuse, end: refuse, failed: refuse };
export const noSocketsToApp: SocketsToApp = {
  takesBytes: true,
  hasPlenty: () => true,
  message: refuse,
  closed: refuse,
  pinged: refuse,
  drained: refuse,
};

export const u32: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffffffff });

/** Bytes from a number, so that long ones are quick to make and easy to tell apart. */
export function bytesOf(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (seed + i * 7 + (i >>> 8)) & 0xff;
  return bytes;
}

const latin1 = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});
const anyText = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  // Halves of pairs, as a careless cut of a string leaves them.
  fc.string({ unit: fc.constantFrom('a', 'é', '漢', '\ud83d', '\ude00', '😀'), maxLength: 60 }),
);

export const answer: fc.Arbitrary<Answer> = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  fields: fc.oneof(fc.constant(''), latin1, fc.constant('Content-Type: text/plain\r\n')),
  ownDate: fc.boolean(),
  close: fc.boolean(),
  length: fc.oneof(fc.constant(-1), fc.constant(0), fc.maxSafeNat()),
  asIs: fc.boolean(),
  isLeftOut: fc.boolean(),
  body: fc.oneof(
    fc.constant(null),
    anyText,
    fc.uint8Array({ maxLength: 300 }),
    fc.record({ path: anyText.filter((path) => path !== ''), owned: fc.boolean() }),
    fc.record({ keepAliveMs: fc.integer({ min: 0, max: 0x7fffffff }) }),
  ),
});

/** What a body is to the I/O side: bytes, or the path of a file. */
export function sentBody(body: GivenAnswer['body']): unknown {
  if (typeof body === 'string') return Buffer.from(body).toString('hex');
  if (body === null) return null;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('hex');
  if ('next' in body) {
    const pieces: Uint8Array[] = [];
    for (let piece = body.next(false); piece instanceof Uint8Array; piece = body.next(false)) pieces.push(piece);
    return Buffer.concat(pieces).toString('hex');
  }
  if ('keepAliveMs' in body) return body;
  return { path: Buffer.from(body.path).toString(), owned: body.owned };
}
