/**
 * Reads request bodies as forms. What `multipart/form-data` is like, its parser knows (@fastify/busboy); here is what may be too
 * much, where files are kept, and what is said when a form is none.
 */
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';
import type { Form } from '../app/request-owner.ts';
import type { FormLimits } from '../body-types.ts';
import { unknownName } from '../codec/option-names.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { BodySpool } from '../node/spool.ts';
import type { AppRequest } from '../types.ts';
import { type Extent, type FileNames, FormFile, FormStore } from './form-file.ts';
import { messageOf } from './results.ts';
import { bodySource } from './spool-reader.ts';

/** What a form may have; see {@link FormLimits}. */
export const FORM_LIMITS: Readonly<Required<FormLimits>> = {
  maxParts: 1_000,
  maxFieldBytes: 1_048_576,
  maxFileBytes: Number.POSITIVE_INFINITY,
};
/** Bytes and lines of the head of a part. */
const PART_HEAD_BYTES = 16_384;
const PART_HEAD_LINES = 64;

/** Where the files of a server's forms are kept. */
export interface FormKeeping {
  readonly spoolBytes: number;
  readonly maxSpoolBytes: number;
}

/** A file whose bytes are among those of the others. */
interface KeptFile extends FileNames {
  readonly extents: Extent[];
}

/** Names and values in the order of the form. */
type Entries = [name: string, value: string | KeptFile][];

/** Reads the body of a request as a form. Nothing is thrown; errors are rejections. */
export function readForm(request: AppRequest, given: FormLimits | undefined, keeping: FormKeeping): Form {
  let store: FormStore | null = null;
  let isClosed = false;
  const read = async (): Promise<FormData> => {
    const limits = resolved(given);
    const type = request.headers['content-type'] ?? '';
    const stream = request.stream();
    if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return readUrlEncoded(stream, limits);
    if (!/^multipart\/form-data\s*(?:;|$)/i.test(type)) {
      const message = `Content-Type is ${JSON.stringify(type.slice(0, 100))}, and that is no form`;
      throw formError('HV_NOT_A_FORM', message, 415);
    }
    const { Busboy } = (await import('@fastify/busboy')).default as unknown as typeof import('@fastify/busboy');
    const multipart = new Multipart(limits, new BodySpool(keeping.spoolBytes, keeping.maxSpoolBytes));
    const { entries, spool } = await multipart.read(stream, () =>
      multipart.listenTo(new Busboy(multipart.config(type))),
    );
    const body = spool.take();
    const bytes = body.kind === 'memory' ? body.bytes : null;
    store = bytes === null ? new FormStore(bodySource(body)) : null;
    if (isClosed) store?.close();
    return formDataOf(entries, bytes, store);
  };
  const data = read();
  // Whoever does not wait for it has left.
  data.catch(() => {});
  return {
    data,
    close: () => {
      // What is still being read ends with its stream.
      isClosed = true;
      store?.close();
    },
  };
}

/** The status to answer for a form that is none; 0 for every other error. */
export function refusedForm(error: unknown): number {
  return error instanceof FormError ? error.answer : 0;
}

/** What a client did wrong in a form: not caught by the app, it is answered with its status. */
class FormError extends HttpuvError {}

function formError(
  code: 'HV_NOT_A_FORM' | 'HV_BAD_FORM' | 'HV_FORM_TOO_LARGE',
  message: string,
  answer: number,
): Error {
  return new FormError(code, message, { fault: 'remote', answer });
}

function tooLarge(limit: keyof FormLimits): Error {
  return formError('HV_FORM_TOO_LARGE', `the form has more than ${limit} allows`, 413);
}

function resolved(given: FormLimits | undefined): Required<FormLimits> {
  const limits: Record<keyof FormLimits, number> = { ...FORM_LIMITS };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(FORM_LIMITS, name)) throw unknownName(`formData ${name}`, name, Object.keys(FORM_LIMITS));
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= 0)) {
      throw callerError('HV_BAD_OPTION', `${name} of formData is a number; 0 or Infinity for no limit`);
    }
    limits[name as keyof FormLimits] = value === 0 ? Number.POSITIVE_INFINITY : value;
  }
  return limits;
}

async function readUrlEncoded(stream: ReadableStream<Uint8Array>, limits: Required<FormLimits>): Promise<FormData> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > limits.maxFieldBytes) throw tooLarge('maxFieldBytes');
    text += decoder.decode(piece, { stream: true });
  }
  const form = new FormData();
  let parts = 0;
  for (const [name, value] of new URLSearchParams(text + decoder.decode())) {
    if (++parts > limits.maxParts) throw tooLarge('maxParts');
    form.append(name, value);
  }
  return form;
}

function formDataOf(entries: Entries, bytes: Uint8Array | null, store: FormStore | null): FormData {
  const form = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === 'string') form.append(name, value);
    else if (store !== null) form.append(name, new FormFile(store, value.extents, value));
    else
      form.append(
        name,
        new File(
          value.extents.map((each) => viewOf(bytes, each)),
          value.name,
          { type: value.type },
        ),
      );
  }
  return form;
}

