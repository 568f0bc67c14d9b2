/**
 * One machine for all parsers of a kind in a thread. That is safe because a feed runs through without calling anybody, and
 * what it leaves unfinished is parked before anybody else uses the machine. What outlives a feed, the records of its heads, carries
 * the generation that made them, so that a lazy head can tell whether they are still there.
 */
import { latin1 } from '../codec/text.ts';
import { callerError } from '../errors.ts';
import { LIMIT, PAUSE, STATUS } from '../wasm/constants.gen.ts';
import { ShapeTable } from './headers.ts';
import { ALL_LENIENCIES } from './leniency.ts';
import { type HttpLimits, HttpMachine, type Parked } from './machine.ts';
import { HEAD, word } from './records.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { START, TARGET_LENGTH, TARGET_OFFSET } = HEAD;
const { REGION_BYTES } = LIMIT;
const SLASH = 0x2f;

/** In place of a status: the bytes are yet to be fed. */
export const NOT_FED = 64;

/** For heads that were accepted once already: no limit but the hard ones, and whatever was forgiven is so again. */
const NO_LIMITS: HttpLimits = {
  maxHeadBytes: LIMIT.MAX_HEAD_BYTES,
  maxFields: LIMIT.MAX_FIELDS,
  maxChunkExtensionBytes: Number.POSITIVE_INFINITY,
  maxBodyBytes: Number.POSITIVE_INFINITY,
};
const AGAIN = PAUSE.BODY | ALL_LENIENCIES;

/** One parser's unfinished message: in the machine, or parked here. */
export interface Tenant {
  parked: Parked | null;
}

/** A machine and what belongs to it. */
export class SharedMachine {
  readonly machine: HttpMachine;
  readonly shapes: ShapeTable = new ShapeTable();
  /** Counts feeds. Records, and the head bytes they describe, stay valid while it stands still. */
  generation: number = 0;
  /** Byte address in the machine of the first byte of the last feed; offsets in records count from there. */
  base: number = 0;
  /** Whose unfinished message was left in the machine; it is parked when somebody else comes. */
  private tenant: Tenant | null = null;
  /** Region offset for the tenant's next byte. */
  private tenantPlace: number = 0;

  constructor(machine: HttpMachine) {
    this.machine = machine;
  }

  /** Makes the message of `tenant` the current one. Returns the region offset for its next byte. */
  claim(tenant: Tenant, limits: HttpLimits, pause: number): number {
    if (this.tenant === tenant && this.tenantPlace < this.machine.regionBytes) return this.tenantPlace;
    this.evict();
    this.machine.begin(tenant.parked, limits, pause);
    return 0;
  }

  /** After the last feed of a chunk: leaves an unfinished message where it is, at `place`, because mostly the same one goes on. */
  leave(tenant: Tenant, place: number): void {
    tenant.parked = null;
    this.tenant = this.machine.idle ? null : tenant;
    this.tenantPlace = place;
  }

  /** Forgets the message of `tenant`. */
  drop(tenant: Tenant): void {
    tenant.parked = null;
    if (this.tenant === tenant) this.tenant = null;
  }

  /** Takes the unfinished message of `tenant` out of the machine, because what it was begun with has changed. */
  release(tenant: Tenant): void {
    if (this.tenant === tenant) this.evict();
  }

  private evict(): void {
    if (this.tenant !== null) this.tenant.parked = this.machine.park();
    this.tenant = null;
  }

  /** Puts `bytes[from..to)` into the receive region at `at`; what the region held before is gone. */
  place(bytes: Uint8Array, from: number, to: number, at: number): void {
    const { bytes: memory, region } = this.machine;
    const isWhole = from === 0 && to === bytes.length;
    memory.set(isWhole ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from), region + at);
  }

  /** Feeds the machine, as its own `tryFeed` does. */
  feed(start: number, end: number): number {
    this.generation++;
    this.base = this.machine.region + start;
    return this.machine.tryFeed(start, end);
  }

  /** Feeds a new message, as the machine's own `feedLone` does; returns `NOT_FED` when that cannot be done. */
  feedLone(bytes: Uint8Array, limits: HttpLimits): number {
    if (this.tenant !== null || bytes.length > REGION_BYTES) return NOT_FED;
    const { machine } = this;
    this.generation++;
    this.base = machine.region;
    return machine.feedLone(bytes, limits);
  }

  /** Byte address of the head whose record is at word `at`, one of the last feed. */
  addressOf(at: number): number {
    return this.base + ((this.machine.words[at + START] as number) | 0); // The record is inside the memory.
  }

  /** The target of the request whose record is at word `at`, or the reason phrase of that response. */
  targetAt(at: number): string {
    const { bytes, words } = this.machine;
    // The record is inside the memory, and so is what it points to.
    const from = this.addressOf(at) + (words[at + TARGET_OFFSET] as number);
    const length = words[at + TARGET_LENGTH] as number;
    // The commonest target, and the shortest, needs no new string.
    return length === 1 && bytes[from] === SLASH ? '/' : latin1(bytes, from, from + length);
  }

  /** The whole head, or the trailers, as text. */
  textAt(at: number): string {
    const { bytes, words } = this.machine;
    const from = this.addressOf(at);
    return latin1(bytes, from, from + word(words, at + HEAD.LENGTH));
  }

  /**
   * Parses one whole head by itself, without any limit but the hard ones.
   * @param flags Sum of `PAUSE` and `ALLOW` flags.
   * @returns A `STATUS`.
   */
  parseHead(head: Uint8Array, flags: number): number {
    const { machine } = this;
    const size = machine.regionBytes;
    let status: number = STATUS.NEED_INPUT;
    this.evict();
    machine.begin(null, NO_LIMITS, flags);
    for (let from = 0; from < head.length && status === STATUS.NEED_INPUT; from += size) {
      if (from > 0) machine.begin(machine.park(), NO_LIMITS, flags);
      const to = Math.min(head.length, from + size);
      this.place(head, from, to, 0);
      status = this.feed(0, to - from);
    }
    return status;
  }

  /**
   * Parses one whole head again; its record becomes the first of the table.
   * @throws HttpuvError `HV_CHUNK_OVERWRITTEN` when the bytes are no head any more.
   */
  parseAgain(head: Uint8Array): void {
    const status = this.parseHead(head, AGAIN);
    const { words, recordsAt, recordsEnd } = this.machine;
    if (status === STATUS.ERROR || recordsEnd === recordsAt || word(words, recordsAt + HEAD.LENGTH) !== head.length) {
      throw callerError(
        'HV_CHUNK_OVERWRITTEN',
        'the bytes of this head have changed since they were fed: leave a fed chunk alone while its requests are in use, or make the parser with { eager: true }',
      );
    }
  }
}

const machines = new Map<'request' | 'response', SharedMachine>();

/**
 * The machine for a parser of a kind: the one given, or that of this thread.
 * @throws HttpuvError `HV_BAD_OPTION` when the one given reads the other kind.
 */
export function machineOf(kind: 'request' | 'response', given: SharedMachine | undefined): SharedMachine {
  if (given === undefined) return sharedMachine(kind);
  if (given.machine.kind === kind) return given;
  throw callerError('HV_BAD_OPTION', `a machine that reads a ${given.machine.kind} is no use to a parser of a ${kind}`);
}

/** The machine of this thread for messages of a kind, made at the first call. */
export function sharedMachine(kind: 'request' | 'response'): SharedMachine {
  const known = machines.get(kind);
  if (known !== undefined) return known;
  const made = new SharedMachine(new HttpMachine(kind));
  machines.set(kind, made);
  return made;
}
