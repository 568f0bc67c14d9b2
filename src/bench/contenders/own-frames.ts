/**
 * This package's frame machine on WebSocket messages: records alone, with bytes copied in and unmasked there; and behind
 * its face, `FrameReceiver`, with a string or bytes for each message, which is what sessions and streams stand on.
 */

import { LIMIT, WS_FLAG, WS_KIND, WS_STATUS } from '../../wasm/constants.gen.ts';
import { instantiateHttpuv } from '../../wasm/httpuv.ts';
import { FrameMachine, FrameReceiver, type ParkedFrames } from '../../websocket/index.ts';
import { type MakeInstance, NO_SIMD_PATH, noSimdMaker } from '../builds.ts';
import { type ContenderLoader, FRAMES, Notes, notedRun, type ParserContender, type ParserRun } from '../contender.ts';
import type { ReadOwnFile } from '../host.ts';
import type { ParserInput } from '../inputs.ts';
import { checksum } from '../seen.ts';
import { WASM_BYTES } from './own-machine.ts';

const { DATA } = WS_KIND;
const { BINARY, END, START } = WS_FLAG;
const LIMITS = { maxMessageBytes: 16_777_216, maxFragments: 131_072, allowDeflate: false } as const;

/** Messages, and records. */
export const loadOwnFrames: ContenderLoader = async () => [
  MESSAGES,
  records('httpuv-frames', 'this package, records only, bytes copied and unmasked', instantiateHttpuv, WASM_BYTES),
];

/** The records of the same C without vectors. */
export function noSimdFramesLoader(read: ReadOwnFile): ContenderLoader {
  return async () => {
    const bytes = await read(NO_SIMD_PATH);
    return [records('no-simd-frames', 'the same without vectors', noSimdMaker(bytes), bytes.length)];
  };
}

function roleFor({ kind }: ParserInput): 'server' | 'client' {
  return kind === 'client-frames' ? 'server' : 'client';
}

const MESSAGES: ParserContender = {
  name: 'httpuv-messages',
  title: 'this package, a string or bytes for each message',
  reads: FRAMES,
  wasmBytes: WASM_BYTES,
  open(input) {
    const { forms } = input;
    const receiver = new FrameReceiver({ role: roleFor(input) });
    const notes = new Notes();
    const encoder = new TextEncoder();
    let next = 0;
    // Kept until the next one, as a program keeps what it works on.
    let data: string | Uint8Array = '';
    function take(piece: Uint8Array): void {
      for (const event of receiver.feed(piece)) {
        if (event.type === 'error') throw event.error;
        if (event.type !== 'message') throw new Error(`a ${event.type} frame came`);
        ({ data } = event);
        notes.messages++;
        if (notes.seen === null) continue;
        const bytes = typeof data === 'string' ? encoder.encode(data) : data;
        notes.seen.push(messageSeen(event.isBinary, bytes.length, checksum(0, bytes)));
      }
    }
    return notedRun(notes, (times) => {
      for (let turn = 0; turn < times; turn++) {
        const pieces = forms[next]?.pieces ?? [];
        next = next + 1 < forms.length ? next + 1 : 0;
        for (let at = 0; at < pieces.length; at++) {
          const piece = pieces[at];
          if (piece !== undefined) take(piece);
        }
      }
    });
  },
};

function messageSeen(isBinary: boolean, bodyBytes: number, bodySum: number) {
  return { method: isBinary ? 'binary' : 'text', target: '', fields: [], bodyBytes, bodySum };
}

function records(name: string, title: string, instantiate: MakeInstance, wasmBytes: number): ParserContender {
  return { name, title, reads: FRAMES, wasmBytes, open: (input) => openRecords(input, instantiate) };
}

function openRecords(input: ParserInput, instantiate: MakeInstance): ParserRun {
  const { forms } = input;
  const role = roleFor(input);
  const machine = new FrameMachine(instantiate);
  const notes = new Notes();
  let parked: ParkedFrames | null = null;
  let next = 0;
  let bodyBytes = 0;
  let bodySum = 0;
  function take(piece: Uint8Array): void {
    const size = machine.regionBytes;
    for (let from = 0; from < piece.length; from += size) {
      const part = piece.length <= size ? piece : piece.subarray(from, from + size);
      machine.bytes.set(part, machine.region);
      parse(part.length);
    }
  }
  function parse(length: number): void {
    machine.begin(parked, role, LIMITS);
    for (let start = 0; ; start += machine.consumed) {
      const status = machine.feed(start, length);
      if (status === WS_STATUS.ERROR) throw machine.error;
      walk(machine.region + start);
      if (status === WS_STATUS.NEED_INPUT) break;
      if (status !== WS_STATUS.TABLE_FULL) throw new Error(`feed gave status ${status}`);
    }
    parked = machine.park(parked);
  }
  /** Walks the records of a feed whose first byte is at address `base`. */
  function walk(base: number): void {
    const { words, recordsEnd } = machine;
    for (let at = machine.recordsAt; at < recordsEnd; at += LIMIT.UNIT_WORDS) {
      const first = words[at] ?? 0;
      if ((first & 0xff) !== DATA) throw new Error(`a record of kind ${first & 0xff} came`);
      if (notes.seen !== null) {
        const from = base + (words[at + 1] ?? 0);
        const run = machine.bytes.subarray(from, from + (words[at + 2] ?? 0));
        if (((first >>> 8) & START) !== 0) {
          bodyBytes = 0;
          bodySum = 0;
        }
        bodyBytes += run.length;
        bodySum = checksum(bodySum, run);
      }
      if (((first >>> 8) & END) === 0) continue;
      notes.messages++;
      notes.seen?.push(messageSeen(((first >>> 8) & BINARY) !== 0, bodyBytes, bodySum));
    }
  }
  return notedRun(notes, (times) => {
    for (let turn = 0; turn < times; turn++) {
      const pieces = forms[next]?.pieces ?? [];
      next = next + 1 < forms.length ? next + 1 : 0;
      for (let at = 0; at < pieces.length; at++) {
        const piece = pieces[at];
        if (piece !== undefined) take(piece);
      }
    }
  });
}
