/** Files of a form: ordinary ones in memory, or parts of one temporary file that is given back when its request is over. */
import { type BodySource, bodyGone } from '../app/body.ts';

/** Part of what the files of a form lie in. */
export interface Extent {
  readonly at: number;
  length: number;
}

/** What a file is called. */
export interface FileNames {
  readonly name: string;
  readonly type: string;
}

/** What the files of one form lie in. */
export class FormStore {
  readonly #source: BodySource;
  #isClosed = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** Up to `length` bytes from `position` on. @throws HttpuvError `HV_BODY_GONE`. */
  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.#isClosed) throw bodyGone();
    return this.#source.read(position, length) as Uint8Array<ArrayBuffer>; // What is read from a file is not shared.
  }

  close(): void {
    this.#isClosed = true;
    this.#source.close();
  }
}

/** Bytes that a stream gives at a time. */
const PIECE_BYTES = 65_536;

/**
 * A file that is read where it lies: by its own methods, as those of every `File`. What looks for its bytes inside of the runtime,
 * such as `new Blob([file])` and `structuredClone`, finds none.
 */
export class FormFile extends File {
  readonly #store: FormStore;
  readonly #extents: readonly Extent[];
  readonly #length: number;

  constructor(store: FormStore, extents: readonly Extent[], { name, type }: FileNames) {
    super([], name, { type });
    this.#store = store;
    this.#extents = extents;
    this.#length = extents.reduce((sum, { length }) => sum + length, 0);
    // Types call it a property, which no accessor may take the place of.
    Object.defineProperty(this, 'size', { value: this.#length, enumerable: true });
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#whole().buffer;
  }

  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#whole();
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(this.#whole());
  }

  override stream(): ReturnType<File['stream']> {
    let at = 0;
    const stream = new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        const piece = this.#read(at, PIECE_BYTES);
        at += piece.length;
        if (piece.length > 0) {
          controller.enqueue(piece);
          return;
        }
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
    return stream as ReturnType<File['stream']>; // The types of the runtime know two classes of this name.
  }

  override slice(start: number = 0, end: number = this.#length, type: string = ''): FormFile {
    const from = inside(start, this.#length);
    const to = Math.max(from, inside(end, this.#length));
    return new FormFile(this.#store, part(this.#extents, from, to), { name: this.name, type });
  }

  #whole(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#length);
    for (let at = 0; at < whole.length; ) {
      const piece = this.#read(at, whole.length - at);
      if (piece.length === 0) throw bodyGone();
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** Bytes from `at` on, no more than `most`; none behind the end alone. */
  #read(at: number, most: number): Uint8Array<ArrayBuffer> {
    const [first] = part(this.#extents, at, this.#length);
    return this.#store.read(first?.at ?? 0, Math.min(first?.length ?? 0, most));
  }
}

/** A place as `slice` counts it: from the end when it is negative. */
function inside(place: number, length: number): number {
  return place < 0 ? Math.max(0, length + place) : Math.min(place, length);
}

/** Bytes `from` to `to` of what lies in these. */
function part(extents: readonly Extent[], from: number, to: number): Extent[] {
  const parts: Extent[] = [];
  let before = 0;
  for (const { at, length } of extents) {
    const start = Math.max(from - before, 0);
    const end = Math.min(to - before, length);
    if (start < end) parts.push({ at: at + start, length: end - start });
    before += length;
  }
  return parts;
}
