/**
 * Bodies that are streams, whatever their kind, as one thing that gives chunks and can be given up. It calls code of the
 * app, and decides nothing: when it is asked, and what becomes of a chunk, is the server's matter.
 */

import type { StreamAnswer } from '../answer-types.ts';
import { asBytes, type Bytes } from '../codec/bytes.ts';
import { callerError } from '../errors.ts';
import { described } from './described.ts';

/** What a producer gives: a chunk, or the end. What it is has to be looked at. */
export interface Step {
  readonly done?: unknown;
  readonly value?: unknown;
}

export interface Producer {
  /** The next chunk, or a promise of it. May throw. */
  next(): unknown;
  /** Nothing more is wanted. What that throws, now or later, is of no interest to anybody. */
  cancel(): void;
}

/** A body that is a stream, as it goes to the I/O side: there it is only known that it is one. */
export class ProducedBody implements StreamAnswer {
  readonly keepAliveMs: number = 0;
  readonly producer: Producer;
  /** Gives the field lines behind the body. */
  readonly trailers: () => string;

  constructor(producer: Producer, trailers: () => string) {
    this.producer = producer;
    this.trailers = trailers;
  }
}

/** The producer behind a value; null when it is no stream. */
export function producerOf(value: object): Producer | null {
  if (isBlob(value)) return new ReaderProducer(() => value.stream());
  if (isWebStream(value)) return new ReaderProducer(() => value);
  if (Symbol.asyncIterator in value || Symbol.iterator in value) return new IteratorProducer(value as Iterables);
  return null;
}

export function isBlob(value: object): value is Blob {
  return typeof Blob === 'function' && value instanceof Blob;
}

export function isWebStream(value: object): value is ReadableStream {
  return typeof ReadableStream === 'function' && value instanceof ReadableStream;
}

/** Bytes of a chunk. @throws HttpuvError `HV_BAD_RESPONSE` for what has none. */
export function chunkBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  try {
    return asBytes(chunk as Bytes, 'a stream');
  } catch {
    throw callerError(
      'HV_BAD_RESPONSE',
      `the stream of a body gave ${described(chunk)}; it may give strings and bytes`,
    );
  }
}

/** A stream that ends by itself: it is read by its reader, because that can be cancelled in the middle of a read. */
class ReaderProducer implements Producer {
  readonly #open: () => ReadableStream;
  #reader: ReadableStreamDefaultReader | null = null;

  constructor(open: () => ReadableStream) {
    this.#open = open;
  }

  next(): unknown {
    this.#reader ??= this.#open().getReader();
    return this.#reader.read();
  }

  cancel(): void {
    quietly(() => (this.#reader === null ? this.#open().cancel() : this.#reader.cancel()));
  }
}

/** What can be iterated, and what of it a Node stream has besides. */
interface Iterables {
  [Symbol.asyncIterator]?(): Iterator<unknown>;
  [Symbol.iterator]?(): Iterator<unknown>;
  destroy?: unknown;
  on?: unknown;
}

class IteratorProducer implements Producer {
  readonly #iterable: Iterables;
  #iterator: Iterator<unknown> | null = null;

  constructor(iterable: Iterables) {
    this.#iterable = iterable;
  }

  next(): unknown {
    this.#iterator ??= this.#iterate();
    return this.#iterator.next();
  }

  cancel(): void {
    const { destroy, on } = this.#iterable;
    if (typeof destroy === 'function') {
      quietly(() => {
        // A stream that nobody has read tells its error to nobody, and then it ends the program.
        if (typeof on === 'function') on.call(this.#iterable, 'error', () => {});
        destroy.call(this.#iterable);
      });
    } else quietly(() => (this.#iterator ?? this.#iterate()).return?.());
  }

  #iterate(): Iterator<unknown> {
    const { [Symbol.asyncIterator]: makeAsync, [Symbol.iterator]: make } = this.#iterable;
    const iterator: unknown = (makeAsync ?? make)?.call(this.#iterable);
    if (typeof iterator === 'object' && iterator !== null) return iterator as Iterator<unknown>;
    throw callerError('HV_BAD_RESPONSE', `the stream of a body gave ${described(iterator)} in place of an iterator`);
  }
}

function quietly(act: () => unknown): void {
  try {
    const result = act();
    if (result instanceof Promise) result.catch(() => {});
    else if (isThenable(result)) result.then(undefined, () => {});
  } catch {
    // Whoever is given up may complain, but there is nothing left to be done about it.
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
