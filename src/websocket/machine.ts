/**
 * The wasm frame machine as one that many connections share in turn: what a connection must keep between two chunks is
 * parked outside. Knows the memory map, nothing of messages.
 */
import { callerError, HttpuvError } from '../errors.ts';
import { LIMIT, WINDOW, WS_ALLOW, WS_CONTEXT, WS_ERRORS } from '../wasm/constants.gen.ts';
import { type FrameExports, instantiateHttpuv } from '../wasm/httpuv.ts';
import type { FrameLimits } from './limits.ts';

/** Who we are. A client masks what it sends, and a server expects that. */
export type Role = 'server' | 'client';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { IDLE, WS_REGION_BYTES } = LIMIT;
const { CONSUMED, RECORDS_LENGTH } = WINDOW;
const CONTEXT_WORDS = LIMIT.WS_CONTEXT_BYTES / 4;
const TWO_32 = 2 ** 32;

/** Opaque: what `park` returns and `begin` takes. */
export type ParkedFrames = Uint32Array;

/** The fault with this code, as an error of the peer. */
export function frameError(code: `HV_WS_${string}`, offset?: number): HttpuvError {
  const found = WS_ERRORS.find((one) => one.name === code);
  if (found === undefined) throw new RangeError(`no such fault: ${code}`);
  const facts = { fault: 'remote' as const, answer: found.status };
  return new HttpuvError(code, found.message, offset === undefined ? facts : { ...facts, offset });
}

export class FrameMachine {
  /** The whole memory. Both views are replaced together with the instance. */
  bytes: Uint8Array = new Uint8Array(0);
  words: Uint32Array = new Uint32Array(0);
  /** Byte address of the receive region. */
  region = 0;
  readonly regionBytes: number = WS_REGION_BYTES;
  /** Word index of the first record, and behind the last one of the last feed. */
  recordsAt = 0;
  recordsEnd = 0;
  /** Bytes of the last feed that were consumed. */
  consumed = 0;
  #isLent = false;

  readonly #instantiate: () => FrameExports;
  #feed: FrameExports['hv_ws_feed'] = () => 0;
  #context = 0;
  #window = 0;
  #limitsAt = 0;
  #limits: FrameLimits | null = null;
  /** Whether the context is that of `#role` between two messages. */
  #idle = false;
  #role = 0;

  constructor(instantiate: () => FrameExports = instantiateHttpuv) {
    this.#instantiate = instantiate;
    this.#load();
  }

