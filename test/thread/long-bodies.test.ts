/** Long bodies between the two threads: whole, in order, and only a bounded part of them on the I/O thread. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/answer-types.ts';
import type { ArrivingBody } from '../../src/thread/arriving.ts';
import { CommandReader, CommandWriter } from '../../src/thread/commands.ts';
import { bytesOf, carry, makePair, makeSlots, noSocketsToIo, noStreamsToIo, noUploadsToIo } from './pair.ts';

const MIB = 1_048_576;
const SMALLEST_PIECE_BYTES = 16_384;
const plain = { status: 200, fields: '', ownDate: false, close: false, length: -1 };

/** Both sides, and clients that take what the test says. */
class Rig {
  readonly pair = makePair(2 * MIB);
  readonly writer = new CommandWriter(this.pair.out);
  readonly bodies = new Map<number, ArrivingBody>();
  readonly got = new Map<number, Uint8Array[]>();
  readonly reader = new CommandReader(
    this.pair.ring,
    {
      proceed() {},
      respond: (_, request, answer) => {
        this.bodies.set(request, answer.body as ArrivingBody); // All bodies here are long.
        this.got.set(request, []);
      },
      sockets: noSocketsToIo,
      streams: noStreamsToIo,
      uploads: noUploadsToIo,
    },
    {
      sent: (_, request, bytes) => this.writer.bodies.sent(request, bytes),
      enough: (_, request) => this.writer.bodies.forget(request),
    },
    makeSlots()[0],
    () => {},
  );

  answer(request: number, body: Answer['body']): void {
    this.writer.respond(1, request, { ...plain, body }, false);
  }

  carry(): void {
    carry(this.pair, this.reader);
  }

  /** The client takes one piece, if one is there. Returns whether there was one. */
  take(request: number): boolean {
    const piece = this.bodies.get(request)?.next();
    if (piece === undefined || piece === null) return false;
    this.got.get(request)?.push(piece);
    this.bodies.get(request)?.sent(piece.length);
    return true;
  }

  takeAll(request: number): Buffer {
    for (this.carry(); this.take(request); this.carry());
    return Buffer.concat(this.got.get(request) ?? []);
  }
}

describe('long bodies', () => {
  test('of clients that take nothing lie on the I/O thread in a bounded part', () => {
    const rig = new Rig();
    const body = bytesOf(4 * MIB, 1);
    for (let i = 1; i <= 150; i++) rig.answer(i, body);
    rig.carry();
    expect(rig.writer.bodies.inFlight).toBeGreaterThan(31 * MIB);
    expect(rig.writer.bodies.inFlight).toBeLessThan(32 * MIB + 150 * SMALLEST_PIECE_BYTES);
    // One who reads gets all of it meanwhile.
    rig.answer(201, body);
    expect(rig.takeAll(201).equals(body)).toBe(true);
    for (const arriving of rig.bodies.values()) arriving.close();
    const { inFlight, hasMore, heldBytes } = rig.writer.bodies;
    expect([inFlight, hasMore, heldBytes]).toEqual([0, false, 0]);
  });

  test('of one client go ahead of it by half of what all may have', () => {
    const rig = new Rig();
    rig.answer(1, bytesOf(40 * MIB, 1));
    rig.carry();
    expect(rig.writer.bodies.inFlight / MIB).toBeCloseTo(16, 0);
  });

  test('arrive whole, in whatever order pieces are taken and bodies are given up', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), request: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant('close' as const), request: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ kind: fc.constant('carry' as const), request: fc.constant(0) }),
    );
    const property = fc.property(
      fc.array(fc.integer({ min: 65_537, max: 3 * MIB }), { minLength: 6, maxLength: 6 }),
      fc.array(step, { maxLength: 60 }),
      (sizes, steps) => {
        const rig = new Rig();
        const bodies = sizes.map((size, i) => bytesOf(size, i));
        bodies.forEach((body, i) => {
          rig.answer(i + 1, body);
        });
        const closed = new Set<number>();
        for (const { kind, request } of steps) {
          if (kind === 'carry') rig.carry();
          else if (kind === 'take') rig.take(request);
          else if (rig.bodies.has(request)) {
            closed.add(request);
            rig.bodies.get(request)?.close();
          }
        }
        bodies.forEach((body, i) => {
          const got = rig.takeAll(i + 1);
          if (closed.has(i + 1)) expect(got.equals(body.subarray(0, got.length))).toBe(true);
          else expect(got.equals(body)).toBe(true);
          rig.bodies.get(i + 1)?.close();
        });
        const { inFlight, hasMore, heldBytes } = rig.writer.bodies;
        expect([inFlight, hasMore, heldBytes]).toEqual([0, false, 0]);
      },
    );
    fc.assert(property, { numRuns: 40 });
  });

  test.each([
    ['bytes', (size: number) => bytesOf(size, 1)],
    ['a Buffer', (size: number) => Buffer.from(bytesOf(size, 1))],
    ['a part of larger memory', (size: number) => new Uint8Array(bytesOf(size + 9, 1).buffer, 5, size)],
  ])('of %s are what they were when they were answered', (_, make) => {
    const rig = new Rig();
    const body = make(5 * MIB);
    const before = Buffer.from(body);
    rig.answer(1, body);
    body.fill(0);
    expect(rig.takeAll(1).equals(before)).toBe(true);
  });

  test('that would wait in too great number are refused', () => {
    const rig = new Rig();
    const body = bytesOf(64 * MIB, 1);
    rig.answer(1, body);
    rig.carry();
    const { heldBytes } = rig.writer.bodies;
    expect(heldBytes).toBeGreaterThan(40 * MIB);
    expect(() => rig.writer.bodies.check(1024 * MIB - heldBytes)).not.toThrow();
    const refusal = expect.objectContaining({ code: 'HV_TOO_MUCH_UNSENT', answer: 503 });
    expect(() => rig.writer.bodies.check(1024 * MIB - heldBytes + 1)).toThrow(refusal);
    rig.bodies.get(1)?.close();
    expect(rig.writer.bodies.heldBytes).toBe(0);
  });

  test('as texts are bytes of the package itself', () => {
    const rig = new Rig();
    const text = `${'ä€'.repeat(100_000)}!`;
    rig.answer(1, text);
    expect(rig.takeAll(1).toString()).toBe(text);
  });
});