function viewOf(bytes: Uint8Array | null, { at, length }: Extent): Uint8Array<ArrayBuffer> {
  return (bytes ?? new Uint8Array(0)).subarray(at, at + length) as Uint8Array<ArrayBuffer>; // A spool's is not shared.
}

/** One form while it is read. */
class Multipart {
  readonly #limits: Required<FormLimits>;
  readonly #spool: BodySpool;
  readonly #entries: Entries = [];
  #fieldBytes = 0;
  #keptBytes = 0;
  #failure: unknown = null;
  #hasFinished = false;
  /** Whoever waits for the parser. */
  #wake: () => void = () => {};

  constructor(limits: Required<FormLimits>, spool: BodySpool) {
    this.#limits = limits;
    this.#spool = spool;
  }

  config(type: string) {
    const { maxParts, maxFieldBytes, maxFileBytes } = this.#limits;
    return {
      headers: { 'content-type': type },
      limits: {
        parts: maxParts,
        fieldSize: maxFieldBytes,
        fileSize: maxFileBytes,
        headerPairs: PART_HEAD_LINES,
        headerSize: PART_HEAD_BYTES,
      },
    };
  }

  listenTo(parser: BusboyInstance): BusboyInstance {
    parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
      if (valueTruncated) this.#fail(tooLarge('maxFieldBytes'));
      else if (this.#isNamed(name) && this.#counts(name, value)) this.#entries.push([name, value]);
    });
    parser.on('file', (name, stream, fileName, _encoding, type) => this.#keep(name, stream, fileName ?? '', type));
    parser.on('partsLimit', () => this.#fail(tooLarge('maxParts')));
    parser.on('error', (error) => this.#fail(badForm(error)));
    parser.on('finish', () => {
      this.#hasFinished = true;
      this.#wake();
    });
    return parser;
  }

  /** Feeds the parser that `open` makes. Whatever happens, the stream has been read to its end or is given up. */
  async read(
    stream: ReadableStream<Uint8Array>,
    open: () => BusboyInstance,
  ): Promise<{ entries: Entries; spool: BodySpool }> {
    let parser: BusboyInstance | null = null;
    try {
      parser = opened(open);
      for await (const piece of stream) await this.#write(parser, piece);
      parser.end();
      await this.#until(() => this.#hasFinished);
      return { entries: this.#entries, spool: this.#spool };
    } catch (error) {
      this.#failure ??= error;
      this.#spool.discard();
      parser?.destroy();
      throw error;
    }
  }

  async #write(parser: BusboyInstance, piece: Uint8Array): Promise<void> {
    let isTaken = false;
    parser.write(piece, () => {
      isTaken = true;
      this.#wake();
    });
    await this.#until(() => isTaken);
  }

  /** Waits until something is so. @throws What went wrong meanwhile. */
  async #until(isSo: () => boolean): Promise<void> {
    while (this.#failure === null && !isSo()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  #isNamed(name: string | undefined): boolean {
    if (typeof name === 'string') return true;
    this.#fail(badForm(new Error('a part has no name')));
    return false;
  }

  #counts(name: string, value: string): boolean {
    this.#fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (this.#fieldBytes <= this.#limits.maxFieldBytes) return true;
    this.#fail(tooLarge('maxFieldBytes'));
    return false;
  }

  #keep(name: string, stream: BusboyFileStream, fileName: string, type: string): void {
    stream.on('error', (error) => this.#fail(badForm(error)));
    stream.on('limit', () => this.#fail(tooLarge('maxFileBytes')));
    if (!this.#isNamed(name) || !this.#counts(name, fileName)) {
      stream.resume();
      return;
    }
    const extents: Extent[] = [];
    this.#entries.push([name, { name: fileName, type, extents }]);
    stream.on('data', (bytes: Uint8Array) => {
      // Nobody would take it back.
      if (this.#failure === null) this.#store(extents, bytes);
    });
  }

  #store(extents: Extent[], bytes: Uint8Array): void {
    const last = extents.at(-1);
    if (last !== undefined && last.at + last.length === this.#keptBytes) last.length += bytes.length;
    else extents.push({ at: this.#keptBytes, length: bytes.length });
    this.#keptBytes += bytes.length;
    const failure = this.#spool.append(bytes);
    if (failure === 'failed') this.#fail(this.#spool.cause);
    else if (failure === 'full') {
      this.#fail(formError('HV_FORM_TOO_LARGE', 'the files of the form have no room within maxSpoolBytes', 503));
    }
  }
}

function opened(open: () => BusboyInstance): BusboyInstance {
  try {
    return open();
  } catch (error) {
    throw badForm(error);
  }
}

function badForm(cause: unknown): Error {
  const error = formError('HV_BAD_FORM', `the body is no well-formed form: ${messageOf(cause)}`, 400);
  error.cause = cause;
  return error;
}
