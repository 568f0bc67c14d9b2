/** Frames that are sent, byte by byte. */
import { describe, expect, it } from 'vitest';
import {
  closePayload,
  controlPayload,
  frame,
  headBytes,
  isCloseCode,
  putHead,
  randomKeys,
} from '../../src/websocket/frames.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const refused = expect.objectContaining({ code: 'HV_BAD_OPTION', fault: 'local' });
const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

describe('a frame', () => {
  it.each([
    [0, '8100'],
    [1, '8101'],
    [125, '817d'],
    [126, '817e007e'],
    [65_535, '817effff'],
    [65_536, '817f0000000000010000'],
    [16_777_216, '817f0000000001000000'],
    [2 ** 32 + 5, '817f0000000100000005'],
  ])('of %i bytes has the shortest header', (length, head) => {
    const to = new Uint8Array(10);
    expect(hex(to.subarray(0, putHead(to, 'text', length, false)))).toBe(head);
    expect(headBytes(length)).toBe(head.length / 2);
  });

  it('of a client is masked, as in the example of the RFC', () => {
    expect(hex(frame('text', Buffer.from('Hello'), () => KEY))).toBe('818537fa213d7f9f4d5158');
  });

  it('has RSV1 when it is compressed', () => {
    expect(hex(frame('binary', Uint8Array.of(1), null, true))).toBe('c20101');
  });

  it.each([
    ['ping', 126, false],
    ['pong', 70_000, false],
    ['close', 126, false],
    ['close', 1, false],
    ['ping', 1, true],
  ] as const)(
    'that is a %s of %i bytes, compressed %j, is not made: no peer would take it',
    (type, length, compressed) => {
      expect(() => frame(type, new Uint8Array(length), null, compressed)).toThrow(refused);
    },
  );

  it('is made of nothing but bytes and text, and of the types there are', () => {
    for (const payload of [5, null, undefined, [1], new ArrayBuffer(2)])
      expect(() => frame('text', payload as unknown as string)).toThrow(refused);
    for (const type of ['pin', 'toString', undefined]) expect(() => frame(type as 'ping', '')).toThrow(refused);
    expect(frame('ping', new Uint8Array(125))).toHaveLength(127);
  });

  it('copies its payload', () => {
    const payload = Uint8Array.of(1);
    const bytes = frame('pong', payload);
    payload[0] = 2;
    expect(hex(bytes)).toBe('8a0101');
  });

  it('has a key of its own each time', () => {
    const keys = randomKeys();
    const made = new Set(Array.from({ length: 1000 }, () => hex(keys())));
    expect(made.size).toBeGreaterThan(990);
  });
});

describe('a Close', () => {
  it('has code and reason', () => {
    expect(hex(closePayload(1001, 'é'))).toBe('03e9c3a9');
  });

  it('without a code is empty', () => {
    expect(closePayload(1005, '').length).toBe(0);
  });

  it('has as much of a long reason as fits, in whole characters', () => {
    expect(closePayload(1000, '€'.repeat(50)).length).toBe(2 + 123);
    expect(closePayload(1000, `a${'€'.repeat(50)}`).length).toBe(2 + 121);
  });

  it('is refused with a code that may not be sent', () => {
    for (const code of [0, 999, 1004, 1006, 1015, 2999, 5000, 1000.5, Number.NaN]) {
      expect(() => closePayload(code, ''), String(code)).toThrow(expect.objectContaining({ code: 'HV_BAD_CLOSE' }));
    }
    expect(() => closePayload(1005, 'a')).toThrow(expect.objectContaining({ code: 'HV_BAD_CLOSE' }));
    expect([1000, 1003, 1007, 1014, 3000, 4999].every(isCloseCode)).toBe(true);
  });
});

describe('a Ping', () => {
  it('has at most 125 bytes', () => {
    expect(controlPayload('é')).toEqual(Uint8Array.of(0xc3, 0xa9));
    expect(controlPayload(new Uint8Array(125)).length).toBe(125);
    expect(() => controlPayload(new Uint8Array(126))).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });
});
