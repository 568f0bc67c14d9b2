/** What is sent comes out as it was sent, however messages share pages and whenever pages are used again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../src/websocket/frames.ts';
import { dropPage, givePage, PAGE_BYTES, takePage } from '../../src/websocket/pages.ts';
import { FrameReceiver } from '../../src/websocket/receiver.ts';
import { WebSocketSession } from '../../src/websocket/session.ts';

/** Lengths at which headers and pages change. */
const length = fc.oneof(
  fc.nat(300),
  fc.constantFrom(123, 124, 125, 126, 2_040, 2_043, 2_044, 2_045, 4_090, 4_096, 4_160, 65_535, 65_536, 131_072),
);
const message = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'é', '漢', '😀'), length).map(([unit, times]) => unit.repeat(times)),
  fc.tuple(length, fc.constantFrom('é', '😀', 'a')).map(([times, end]) => 'x'.repeat(times) + end),
  fc.tuple(length, fc.nat(255)).map(([size, byte]) => new Uint8Array(size).fill(byte)),
);
/** What a session is told: a message, or to write, with everything or nothing sent at once. */
const step = fc.oneof({ weight: 3, arbitrary: message }, fc.constantFrom('write and sent' as const, 'write' as const));
const isWrite = (one: string | Uint8Array): boolean => one === 'write' || one === 'write and sent';

it('a masked frame shares a page like any other', () => {
  const session = new WebSocketSession({ role: 'client' });
  session.send('a');
  session.send('b');
  const parts = session.output();
  expect(parts.map((part) => part.length)).toEqual([14]);
});

it('a page is used again', () => {
  const page = takePage(100_000);
  givePage(page);
  expect(takePage(100_000)).toBe(page);
  givePage(page);
});

it('of thousands of pages at a time most are no larger than they need to be', () => {
  const pages = Array.from({ length: 5_000 }, () => takePage(12));
  const bytes = pages.reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThan(5 * 1_048_576);
  for (const page of pages) givePage(page);
  expect(takePage(12).length).toBeGreaterThanOrEqual(PAGE_BYTES);
});

it('a page has the room that was asked for, and comes back only when it was given back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(fc.nat(9_000), fc.nat(5_000_000)), fc.boolean())), (wishes) => {
      const taken = new Set<Uint8Array>();
      for (const [bytes, gives] of wishes) {
        const page = takePage(bytes);
        expect(page.length).toBeGreaterThanOrEqual(bytes);
        expect(taken.has(page)).toBe(false);
        taken.add(page);
        if (!gives) continue;
        taken.delete(page);
        givePage(page);
      }
      for (const page of taken) dropPage(page);
    }),
    { numRuns: 30 },
  );
});

it.each(['server', 'client'] as const)('of a %s is whole and in order', (role) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const session = new WebSocketSession({ role });
      const receiver = new FrameReceiver({ role: role === 'server' ? 'client' : 'server' });
      const got: unknown[] = [];
      const read = (parts: readonly Uint8Array[]): void => {
        for (const part of parts) {
          for (const event of receiver.feed(part)) got.push(event.type === 'message' ? event.data : event);
        }
      };
      /** What was written and has not left; its memory must not be used for anything else. */
      let unsent: Uint8Array[] = [];
      for (const one of [...steps, 'write' as const]) {
        if (!isWrite(one)) session.send(one);
        else if (one === 'write') unsent.push(...session.output());
        else {
          const parts = session.output();
          read([...unsent, ...parts]);
          unsent = [];
          for (const part of parts) part.fill(0xff);
          session.sent();
        }
      }
      read(unsent);
      expect(got.map(comparable)).toEqual(steps.filter((one) => !isWrite(one)).map(comparable));
    }),
    { numRuns: 300 },
  );
});

/** Long values compared as one text. */
function comparable(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

describe('a frame that is given back', () => {
  const shared = frame('text', 'shared');
  const payload = shared.subarray(2);
  /** A session, and who wants a frame back from it. */
  function lending(session = new WebSocketSession()): {
    session: WebSocketSession;
    back: string[];
    lend(name: string): number;
  } {
    const back: string[] = [];
    return { session, back, lend: (name) => session.sendFrame(shared, payload, false, () => back.push(name)) };
  }

  it('is so once, when all that was taken has left', () => {
    const { session, back, lend } = lending();
    expect([lend('a'), lend('b')]).toEqual([6, 6]);
    expect(session.output()).toEqual([shared, shared]);
    lend('c');
    session.send('mine');
    expect(session.output()[0]).toBe(shared);
    lend('d');
    // Nothing has left yet, and `d` is not even taken.
    expect(back).toEqual([]);
    session.sent();
    expect(back).toEqual(['a', 'b', 'c']);
    session.sent();
    expect(session.output()).toEqual([shared]);
    session.sent();
    expect(back).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is so when the connection is gone, taken or not', () => {
    const { session, back, lend } = lending();
    lend('taken');
    session.output();
    lend('ready');
    session.finish();
    session.gone();
    expect(back.sort()).toEqual(['ready', 'taken']);
    expect(lend('late')).toBe(-1);
    expect(back).toHaveLength(3);
  });

  it('is kept while it is on its way, though nothing more will be sent', () => {
    const { session, back, lend } = lending();
    lend('taken');
    session.output();
    lend('ready');
    session.close();
    session.expire();
    expect(back).toEqual(['ready']);
    session.rest();
    session.sent();
    expect(back).toEqual(['ready', 'taken']);
  });

  it('is so at once where a copy of it is sent', () => {
    const { session, back, lend } = lending(new WebSocketSession({ role: 'client' }));
    expect(lend('masked')).toBe(6);
    expect(back).toEqual(['masked']);
    expect(new FrameReceiver().feed(Buffer.concat(session.output()))).toMatchObject([{ data: 'shared' }]);
  });
});
