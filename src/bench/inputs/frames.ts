/**
 * The WebSocket frames that frame readers are compared on (RFC 6455 section 5), one message in each: texts and bytes take
 * turns, no payload and no key repeats. Written here byte by byte, not by the package that is compared.
 */
import { checksum } from '../seen.ts';
import {
  concat,
  type Draft,
  type Form,
  formOf,
  lazyInput,
  letters,
  numbers,
  type ParserInput,
  READ_BYTES,
} from './form.ts';

const FORMS = 32;
const SIZES: readonly (readonly [name: string, bytes: number, title: string])[] = [
  ['16b', 16, '16 bytes'],
  ['125b', 125, '125 bytes'],
  ['4k', 4096, '4 KiB'],
  ['64k', 65_536, '64 KiB, read by 64 KiB'],
];
const FIN = 0x80;
const MASKED = 0x80;
const OPCODES = { text: 1, binary: 2 } as const;

/** All of them, made afresh: `ws-<size>-masked` as clients send them, `ws-<size>-unmasked` as servers do. */
export function frameInputs(): readonly ParserInput[] {
  return SIZES.flatMap(([size, bytes, title]) => [
    lazyInput(`ws-${size}-masked`, `WebSocket messages of a client: ${title}`, 'client-frames', () =>
      forms(bytes, true),
    ),
    lazyInput(`ws-${size}-unmasked`, `WebSocket messages of a server: ${title}`, 'server-frames', () =>
      forms(bytes, false),
    ),
  ]);
}

/** The message that a cold reader is tried on. */
export function smallFrameInput(): ParserInput {
  return { name: 'ws-125b-masked', title: '', kind: 'client-frames', forms: [formOf([frame(0, 125, true)])] };
}

function forms(bytes: number, isMasked: boolean): Form[] {
  // Fewer of the large ones: what matters there is not the header.
  const count = bytes > 1024 ? FORMS / 4 : FORMS;
  return Array.from({ length: count }, (_, form) => formOf([frame(form, bytes, isMasked)], READ_BYTES));
}

function frame(form: number, length: number, isMasked: boolean): Draft {
  const type = form % 2 === 0 ? 'text' : 'binary';
  const meant = type === 'text' ? textBytes(form, length) : randomBytes(form, length);
  const key = randomBytes(form + 5000, 4);
  const head = [FIN | OPCODES[type], (isMasked ? MASKED : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127)];
  if (length >= 126) {
    const wide = length < 65_536 ? 2 : 8;
    for (let at = wide - 1; at >= 0; at--) head.push(Math.floor(length / 256 ** at) % 256);
  }
  const payload = isMasked ? meant.map((byte, at) => byte ^ (key[at % 4] ?? 0)) : meant;
  return {
    bytes: concat([Uint8Array.from(head), isMasked ? key : new Uint8Array(0), payload]),
    seen: { method: type, target: '', fields: [], bodyBytes: length, bodySum: checksum(0, meant) },
  };
}

/** ASCII as a rule; every eighth text has characters of two and three bytes as well. */
function textBytes(form: number, length: number): Uint8Array {
  const wide = form % 8 === 2 ? 'é€' : '';
  const text = new TextEncoder().encode(wide);
  return concat([text, new TextEncoder().encode(letters(form, length - text.length))]);
}

function randomBytes(seed: number, length: number): Uint8Array {
  const next = numbers(seed);
  return Uint8Array.from({ length }, () => next() >>> 24);
}
