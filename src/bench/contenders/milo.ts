/**
 * milo, a parser in Rust compiled to WebAssembly, calling back into JavaScript for each element; compared when it is
 * installed. Strings are made from the bytes in its memory, one for each element.
 */
import { latin1 } from '../../codec/text.ts';
import { type ContenderLoader, HTTP, Notes, notedRun, type Packages, type ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { checksum, lowerNames } from '../seen.ts';

const NAME = 'milo';
const PACKAGE = '@perseveranza-pets/milo';
/** An element that is not complete stays before the next bytes. */
const MOST_KEPT_BYTES = 65_536;

type Callback = (parser: number, at: number, length: number) => void;

interface MiloModule {
  /** Compiles the module and makes an instance of it. */
  load(): Milo;
}

/** What of milo 0.2 is used. Offsets of callbacks count from the bytes of the last `parse`. */
interface Milo {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Names of errors by their numbers. */
  readonly Errors: Readonly<Record<number, string | undefined>>;
  readonly MessageTypes: { readonly REQUEST: number; readonly RESPONSE: number };
  alloc(bytes: number): number;
  create(): number;
  destroy(parser: number): void;
  dealloc(at: number, bytes: number): void;
  parse(parser: number, at: number, bytes: number): number;
  setMode(parser: number, type: number): void;
  getErrorCode(parser: number): number;
  setOnMethod(parser: number, callback: Callback): void;
  setOnUrl(parser: number, callback: Callback): void;
  setOnStatus(parser: number, callback: Callback): void;
  setOnReason(parser: number, callback: Callback): void;
  setOnHeaderName(parser: number, callback: Callback): void;
  setOnHeaderValue(parser: number, callback: Callback): void;
  setOnData(parser: number, callback: Callback): void;
  setOnMessageComplete(parser: number, callback: Callback): void;
}

/** milo, or how to install it. */
export function miloLoader({ find, sizeOf }: Packages): ContenderLoader {
  return async () => {
    // The build with its module inside, which no host has to read from a file.
    const found = (await find(`${PACKAGE}/index-with-wasm.js`)) as MiloModule | undefined;
    if (typeof found?.load !== 'function') return [{ name: NAME, missing: `npm install ${PACKAGE}`, reads: HTTP }];
    const wasmBytes = sizeOf(`${PACKAGE}/milo.wasm`);
    return [
      {
        name: NAME,
        title: 'milo in WebAssembly, flat list of fields',
        reads: HTTP,
        package: PACKAGE,
        ...(wasmBytes === undefined ? {} : { wasmBytes }),
        open: (input) => open(found.load(), input),
      },
    ];
  };
}

function open(milo: Milo, { forms, kind }: ParserInput): ParserRun {
  const notes = new Notes();
  const parser = milo.create();
  milo.setMode(parser, kind === 'response' ? milo.MessageTypes.RESPONSE : milo.MessageTypes.REQUEST);
  const longest = Math.max(...forms.flatMap((form) => form.pieces.map((piece) => piece.length)));
  const window = milo.alloc(longest + MOST_KEPT_BYTES);
  let memory = new Uint8Array(milo.memory.buffer);
  let method = '';
  let target = '';
  let status = 0;
  let reason = '';
  let flat: string[] = [];
  let bodyBytes = 0;
  let bodySum = 0;
  let next = 0;
  /** Bytes at the start of the window that were not consumed. */
  let kept = 0;
  const element = (at: number, length: number) => latin1(memory, window + at, window + at + length);
  milo.setOnMethod(parser, (_, at, length) => {
    method = element(at, length);
  });
  milo.setOnUrl(parser, (_, at, length) => {
    target = element(at, length);
  });
  milo.setOnStatus(parser, (_, at, length) => {
    status = Number(element(at, length));
  });
  milo.setOnReason(parser, (_, at, length) => {
    reason = element(at, length);
  });
  milo.setOnHeaderName(parser, (_, at, length) => {
    flat.push(element(at, length));
  });
  milo.setOnHeaderValue(parser, (_, at, length) => {
    flat.push(element(at, length));
  });
  milo.setOnData(parser, (_, at, length) => {
    bodyBytes += length;
    if (notes.seen !== null) bodySum = checksum(bodySum, memory.subarray(window + at, window + at + length));
  });
  milo.setOnMessageComplete(parser, () => {
    notes.messages++;
    notes.seen?.push({ method, target, status, reason, fields: lowerNames(flat), bodyBytes, bodySum });
    reason = '';
    flat = [];
    bodyBytes = 0;
    bodySum = 0;
  });
  function repeat(times: number): void {
    for (let turn = 0; turn < times; turn++) {
      const pieces = forms[next]?.pieces ?? [];
      next = next + 1 < forms.length ? next + 1 : 0;
      for (let at = 0; at < pieces.length; at++) {
        const piece = pieces[at];
        if (piece === undefined) continue;
        // Its memory may have grown, which empties views.
        if (memory.length === 0) memory = new Uint8Array(milo.memory.buffer);
        memory.set(piece, window + kept);
        const length = kept + piece.length;
        const consumed = milo.parse(parser, window, length);
        const failed = milo.getErrorCode(parser);
        // Its own sentences cannot be read: it looks for them in something that is no array.
        if (failed !== 0)
          throw new Error(`milo error ${failed}${milo.Errors[failed] === undefined ? '' : `, ${milo.Errors[failed]}`}`);
        kept = length - consumed;
        if (kept > MOST_KEPT_BYTES) throw new Error(`${kept} bytes were not consumed`);
        if (kept > 0) memory.copyWithin(window, window + consumed, window + length);
      }
    }
  }
  return notedRun(notes, repeat, () => {
    milo.destroy(parser);
    milo.dealloc(window, longest + MOST_KEPT_BYTES);
  });
}
