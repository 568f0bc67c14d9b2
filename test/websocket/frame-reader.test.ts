/** Frames as they come: pieces of messages in both roles, and heads of frames by themselves. */
import { describe, expect, it } from 'vitest';
import { instantiateHttpuv } from '../../src/wasm/httpuv.ts';
import {
  FrameMachine,
  FrameReader,
  frame,
  type PieceEvent,
  randomKeys,
  readFrameHead,
} from '../../src/websocket/index.ts';
import { bytesOf, splits, textOf } from '../parser/tell.ts';

const KEYS = { server: randomKeys(), client: null } as const;

/** What the events say, neighbouring pieces of one message joined. */
function tell(events: readonly PieceEvent[]): string[] {
  const told: string[] = [];
  let open: string | null = null;
  for (const event of events) {
    if (event.type === 'piece') {
      if (event.isFirst) open = `${event.isBinary ? 'binary' : 'text'} `;
      open += textOf(event.bytes);
      if (event.isLast && open !== null) told.push(open);
    } else if (event.type === 'close') told.push(`close ${event.code} ${event.reason}`);
    else if (event.type === 'error') told.push(`error ${event.error.code} ${event.error.answer}`);
    else told.push(`${event.type} ${textOf(event.data)}`);
  }
  return told;
}

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe.each(['server', 'client'] as const)('as a %s, a reader of frames', (role) => {
  const key = KEYS[role];
  const unfinished = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte & 0x7f : byte));
  const continued = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte & 0xf0 : byte));

  it('tells the same at every cut', () => {
    const bytes = joined(
      frame('text', 'h\xe9llo', key),
      unfinished(frame('binary', bytesOf('ab'), key)),
      frame('ping', bytesOf('p'), key),
      continued(unfinished(frame('binary', bytesOf(''), key))),
      continued(frame('binary', bytesOf('cd'), key)),
      frame('close', bytesOf('\x03\xe8bye'), key),
      bytesOf('nothing is read behind it'),
    );
    for (const chunks of splits(bytes)) {
      const reader = new FrameReader({ role });
      const told = tell(chunks.flatMap((chunk) => [...reader.feed(chunk)]));
      expect(told).toEqual(['text h\xc3\xa9llo', 'ping p', 'binary abcd', 'close 1000 bye']);
      expect(reader.finish()).toEqual([]);
    }
  });

  it('keeps nothing of a long message', () => {
    const reader = new FrameReader({ role, maxMessageBytes: 0 });
    const bytes = frame('binary', new Uint8Array(1_000_000).fill(7), key);
    let length = 0;
    for (let at = 0; at < bytes.length; at += 400_000) {
      for (const event of reader.feed(bytes.subarray(at, at + 400_000))) {
        if (event.type === 'piece') length += event.bytes.filter((byte) => byte === 7).length;
      }
    }
    expect(length).toBe(1_000_000);
  });

  it('refuses what breaks the rules, with code and offset, and then reads nothing', () => {
    const reader = new FrameReader({ role, maxMessageBytes: 3 });
    const [error] = reader.feed(frame('text', 'long', key));
    expect(error).toMatchObject({ type: 'error', error: { code: 'HV_WS_MESSAGE_TOO_LARGE', answer: 1009, offset: 1 } });
    expect(reader.feed(frame('text', 'a', key))).toEqual([]);
    const other = new FrameReader({ role });
    expect(tell(other.feed(frame('text', 'a', role === 'server' ? null : randomKeys())))).toEqual([
      role === 'server' ? 'error HV_WS_NOT_MASKED 1002' : 'error HV_WS_MASKED 1002',
    ]);
    const cut = new FrameReader({ role });
    cut.feed(frame('text', 'a', key));
    expect(tell(cut.finish())).toEqual(['error HV_WS_INCOMPLETE 1006']);
    expect(cut.finish()).toEqual([]);
  });
});

describe('a reader of frames', () => {
  it('shares its machine with others in the middle of a message', () => {
    const machine = new FrameMachine();
    const [a, b] = [new FrameReader({ role: 'client' }, machine), new FrameReader({ role: 'server' }, machine)];
    const [toA, toB] = [frame('text', 'for a'), frame('text', 'for b', randomKeys())];
    const told = { a: [] as PieceEvent[], b: [] as PieceEvent[] };
    for (let at = 0; at < 20; at++) {
      told.a.push(...a.feed(toA.subarray(at, at + 1)));
      told.b.push(...b.feed(toB.subarray(at, at + 1)));
    }
    expect([tell(told.a), tell(told.b)]).toEqual([['text for a'], ['text for b']]);
  });

  it('tells more frames at once than the machine has room for', () => {
    const frames = joined(...Array.from({ length: 3000 }, (_, i) => frame('text', String(i))));
    const told = tell(new FrameReader({ role: 'client' }).feed(frames));
    expect(told).toEqual(Array.from({ length: 3000 }, (_, i) => `text ${i}`));
  });

  it('loses its connection alone when the machine fails', () => {
    const wasm = instantiateHttpuv();
    let feeds = 0;
    const machine = new FrameMachine(() => ({
      ...wasm,
      hv_ws_feed: (start, end) => {
        if (++feeds === 1) throw new WebAssembly.RuntimeError('unreachable');
        return wasm.hv_ws_feed(start, end);
      },
    }));
    const reader = new FrameReader({ role: 'client' }, machine);
    expect(tell(reader.feed(frame('text', 'a')))).toEqual(['error HV_TRAP 1011']);
    expect(reader.feed(frame('text', 'a'))).toEqual([]);
    expect(tell(new FrameReader({ role: 'client' }, machine).feed(frame('text', 'b')))).toEqual(['text b']);
  });

  it('takes bytes and nothing else', () => {
    const wrong = 'text' as unknown as Uint8Array; // As a JavaScript caller may write.
    expect(() => new FrameReader().feed(wrong)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });
});

describe('the head of a frame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 100_000])(
    'before %i bytes is read back, and not before it is whole',
    (length) => {
      for (const key of [null, () => Uint8Array.of(1, 2, 3, 4)]) {
        const bytes = joined(bytesOf('..'), frame('binary', new Uint8Array(length), key));
        const head = readFrameHead(bytes, 2);
        expect(head).toEqual({
          isFinal: true,
          reserved: 0,
          opcode: 2,
          key: key === null ? null : Uint8Array.of(1, 2, 3, 4),
          length,
          headBytes: bytes.length - 2 - length,
        });
        for (let end = 2; end < 2 + (head?.headBytes ?? 0); end++)
          expect(readFrameHead(bytes.subarray(0, end), 2)).toBeNull();
      }
      expect(readFrameHead(Uint8Array.of(0x71, 0x00))).toMatchObject({
        isFinal: false,
        reserved: 7,
        opcode: 1,
        key: null,
      });
    },
  );
});