  #load(): void {
    const wasm = this.#instantiate();
    this.words = new Uint32Array(wasm.memory.buffer);
    this.bytes = new Uint8Array(wasm.memory.buffer);
    this.#window = wasm.hv_ws_window(0) >>> 2;
    this.#context = this.#word(this.#window + WINDOW.CONTEXT_AT) >>> 2;
    this.#limitsAt = this.#word(this.#window + WINDOW.LIMITS_AT) >>> 2;
    this.region = this.#word(this.#window + WINDOW.REGION_AT);
    this.recordsAt = this.#word(this.#window + WINDOW.RECORDS_AT) >>> 2;
    this.recordsEnd = this.recordsAt;
    this.#feed = wasm.hv_ws_feed;
    this.#limits = null;
    this.#idle = true;
    this.#role = 0;
  }

  #word(index: number): number {
    return this.words[index] as number; // Every index here is an address inside the memory, which never shrinks.
  }

  /**
   * Gives the machine to one reader, until it calls {@link giveBack}: while one listens to what another is told, the records and
   * bytes of that feed are still being read.
   * @throws HttpuvError `HV_MACHINE_BUSY` when somebody has it.
   */
  lend(): void {
    if (this.#isLent)
      throw callerError(
        'HV_MACHINE_BUSY',
        'a message is being told from this memory: feed when that call is over, or give this reader a FrameMachine of its own',
      );
    this.#isLent = true;
  }

  /** Whether a reader has it. */
  get isLent(): boolean {
    return this.#isLent;
  }

  giveBack(): void {
    this.#isLent = false;
  }

  /**
   * Makes a connection the current one.
   *
   * @param parked What `park` returned for it; `null` between two messages.
   * @param limits Told to the machine when they are others than those of the last call.
   */
  begin(parked: ParkedFrames | null, role: Role, limits: FrameLimits): void {
    const told = this.#limits;
    if (limits !== told && (told === null || !areEqual(limits, told))) this.#setLimits(limits);
    const number = role === 'client' ? 1 : 0;
    if (parked !== null) {
      this.words.set(parked, this.#context);
      this.#idle = false;
    } else if (!this.#idle || number !== this.#role) {
      this.words.fill(0, this.#context, this.#context + CONTEXT_WORDS);
      this.words[this.#context + WS_CONTEXT.STATE] = number << 8;
      this.#idle = true;
    }
    this.#role = number;
  }

  #setLimits(limits: FrameLimits): void {
    const most = Math.min(limits.maxMessageBytes, Number.MAX_SAFE_INTEGER);
    const fragments = Math.min(limits.maxFragments, TWO_32 - 1);
    const allow = limits.allowDeflate ? WS_ALLOW.DEFLATE : 0;
    this.words.set([most % TWO_32, Math.floor(most / TWO_32), fragments, allow], this.#limitsAt);
    this.#limits = limits;
  }

  /**
   * Reads region bytes `start` to `end` as the next bytes of the current connection, and unmasks payloads there.
   *
   * @returns A `WS_STATUS`. Records lie from `recordsAt` to `recordsEnd`.
   * @throws HttpuvError `HV_TRAP` when the instance failed: it was replaced, the current message is lost.
   */
  feed(start: number, end: number): number {
    if (!(start >= 0 && start <= end && end <= WS_REGION_BYTES)) throw new RangeError('outside of the region');
    try {
      const code = this.#feed(start, end);
      this.consumed = this.#word(this.#window + CONSUMED);
      this.recordsEnd = this.recordsAt + this.#word(this.#window + RECORDS_LENGTH);
      this.#idle = code >= IDLE;
      return code % IDLE;
    } catch (cause) {
      this.#load();
      const error = new HttpuvError('HV_TRAP', 'the frame machine failed and was replaced; this message is lost', {
        fault: 'local',
        answer: 1011,
      });
      error.cause = cause;
      throw error;
    }
  }

  /**
   * Takes what is in progress out of the machine, so that another connection may begin.
   *
   * @param into What the last `begin` was given; it is overwritten.
   * @returns What `begin` needs to go on, or `null` between two messages.
   */
  park(into: ParkedFrames | null): ParkedFrames | null {
    if (this.#idle) return null;
    const parked = into ?? new Uint32Array(CONTEXT_WORDS);
    parked.set(this.words.subarray(this.#context, this.#context + CONTEXT_WORDS));
    return parked;
  }

  /** Why the last feed returned `WS_STATUS.ERROR`. Its offset counts from the first byte of the frame. */
  get error(): HttpuvError {
    const context = this.#context;
    const number = (this.#word(context + WS_CONTEXT.STATE) >>> 16) & 0xff;
    const offset = this.#word(context + WS_CONTEXT.OFFSET_HIGH) * TWO_32 + this.#word(context + WS_CONTEXT.OFFSET_LOW);
    const { name, message, status } = WS_ERRORS[number] ?? { name: 'HV_NONE', message: '', status: 0 };
    return new HttpuvError(name, message, { fault: 'remote', answer: status, offset });
  }
}

function areEqual(a: FrameLimits, b: FrameLimits): boolean {
  return (
    a.maxMessageBytes === b.maxMessageBytes && a.maxFragments === b.maxFragments && a.allowDeflate === b.allowDeflate
  );
}

let shared: FrameMachine | undefined;

/** The machine of this thread, made at the first call. */
export function sharedFrameMachine(): FrameMachine {
  shared ??= new FrameMachine();
  return shared;
}
