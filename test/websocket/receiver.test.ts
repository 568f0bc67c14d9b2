/** Messages from frames: joining, limits, many connections on one machine, an instance that fails. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantiateHttpuv } from '../../src/wasm/httpuv.ts';
import type { FrameEvent } from '../../src/websocket/events.ts';
import { frame, putHead, randomKeys } from '../../src/websocket/frames.ts';
import { FrameMachine } from '../../src/websocket/machine.ts';
import { FrameReceiver } from '../../src/websocket/receiver.ts';

const keys = randomKeys();
const masked = (text: string): Uint8Array => frame('text', Buffer.from(text), keys);
const data = (events: readonly FrameEvent[]): unknown[] => events.map((one) => ('data' in one ? one.data : one.type));

/** Frames of one message: `frame` with other first bytes. */
function fragments(parts: readonly Uint8Array[]): Uint8Array {
  const frames = parts.map((part, i) => {
    const bytes = frame('binary', part, keys);
    bytes[0] = (i === 0 ? 2 : 0) | (i === parts.length - 1 ? 0x80 : 0);
    return bytes;
  });
  return Buffer.concat(frames);
}

describe('a receiver', () => {
  it('reads what the sender of either role writes, however it is cut', () => {
    const message = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.boolean(), fc.nat(400), (messages, isClient, step) => {
        const frames = messages.map((one) => {
          const bytes = typeof one === 'string' ? Buffer.from(one) : one;
          return frame(typeof one === 'string' ? 'text' : 'binary', bytes, isClient ? null : keys);
        });
        const wire = Buffer.concat(frames);
        const receiver = new FrameReceiver({ role: isClient ? 'client' : 'server' });
        const told: FrameEvent[] = [];
        for (let at = 0; at < wire.length; at += step + 1)
          told.push(...receiver.feed(wire.subarray(at, at + step + 1)));
        const wanted = messages.map((one) => (typeof one === 'string' ? Buffer.from(one).toString() : one));
        expect(data(told)).toEqual(wanted);
      }),
    );
  });

  it('tells events or one error of random bytes, the same in every split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(50), (bytes, step) => {
        // Mostly masked, and mostly right in the first byte, so that more than the first two are looked at.
        for (let at = 1; at < bytes.length; at += 9) bytes[at] = (bytes[at] ?? 0) | 0x80;
        const whole = new FrameReceiver().feed(bytes);
        const cut = new FrameReceiver();
        const told: FrameEvent[] = [];
        for (let at = 0; at < bytes.length; at += step + 1) told.push(...cut.feed(bytes.subarray(at, at + step + 1)));
        expect(told).toEqual(whole);
        expect(whole.slice(0, -1).filter(({ type }) => type === 'error')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 1, 125, 126, 65_535, 65_536, 327_680, 1_048_576])('reads a message of %i bytes in one feed', (length) => {
    const bytes = new Uint8Array(length).map((_, i) => i * 31);
    const told = data(new FrameReceiver().feed(frame('binary', bytes, keys)));
    expect(told).toHaveLength(1);
    expect(Buffer.compare(told[0] as Uint8Array, bytes)).toBe(0);
  });

  it('takes no more memory for a message that comes in two pieces than for its bytes, and once more to grow', () => {
    const receiver = new FrameReceiver();
    const wire = frame('binary', new Uint8Array(100_000), keys);
    const before = process.memoryUsage().arrayBuffers;
    expect(receiver.feed(wire.subarray(0, 45_000))).toEqual([]);
    expect(data(receiver.feed(wire.subarray(45_000)))).toHaveLength(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(250_000);
  });

  it('keeps nothing of the fed chunk, nor of the memory it shares', () => {
    const receiver = new FrameReceiver();
    const chunk = frame('binary', Uint8Array.of(1, 2, 3), keys);
    const [first] = receiver.feed(chunk);
    chunk.fill(0xff);
    receiver.feed(frame('binary', Uint8Array.of(7, 7, 7), keys));
    expect(first).toMatchObject({ data: Uint8Array.of(1, 2, 3) });
  });

  it('leaves the fed chunk as it is', () => {
    const chunk = masked('Hello');
    const before = chunk.slice();
    new FrameReceiver().feed(chunk);
    expect(chunk).toEqual(before);
  });

  it('keeps a byte order mark', () => {
    expect(data(new FrameReceiver().feed(masked('\ufeffa')))).toEqual(['\ufeffa']);
  });

  it('shares its machine with any number of others, each in the middle of something', () => {
    const receivers = Array.from({ length: 20 }, (_, i) => ({
      receiver: new FrameReceiver({ role: i % 2 === 0 ? 'server' : 'client' }),
      wire: frame('text', Buffer.from(`é${'x'.repeat(i)}`), i % 2 === 0 ? keys : null),
      told: [] as FrameEvent[],
    }));
    for (let at = 0; at < 40; at++) {
      for (const one of receivers) one.told.push(...one.receiver.feed(one.wire.subarray(at, at + 1)));
    }
    expect(receivers.flatMap(({ told }) => data(told))).toEqual(receivers.map((_, i) => `é${'x'.repeat(i)}`));
  });

  it('drains a record table that is full', () => {
    const wire = Buffer.concat(Array.from({ length: 5000 }, (_, i) => masked(String(i))));
    expect(data(new FrameReceiver().feed(wire))).toEqual(Array.from({ length: 5000 }, (_, i) => String(i)));
  });

  it('holds as many bytes as came, not as many as were announced', () => {
    const receiver = new FrameReceiver();
    const head = new Uint8Array(14);
    putHead(head, 'binary', 16_000_000, false);
    head[1] = (head[1] ?? 0) | 0x80;
    receiver.feed(head);
    receiver.feed(new Uint8Array(10));
    expect(receiver.heldBytes).toBe(10);
  });

  it('joins a message of 100,000 tiny fragments', () => {
    const wire = fragments(Array.from({ length: 100_000 }, (_, i) => Uint8Array.of(i)));
    const [event] = new FrameReceiver().feed(wire);
    expect(event).toMatchObject({ type: 'message', isBinary: true });
    expect((event as { data: Uint8Array }).data.length).toBe(100_000);
  });

  it('lets the limits be lifted', () => {
    const receiver = new FrameReceiver({ maxMessageBytes: 0, maxFragments: Number.POSITIVE_INFINITY });
    expect(receiver.feed(frame('binary', new Uint8Array(17_000_000), keys))).toHaveLength(1);
  });

  it.each([-1, 1.5, Number.NaN])('refuses a limit of %d', (maxMessageBytes) => {
    expect(() => new FrameReceiver({ maxMessageBytes })).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });

  it('refuses what is no Uint8Array', () => {
    expect(() => new FrameReceiver().feed('a' as never)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });

  it('reads nothing behind an error', () => {
    const receiver = new FrameReceiver();
    expect(receiver.feed(Uint8Array.of(0x83))).toHaveLength(1);
    expect(receiver.feed(masked('a'))).toEqual([]);
  });

  it('loses one connection, and no other, when the instance fails', () => {
    let isBroken = false;
    const machine = new FrameMachine(() => {
      const wasm = instantiateHttpuv();
      return {
        memory: wasm.memory,
        hv_ws_window: wasm.hv_ws_window,
        hv_ws_feed(start, end) {
          if (isBroken) throw new WebAssembly.RuntimeError('unreachable');
          return wasm.hv_ws_feed(start, end);
        },
      };
    });
    const [lost, kept] = [new FrameReceiver({}, machine), new FrameReceiver({}, machine)];
    const wire = masked('Hello');
    kept.feed(wire.subarray(0, 8));
    isBroken = true;
    expect(lost.feed(masked('a'))).toMatchObject([{ type: 'error', error: { code: 'HV_TRAP', fault: 'local' } }]);
    isBroken = false;
    expect(data(kept.feed(wire.subarray(8)))).toEqual(['Hello']);
    expect(lost.feed(masked('b'))).toEqual([]);
  });
});
