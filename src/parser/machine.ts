/**
 * One wasm parser instance as a machine that many connections share in turn: what a connection must keep between its
 * chunks is parked outside. Knows the memory map, nothing of requests or strings.
 */
import { callerError, HttpuvError } from '../errors.ts';
import { CONTEXT, ERRORS, LIMIT, STATE, STATUS, WINDOW } from '../wasm/constants.gen.ts';
import { type HttpuvExports, instantiateHttpuv } from '../wasm/httpuv.ts';
import type { HttpLimits, MachineError } from './limits.ts';
import { CONTEXT_WORDS, ParkedMessage } from './parked.ts';

export type { HttpLimits, MachineError } from './limits.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { IDLE, LONE, REGION_BYTES } = LIMIT;
const { NEED_INPUT } = STATUS;
const { CONSUMED, RECORDS_LENGTH } = WINDOW;

const TWO_32 = 2 ** 32;
const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new Uint32Array(0);
/** Called as a function: some versions of V8 look a method of a typed array up anew at each call. */
const setBytes = Uint8Array.prototype.set;

/** Opaque: what `park` returns and `begin` takes. */
export type Parked = ParkedMessage;

function clamp(value: number, most: number): number {
  return value >= most ? most : Math.max(0, Math.floor(value));
}

function badRange(start: number, end: number): HttpuvError {
  return callerError('HV_BAD_RANGE', `feed takes region bytes from 0 to ${LIMIT.REGION_BYTES}, not ${start} to ${end}`);
}

export class HttpMachine {
  /** The whole memory; a Buffer where there is such a class. Both views are replaced together with the instance. */
  bytes: Uint8Array = NO_BYTES;
  words: Uint32Array = NO_WORDS;
  /** Byte address of the receive region. */
  region = 0;
  readonly regionBytes: number = LIMIT.REGION_BYTES;
  /** Word index of the first record, and behind the last one of the last feed. */
  recordsAt = 0;
  recordsEnd = 0;
  /** Bytes of the last feed that were consumed. */
  consumed = 0;
  /** Byte address behind the last one that was consumed. */
  end = 0;
  /** Counts feeds: each overwrites what the last one has read, and its records. */
  turn = 0;
  /** Counts instances: one more after each trap. Shape ids are valid within one. */
  generation = 0;
  /** What it reads. */
  readonly kind: 'request' | 'response';

  /** The instance, replaced together with the views. */
  instance: HttpuvExports;
  readonly #kind: number;
  readonly #instantiate: () => HttpuvExports;
  #feed: HttpuvExports['hv_feed'] = () => 0;
  #finish: HttpuvExports['hv_finish'] = () => 0;
  #context = 0;
  #window = 0;
  #limitsAt = 0;
  #limits: HttpLimits | null = null;
  #pause = 0;
  /** The limits, while no pause is asked for. */
  #unpaused: HttpLimits | null = null;
  /** What begin restored. Its head bytes go before the region bytes of the next feed, which is not known earlier. */
  #parked: ParkedMessage | null = null;
  #unplaced = false;
  /** Whether the context is between two messages, as after a reset. */
  #idle = true;
  /** Whether no record was completed since begin, so that an unfinished head is the one that begin restored. */
  #sameHead = true;
  #trap: HttpuvError | null = null;

  /** @throws HttpuvError `HV_BAD_OPTION` for another kind. */
  constructor(kind: 'request' | 'response' = 'request', instantiate: () => HttpuvExports = instantiateHttpuv) {
    if (kind !== 'request' && kind !== 'response')
      throw callerError('HV_BAD_OPTION', "the kind of a machine is 'request' or 'response'");
    this.kind = kind;
    this.#kind = kind === 'request' ? 0 : 1;
    this.#instantiate = instantiate;
    this.instance = instantiate();
    this.#load(this.instance);
  }

