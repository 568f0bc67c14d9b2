/** Frames that break the rules of RFC 6455, and frames that keep them, for servers with these limits. */
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closeFrame,
  closePayload,
  FIN,
  frame,
  PING,
  PONG,
  RSV1,
  TEXT,
  textFrame,
} from './ws-client.ts';

/** Bytes of a message, and fragments. */
export const MOST = 70_000;
export const MOST_FRAGMENTS = 10;

export type Row = readonly [name: string, bytes: readonly Buffer[]];

export const part = (opcode: number, payload: string | Uint8Array = ''): Buffer => frame(opcode, payload);
export const end = (payload: string | Uint8Array = ''): Buffer => frame(FIN | CONTINUATION, payload);
export const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex');
const announced = (length: bigint, first = FIN | BINARY): Buffer => frame(first, '', { length, lengthBytes: 8 });
const bare = (opcode: number): Buffer => frame(FIN | opcode, 'x', { isMasked: false });

const PROTOCOL: readonly Row[] = [
  ['a text without a mask', [bare(TEXT)]],
  ['bytes without a mask', [bare(BINARY)]],
  ['a Ping without a mask', [bare(PING)]],
  ['a Close without a mask', [frame(FIN | CLOSE, closePayload(1000), { isMasked: false })]],
  ['an empty text without a mask', [frame(FIN | TEXT, '', { isMasked: false })]],
  ...[0x40, 0x20, 0x10, 0x70].map((bits): Row => [`reserved bits ${bits}`, [frame(FIN | bits | TEXT, 'x')]]),
  ['RSV1 on a continuation', [part(TEXT, 'x'), frame(FIN | RSV1 | CONTINUATION, 'y')]],
  ...[PING, PONG, CLOSE].map((opcode): Row => [`RSV1 on opcode ${opcode}`, [frame(FIN | RSV1 | opcode)]]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): Row => [`opcode ${opcode}`, [frame(FIN | opcode, 'x')]]),
  ...[PING, PONG, CLOSE].map((opcode): Row => [`opcode ${opcode} in fragments`, [frame(opcode), end()]]),
  ...[PING, PONG].map((opcode): Row => [`opcode ${opcode} of 126 bytes`, [frame(FIN | opcode, 'x'.repeat(126))]]),
  ['a Close of 126 bytes', [closeFrame(1000, 'x'.repeat(124))]],
  ['a Ping of 2^32 bytes', [announced(0x1_0000_0000n, FIN | PING)]],
  ['a continuation of nothing', [end('x')]],
  ['a fragment of nothing', [part(CONTINUATION, 'x'), end('y')]],
  ['a text within a text', [part(TEXT, 'x'), textFrame('y')]],
  ['bytes within a text', [part(TEXT, 'x'), frame(FIN | BINARY, 'y')]],
  ['a fragment of a second text within a text', [part(TEXT, 'x'), part(TEXT, 'y')]],
  ['125 bytes with 16 bits of length', [frame(FIN | BINARY, 'x'.repeat(125), { lengthBytes: 2 })]],
  ['no bytes with 16 bits of length', [frame(FIN | TEXT, '', { lengthBytes: 2 })]],
  ['65535 bytes with 64 bits of length', [frame(FIN | BINARY, 'x'.repeat(65_535), { lengthBytes: 8 })]],
  ['5 bytes with 64 bits of length', [frame(FIN | BINARY, 'hello', { lengthBytes: 8 })]],
  ['a length of 2^63', [announced(1n << 63n)]],
  ['a length of 2^64-1', [announced((1n << 64n) - 1n)]],
  ['a Close of one byte', [frame(FIN | CLOSE, hex('03'))]],
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code): Row => [`a Close with code ${code}`, [closeFrame(code, 'x')]],
  ),
];

const text = (bytes: string): Buffer => frame(FIN | TEXT, hex(bytes));

const UTF8: readonly Row[] = [
  ['an overlong slash', [text('c0af')]],
  ['an overlong slash of three bytes', [text('e080af')]],
  ['an overlong slash of four bytes', [text('f08080af')]],
  ['an overlong NUL', [text('c080')]],
  ['a surrogate', [text('eda080')]],
  ['a pair of surrogates', [text('eda0bdedb880')]],
  ['a character above U+10FFFF', [text('f4908080')]],
  ['a character of five bytes', [text('f888808080')]],
  ['a stray continuation byte', [text('61 80')]],
  ['a byte FF', [text('61 ff 62')]],
  ['a character that is cut by the next one', [text('c3 61')]],
  ['a character that is cut by the end', [text('61 c3')]],
  ['a long character that is cut by the end', [text('f09f98')]],
  ['a character that is cut by the end of the last fragment', [part(TEXT, 'x'), end(hex('e282'))]],
  ['a character that breaks in the next fragment', [part(TEXT, hex('c3')), end(hex('28'))]],
  ['a bad byte in the first fragment', [part(TEXT, hex('ff'))]],
  ['a bad byte far behind', [frame(FIN | TEXT, Buffer.concat([Buffer.alloc(5_000, 'a'), hex('ff')]))]],
  ['a reason that is none', [closeFrame(1000, hex('61 ff'))]],
  ['a reason that is cut', [closeFrame(1000, hex('e2 82'))]],
];

