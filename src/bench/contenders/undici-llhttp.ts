/**
 * llhttp compiled to WebAssembly as undici ships it, calling back into JavaScript for each element; compared when
 * undici is installed. Strings are made from the bytes in its memory, one for each element, as undici does.
 */
import { latin1 } from '../../codec/text.ts';
import { type ContenderLoader, HTTP, Notes, notedRun, type Packages, type ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { checksum, lowerNames } from '../seen.ts';

const NAME = 'undici-llhttp';
const TYPE_REQUEST = 1;
const TYPE_RESPONSE = 2;
const METHODS_SHIPPED = 'undici/lib/llhttp/constants.js';

interface Llhttp {
  readonly memory: WebAssembly.Memory;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, data: number, length: number): number;
  llhttp_get_method(parser: number): number;
  llhttp_get_status_code(parser: number): number;
  malloc(bytes: number): number;
}

/** undici's llhttp, or how to install it. */
export function undiciLoader({ find }: Packages): ContenderLoader {
  return async () => {
    const bytes = await find('undici/lib/llhttp/llhttp_simd-wasm.js');
    const methods = methodNames(await find(METHODS_SHIPPED));
    if (!(bytes instanceof Uint8Array) || methods === undefined)
      return [{ name: NAME, missing: 'npm install undici', reads: HTTP }];
    // Never shared memory: it was decoded from text a moment ago.
    const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    return [
      {
        name: NAME,
        title: "undici's llhttp in WebAssembly, flat list of fields",
        reads: HTTP,
        package: 'undici',
        parser: 'llhttp',
        wasmBytes: bytes.length,
        open: (input) => open(module, methods, input),
      },
    ];
  };
}

function methodNames(shipped: unknown): ReadonlyMap<number, string> | undefined {
  const { METHODS } = (shipped ?? {}) as { METHODS?: Record<string, number> };
  return METHODS === undefined ? undefined : new Map(Object.entries(METHODS).map(([name, id]) => [id, name]));
}

function open(module: WebAssembly.Module, methods: ReadonlyMap<number, string>, input: ParserInput): ParserRun {
  const { forms } = input;
  const isRequest = input.kind === 'request';
  let next = 0;
  const notes = new Notes();
  let method = '';
  let target = '';
  let status = 0;
  let reason = '';
  let flat: string[] = [];
  let inValue = true;
  let bodyBytes = 0;
  let bodySum = 0;
  let piece: Uint8Array = new Uint8Array(0);
  const element = (at: number, length: number) => latin1(memory, at, at + length);
  const instance = new WebAssembly.Instance(module, {
    env: {
      wasm_on_message_begin: () => 0,
      wasm_on_status(_parser: number, at: number, length: number) {
        reason += element(at, length);
        return 0;
      },
      wasm_on_url(_parser: number, at: number, length: number) {
        target += element(at, length);
        return 0;
      },
      // A piece that ends inside an element makes two calls for it: they are joined.
      wasm_on_header_field(_parser: number, at: number, length: number) {
        if (inValue) flat.push(element(at, length));
        else flat[flat.length - 1] += element(at, length);
        inValue = false;
        return 0;
      },
      wasm_on_header_value(_parser: number, at: number, length: number) {
        if (inValue) flat[flat.length - 1] += element(at, length);
        else flat.push(element(at, length));
        inValue = true;
        return 0;
      },
      wasm_on_headers_complete(parser: number) {
        if (isRequest) method = methods.get(llhttp.llhttp_get_method(parser)) ?? '';
        else status = llhttp.llhttp_get_status_code(parser);
        return 0;
      },
      wasm_on_body(_parser: number, at: number, length: number) {
        const part = piece.subarray(at - window, at - window + length);
        bodyBytes += part.length;
        if (notes.seen !== null) bodySum = checksum(bodySum, part);
        return 0;
      },
      wasm_on_message_complete() {
        notes.messages++;
        if (notes.seen !== null) {
          notes.seen.push({ method, target, status, reason, fields: lowerNames(flat), bodyBytes, bodySum });
        }
        target = '';
        reason = '';
        flat = [];
        inValue = true;
        bodyBytes = 0;
        bodySum = 0;
        return 0;
      },
    },
  });
  // The module's exports are what its imports above were written for; undici calls the same ones.
  const llhttp = instance.exports as unknown as Llhttp;
  const parser = llhttp.llhttp_alloc(isRequest ? TYPE_REQUEST : TYPE_RESPONSE);
  const longest = Math.max(...forms.flatMap((form) => form.pieces.map((part) => part.length)));
  const window = llhttp.malloc(longest);
  const memory = new Uint8Array(llhttp.memory.buffer);
  function repeat(times: number): void {
    for (let turn = 0; turn < times; turn++) {
      const pieces = forms[next]?.pieces ?? [];
      next = next + 1 < forms.length ? next + 1 : 0;
      for (let at = 0; at < pieces.length; at++) {
        piece = pieces[at] ?? piece;
        memory.set(piece, window);
        const failed = llhttp.llhttp_execute(parser, window, piece.length);
        if (failed !== 0) throw new Error(`llhttp error ${failed}`);
      }
    }
  }
  return notedRun(notes, repeat, () => llhttp.llhttp_free(parser));
}