  #load(wasm: HttpuvExports): void {
    this.instance = wasm;
    const { buffer } = wasm.memory;
    this.words = new Uint32Array(buffer);
    this.bytes = typeof globalThis.Buffer === 'function' ? globalThis.Buffer.from(buffer) : new Uint8Array(buffer);
    this.#window = wasm.hv_window(this.#kind) >>> 2;
    this.#context = this.#word(this.#window + WINDOW.CONTEXT_AT) >>> 2;
    this.#limitsAt = this.#word(this.#window + WINDOW.LIMITS_AT) >>> 2;
    this.region = this.#word(this.#window + WINDOW.REGION_AT);
    this.recordsAt = this.#word(this.#window + WINDOW.RECORDS_AT) >>> 2;
    this.recordsEnd = this.recordsAt;
    this.consumed = 0;
    this.#feed = wasm.hv_feed;
    this.#finish = wasm.hv_finish;
    this.#limits = null;
    this.#unpaused = null;
    this.#parked = null;
    this.#unplaced = false;
    this.#idle = true;
    this.end = this.region;
    this.generation++;
  }

  #word(index: number): number {
    return this.words[index] as number; // Every index here is an address inside the memory, which never shrinks.
  }

  /**
   * Makes a message the current one.
   *
   * @param parked What `park` returned for it; `null` for the first byte of a new message.
   * @param limits Compared by identity with those of the last call.
   * @param pause Sum of `PAUSE` and `ALLOW` flags.
   */
  begin(parked: Parked | null, limits: HttpLimits, pause: number): void {
    if (limits !== this.#limits || pause !== this.#pause) this.#setLimits(limits, pause);
    if (parked !== null) {
      this.words.set(parked.context, this.#context);
      this.#idle = false;
    } else if (!this.#idle) {
      this.#reset();
    }
    this.#parked = parked;
    this.#unplaced = parked !== null && parked.headBytes > 0;
    this.#sameHead = true;
  }

  #reset(): void {
    const context = this.#context;
    this.words[context + CONTEXT.STATE] = STATE.START | (this.#kind << 8);
    this.words[context + CONTEXT.HELD] = 0;
    this.words[context + CONTEXT.FIELDS] = 0;
    this.#setWide(CONTEXT.SEEN_LOW, 0);
    this.#idle = true;
  }

  #setLimits(limits: HttpLimits, pause: number): void {
    const maxBodyBytes = clamp(limits.maxBodyBytes, Number.MAX_SAFE_INTEGER);
    const extensions = limits.maxChunkExtensionBytes;
    this.words.set(
      [
        clamp(limits.maxHeadBytes, LIMIT.MAX_HEAD_BYTES),
        clamp(limits.maxFields, LIMIT.MAX_FIELDS),
        extensions === Infinity ? 0xffffffff : clamp(extensions, 0xfffffffe),
        pause,
        maxBodyBytes % TWO_32,
        Math.floor(maxBodyBytes / TWO_32),
      ],
      this.#limitsAt,
    );
    this.#limits = limits;
    this.#pause = pause;
    this.#unpaused = pause === 0 ? limits : null;
  }

  /**
   * Parses region bytes `start` to `end` as the next bytes of the current message. A second feed before `park` must
   * begin where the first one stopped consuming.
   *
   * @returns A `STATUS`. Records of complete elements lie from `recordsAt` to `recordsEnd`.
   * @throws HttpuvError `HV_TRAP` when the instance failed: it was replaced, the current message is lost.
   */
  feed(start: number, end: number): number {
    const status = this.tryFeed(start, end);
    const trap = status === STATUS.ERROR ? this.takeTrap() : null;
    if (trap !== null) throw trap;
    return status;
  }

  /** As {@link feed}, but an instance that failed is `STATUS.ERROR`, with the reason in {@link takeTrap}. */
  tryFeed(start: number, end: number): number {
    if (!(start >= 0 && start <= end && end <= REGION_BYTES)) throw badRange(start, end);
    if (this.#unplaced) this.#place(start);
    try {
      return this.#told(start, this.#feed(start, end));
    } catch (error) {
      return this.#trapped(error);
    }
  }

  /**
   * Parses `bytes`, at most `regionBytes` of them, as the beginning of a new message: `begin`, the copy and `tryFeed`
   * in one, for hosts that expect one whole request and nothing else.
   *
   * @returns When that is what came, `LIMIT.LONE` with the first word of its record and its minor version << 3. Then only
   *   the record may be read; `recordsEnd` and all else that describes a feed is left as it was. Otherwise a `STATUS`.
   */
  feedLone(bytes: Uint8Array, limits: HttpLimits): number {
    const n = bytes.length;
    if (n > REGION_BYTES) throw badRange(0, n);
    if (!this.#idle || limits !== this.#unpaused) this.begin(null, limits, 0);
    setBytes.call(this.bytes, bytes, this.region);
    try {
      const code = this.#feed(0, n);
      return (code & LONE) !== 0 ? code : this.#told(0, code);
    } catch (error) {
      return this.#trapped(error);
    }
  }

  /** Takes over what a feed that began at `start` says, `code` being what it returned. Returns the status. */
  #told(start: number, code: number): number {
    const { words } = this;
    const window = this.#window;
    this.turn++;
    this.consumed = words[window + CONSUMED] as number; // The table has this word.
    this.recordsEnd = this.recordsAt + (words[window + RECORDS_LENGTH] as number); // And this one.
    this.end = this.region + start + this.consumed;
    if (this.recordsEnd !== this.recordsAt) this.#sameHead = false;
    const isLone = (code & LONE) !== 0;
    this.#idle = isLone || code >= IDLE;
    if (this.#idle) this.#parked = null;
    return isLone ? NEED_INPUT : code % IDLE;
  }

  /** Puts the bytes of a parked head in front of region offset `start`, and its records at the start of the table. */
  #place(start: number): void {
    const parked = this.#parked;
    this.#unplaced = false;
    if (parked === null) return;
    const { headBytes, recordWords } = parked;
    this.bytes.set(parked.head.subarray(0, headBytes), this.region + start - headBytes);
    this.words.set(parked.records.subarray(0, recordWords), this.recordsAt);
    this.words[this.#window + WINDOW.RECORDS_LENGTH] = 0;
  }

  /** The error of an instance that failed in the last feed; `null` when it was the peer's, or asked for already. */
  takeTrap(): HttpuvError | null {
    const trap = this.#trap;
    this.#trap = null;
    return trap;
  }

  #trapped(cause: unknown): number {
    this.#load(this.#instantiate());
    const error = new HttpuvError('HV_TRAP', 'the parser instance failed and was replaced; this message is lost', {
      fault: 'local',
      answer: 500,
    });
    error.cause = cause;
    this.#trap = error;
    return STATUS.ERROR;
  }

  /**
   * Takes the message in progress out of the machine, so that another may begin.
   *
   * @returns What `begin` needs to go on, or `null` between two messages. The object of the last `begin` is reused.
   */
  park(): Parked | null {
    if (this.#idle) return null;
    const parked = this.#parked ?? new ParkedMessage();
    const placed = !this.#unplaced;
    this.#parked = null;
    this.#unplaced = false;
    parked.context.set(this.words.subarray(this.#context, this.#context + CONTEXT_WORDS));
    if (placed) this.#keepHead(parked);
    return parked;
  }

  /** Copies what the unfinished head got since it was parked last. Its records have only been added to since. */
  #keepHead(parked: ParkedMessage): void {
    const held = this.#word(this.#context + CONTEXT.HELD);
    if (held === 0) {
      parked.forgetHead();
      return;
    }
    const used = this.#sameHead ? parked.headBytes : 0;
    parked.keepHead(this.bytes, this.end - held, held, used);
    const fields = this.#word(this.#context + CONTEXT.FIELDS);
    const length = fields === 0 ? 0 : LIMIT.HEAD_WORDS + fields * LIMIT.UNIT_WORDS;
    parked.keepRecords(this.words, this.recordsEnd, length, this.#sameHead ? parked.recordWords : 0);
  }

  /** Whether nothing is in progress, so that `park` would return `null`. */
  get idle(): boolean {
    return this.#idle;
  }

  get #state(): number {
    return this.#word(this.#context + CONTEXT.STATE) & 0xff;
  }

  /**
   * Bytes left of the body, or of the chunk, that the current message is in. Of a body that lasts until the end of the connection
   * those that `maxBodyBytes` lets come: at most 2^53 − 1.
   */
  get bodyRemaining(): number {
    const state = this.#state;
    if (state !== STATE.BODY && state !== STATE.CHUNK_DATA && state !== STATE.UNTIL_CLOSE) return 0;
    return this.#wide(CONTEXT.REMAINING_LOW);
  }

  /**
   * Tells that body bytes went by outside of the machine.
   *
   * @param n At most `bodyRemaining`. When nothing is left, the next feed, also one without bytes, writes the END record.
   */
  skipBody(n: number): void {
    const remaining = this.bodyRemaining;
    if (!(n >= 0 && n <= remaining)) {
      throw callerError('HV_BAD_RANGE', `skipBody(${n}): the body has ${remaining} bytes left`);
    }
    this.#setWide(CONTEXT.REMAINING_LOW, remaining - n);
    this.#setWide(CONTEXT.SEEN_LOW, this.#wide(CONTEXT.SEEN_LOW) + n);
  }

  /** Bytes of the current message before those of the next feed. */
  get seen(): number {
    return this.#idle ? 0 : this.#wide(CONTEXT.SEEN_LOW);
  }

  #wide(word: number): number {
    return this.#word(this.#context + word) + TWO_32 * this.#word(this.#context + word + 1);
  }

  #setWide(word: number, value: number): void {
    this.words[this.#context + word] = value % TWO_32;
    this.words[this.#context + word + 1] = Math.floor(value / TWO_32);
  }

  /** Why the last feed returned `STATUS.ERROR`, or `finish` returned false. */
  get error(): MachineError {
    const number = (this.#word(this.#context + CONTEXT.STATE) >>> 16) & 0xff;
    const { name, status, message } = ERRORS[number] ?? { name: 'HV_NONE', status: 0, message: '' };
    return { number, name, status, message, offset: number === 0 ? 0 : this.#wide(CONTEXT.SEEN_LOW) };
  }

  /**
   * The connection ended here. A body that lasts until then gets its END record.
   *
   * @returns Whether a message may end here.
   */
  finish(): boolean {
    const clean = this.#finish() === 1;
    this.recordsEnd = this.recordsAt + this.#word(this.#window + WINDOW.RECORDS_LENGTH);
    return clean;
  }
}