const TOO_LARGE: readonly Row[] = [
  ['one byte more', [announced(BigInt(MOST + 1))]],
  ['one byte more, as text', [announced(BigInt(MOST + 1), FIN | TEXT)]],
  ['2^31+2 bytes', [announced(0x8000_0002n)]],
  ['2^32+2 bytes', [announced(0x1_0000_0002n)]],
  ['2^53+2 bytes', [announced((1n << 53n) + 2n)]],
  ['2^63-1 bytes', [announced((1n << 63n) - 1n)]],
  [
    'one byte more in the second fragment',
    [part(BINARY, Buffer.alloc(MOST)), frame(FIN | CONTINUATION, '', { length: 1n })],
  ],
  ['2^32+2 bytes in the second fragment', [part(TEXT, 'x'), announced(0x1_0000_0002n, FIN | CONTINUATION)]],
  [
    '2^63-1 bytes in the third fragment',
    [part(TEXT, 'x'), part(CONTINUATION, 'y'), announced((1n << 63n) - 1n, CONTINUATION)],
  ],
];

const TOO_MANY: readonly Row[] = [
  ['of one byte', [part(TEXT, 'x'), ...Array.from({ length: MOST_FRAGMENTS }, () => part(CONTINUATION, 'x'))]],
  ['of none', [part(TEXT), ...Array.from({ length: MOST_FRAGMENTS }, () => part(CONTINUATION))]],
];

/** All that fail, by the code that they fail with. */
export const BAD_FRAMES = [
  { code: 1002, why: 'against the protocol', rows: PROTOCOL },
  { code: 1007, why: 'no UTF-8', rows: UTF8 },
  { code: 1009, why: 'too long', rows: TOO_LARGE },
  { code: 1008, why: 'too many fragments', rows: TOO_MANY },
];

export type Good = readonly [
  name: string,
  frames: readonly Buffer[],
  answers: readonly string[],
  heard: readonly string[],
];

/** What is sent, what comes back from an echo, and what the app hears. */
export const GOOD: readonly Good[] = [
  ['an empty text', [textFrame('')], ['text '], ['']],
  ['no bytes', [frame(FIN | BINARY)], ['binary '], ['bytes ']],
  ['a text with NUL', [textFrame('a\0b')], ['text a\0b'], ['a\0b']],
  ['125 bytes', [textFrame('x'.repeat(125))], [`text ${'x'.repeat(125)}`], ['x'.repeat(125)]],
  ['126 bytes', [textFrame('x'.repeat(126))], [`text ${'x'.repeat(126)}`], ['x'.repeat(126)]],
  ['the most bytes', [textFrame('x'.repeat(MOST))], [`text ${'x'.repeat(MOST)}`], ['x'.repeat(MOST)]],
  ['the last character', [text('f48fbfbf')], ['text \u{10ffff}'], ['\u{10ffff}']],
  [
    'a character over fragments',
    [part(TEXT, hex('f09f')), part(CONTINUATION, hex('98')), end(hex('80'))],
    ['text 😀'],
    ['😀'],
  ],
  ['empty fragments', [part(TEXT), part(CONTINUATION), part(CONTINUATION, 'x'), end()], ['text x'], ['x']],
  [
    'as many fragments as may be',
    [part(TEXT, 'x'), ...Array(MOST_FRAGMENTS - 2).fill(part(CONTINUATION, 'x')), end('x')],
    [`text ${'x'.repeat(MOST_FRAGMENTS)}`],
    ['x'.repeat(MOST_FRAGMENTS)],
  ],
  ['a Ping', [frame(FIN | PING, 'p')], ['pong p'], []],
  ['an empty Ping', [frame(FIN | PING)], ['pong'], []],
  ['a Ping of 125 bytes', [frame(FIN | PING, 'p'.repeat(125))], [`pong ${'p'.repeat(125)}`], []],
  ['a Ping between fragments', [part(TEXT, 'x'), frame(FIN | PING, 'p'), end('y')], ['pong p', 'text xy'], ['xy']],
  ['a Pong that nobody asked for', [frame(FIN | PONG, 'p'), textFrame('x')], ['text x'], ['x']],
];
