/**
 * A body that the app's stream gives, on the app side: asked for as fast as the client takes it, some chunks at a time so
 * that other tasks get their turn. The head of the answer leaves with the first chunk: a stream that fails before is a 500.
 */
import { chunkBytes, type ProducedBody, type Producer, type Step } from '../app/producer.ts';
import { callerError } from '../errors.ts';
import { isThenable } from './results.ts';

/** Bytes that are asked for ahead of what has left. */
const WINDOW_BYTES = 262_144;
/** The largest piece that is handed over at once. */
const PIECE_BYTES = 131_072;
/** So much may come in a row before other tasks get their turn. */
const CHUNKS_IN_A_ROW = 64;
const BYTES_IN_A_ROW = 1_048_576;

/** What carries a stream. */
export interface StreamPort {
  /** Bytes that its answer announces; −1: none are. */
  readonly announced: number;
  /** Sends the head; called once, before anything else. */
  begin(): void;
  piece(bytes: Uint8Array): void;
  end(trailers: string): void;
  /** The stream has failed; without a head this is the first that is heard of it. */
  fail(error: unknown, hasBegun: boolean): void;
  /** How many bytes may be in flight now, of a stream with this window. */
  window(most: number): number;
  /** Bytes that are in flight. */
  readonly inFlight: number;
  /** Has something run as a task. */
  post(task: () => void): void;
  /** It waits for a promise. */
  awaits(promise: unknown): void;
}

export class PulledStream {
  readonly #producer: Producer;
  readonly #trailers: () => string;
  readonly #port: StreamPort;
  /** What is left of the last chunk. */
  #chunk: Uint8Array | null = null;
  #given = 0;
  #hasBegun = false;
  #isOver = false;
  /** The loop is on the stack; a promise is awaited; a task is planned. */
  #isPulling = false;
  #isAwaiting = false;
  #isPlanned = false;
  #chunksLeft = 0;
  #bytesLeft = 0;
  readonly #resume = (): void => {
    this.#isPlanned = false;
    this.start();
  };

  constructor({ producer, trailers }: ProducedBody, port: StreamPort) {
    this.#producer = producer;
    this.#trailers = trailers;
    this.#port = port;
  }

  /** Asks for what there is room for. Called in a task. */
  start(): void {
    this.#chunksLeft = CHUNKS_IN_A_ROW;
    this.#bytesLeft = BYTES_IN_A_ROW;
    this.#pull();
  }

  /** Something has left. It never runs code of the app. */
  roomAgain(): void {
    if (!this.#isPulling && !this.#isAwaiting) this.#plan();
  }

  /** Nothing more is wanted. Called in a task. */
  giveUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunk = null;
    // What runs now cannot be told to end: it is told behind.
    if (!this.#isPulling) this.#producer.cancel();
  }

  #plan(): void {
    if (this.#isPlanned || this.#isOver) return;
    this.#isPlanned = true;
    this.#port.post(this.#resume);
  }

  #pull(): void {
    if (this.#isPulling || this.#isAwaiting || this.#isOver) return;
    this.#isPulling = true;
    try {
      while (!this.#isOver && this.#step());
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isPulling = false;
    }
  }

  /** Does one thing. Returns whether the next can be done now. */
  #step(): boolean {
    const room = this.#port.window(WINDOW_BYTES) - this.#port.inFlight;
    if (room <= 0) return false;
    if (this.#chunksLeft <= 0 || this.#bytesLeft <= 0) {
      this.#plan();
      return false;
    }
    if (this.#chunk !== null) {
      this.#emit(this.#chunk, Math.min(room, PIECE_BYTES));
      return true;
    }
    this.#chunksLeft--;
    const step = this.#producer.next();
    if (this.#isOver) {
      this.#producer.cancel();
      return false;
    }
    if (!isThenable(step)) {
      this.#take(step);
      return true;
    }
    this.#isAwaiting = true;
    this.#port.awaits(step);
    step.then(
      (value) => this.#settled(() => this.#take(value)),
      (error) => this.#settled(() => this.#fail(error)),
    );
    return false;
  }

  #settled(act: () => void): void {
    if (!this.#isAwaiting) return;
    this.#isAwaiting = false;
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
    // Whoever comes back from a promise may have let others run, or not: then it is not asked for ever.
    this.#pull();
  }

  #emit(chunk: Uint8Array, most: number): void {
    const part = chunk.length <= most ? chunk : chunk.subarray(0, most);
    this.#chunk = part.length === chunk.length ? null : chunk.subarray(most);
    this.#bytesLeft -= part.length;
    this.#port.piece(part);
  }

  #take(step: unknown): void {
    if (typeof step !== 'object' || step === null)
      throw callerError('HV_BAD_RESPONSE', 'the stream of a body gave no step');
    const { done, value } = step as Step;
    if (done) {
      this.#end();
      return;
    }
    const bytes = chunkBytes(value);
    if (bytes.length === 0) return;
    this.#given += bytes.length;
    const { announced } = this.#port;
    if (announced >= 0 && this.#given > announced) throw this.#brokenWord(`at least ${this.#given}`);
    this.#begin();
    this.#chunk = bytes;
  }

  #end(): void {
    const { announced } = this.#port;
    if (announced >= 0 && this.#given < announced) throw this.#brokenWord(`${this.#given}`);
    const trailers = this.#trailers();
    this.#isOver = true;
    this.#begin();
    this.#port.end(trailers);
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#port.begin();
  }

  #brokenWord(given: string): Error {
    return callerError(
      'HV_BAD_RESPONSE',
      `Content-Length is ${this.#port.announced}, but the stream gave ${given} bytes`,
    );
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunk = null;
    this.#producer.cancel();
    this.#port.fail(error, this.#hasBegun);
  }
}
