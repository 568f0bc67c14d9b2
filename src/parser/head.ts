/**
 * What requests and responses share: fields that become strings when one of them is asked for. Knows nothing of bodies.
 */
import { latin1 } from '../codec/text.ts';
import { FLAG, LIMIT } from '../wasm/constants.gen.ts';
import { fieldId, flatFields, type HttpHeaders } from './headers.ts';
import { FIELD, HEAD, headEnd, word } from './records.ts';
import type { SharedMachine } from './shared-machine.ts';

/**
 * The head of a message. Its fields are read when one of them is asked for: from the record while no parser of the thread has been fed again, else from the fed chunk,
 * which must not be overwritten until then. With `eager` they are read at once and the chunk is let go.
 *
 * Long values are parts of one string, the whole head: a value kept for long should be copied.
 */
export abstract class HttpHead {
  // All fields are only declared: defining them first and assigning them then would double the cost of a head.
  /** Flags of the head record, see `FLAG`. */
  declare readonly flags: number;
  /** Value of Content-Length in bytes; `undefined` without that field. */
  declare readonly contentLength: number | undefined;
  declare private readonly shared: SharedMachine;
  declare private readonly minor: number;
  declare private readonly length: number;
  declare private generation: number;
  declare private at: number;
  declare private address: number;
  /** The head as text, as soon as that was made; until then the bytes that hold it. */
  declare private source: Uint8Array | string;
  declare private readonly sourceAt: number;
  declare private built: HttpHeaders | null;

  /**
   * @param at Word index of the head record.
   * @param address Of the head's first byte in wasm memory.
   * @param source The head as text, or the fed chunk, in which it begins at `sourceAt`.
   */
  constructor(shared: SharedMachine, at: number, address: number, source: Uint8Array | string, sourceAt: number) {
    const { words } = shared.machine;
    const flags = word(words, at) >>> 16;
    this.flags = flags;
    this.contentLength =
      flags & FLAG.HAS_LENGTH
        ? word(words, at + HEAD.BODY_HIGH) * 2 ** 32 + word(words, at + HEAD.BODY_LOW)
        : undefined;
    this.shared = shared;
    this.minor = (word(words, at + HEAD.METHOD) >>> 8) & 0xff;
    this.length = word(words, at + HEAD.LENGTH);
    this.generation = shared.generation;
    this.at = at;
    this.address = address;
    this.source = source;
    this.sourceAt = sourceAt;
    this.built = null;
  }

  /** `1.0` or `1.1`; a higher minor version is given as it came. */
  get httpVersion(): string {
    return this.minor === 1 ? '1.1' : `1.${this.minor}`;
  }

  /** Whether the connection may carry another message after this one. */
  get keepAlive(): boolean {
    return (this.flags & FLAG.KEEP_ALIVE) !== 0;
  }

  /** Whether the body comes in chunks, so that its length is not known yet. */
  get chunked(): boolean {
    return (this.flags & FLAG.CHUNKED) !== 0;
  }

  /** Whether there is an `Upgrade` field and `Connection` lists `upgrade`. */
  get upgrade(): boolean {
    return (this.flags & FLAG.UPGRADE) !== 0;
  }

  /**
   * Field values by lower-case name, one string each: values of a repeated field are joined by `, `, of `cookie` by `; `.
   * `set-cookie` is no exception, so read it from {@link values}. The object inherits nothing, not even `toString`.
   */
  get headers(): HttpHeaders {
    if (this.built === null) {
      const at = this.record();
      this.built = this.shared.shapes.build(this.shared.machine.words, at, this.head());
    }
    return this.built;
  }

  /** Name, value, name, value, … as received: original case and order, nothing joined. A new array at each access. */
  get rawHeaders(): string[] {
    const at = this.record();
    return flatFields(this.shared.machine.words, at, this.head());
  }

  /** The value of one field, as in {@link headers}, without making the others. Any case of the name will do. */
  header(name: string): string | undefined {
    const lower = name.toLowerCase();
    if (this.built !== null) return this.built[lower];
    const id = fieldId(lower);
    if (id === 0 || this.flags & FLAG.REPEATED_OR_UNKNOWN) return this.headers[lower];
    const at = this.record();
    const { bytes, words } = this.shared.machine;
    const end = headEnd(words, at);
    for (let field = at + LIMIT.HEAD_WORDS; field < end; field += LIMIT.UNIT_WORDS) {
      if (word(words, field + FIELD.NAME) >>> 24 !== id) continue;
      const from = this.address + word(words, field + FIELD.VALUE_OFFSET);
      return latin1(bytes, from, from + word(words, field + FIELD.VALUE_LENGTH));
    }
    return undefined;
  }

  /** All values of one field, in the order received; empty when it is absent. */
  values(name: string): string[] {
    const lower = name.toLowerCase();
    const flat = this.rawHeaders;
    return flat.filter((_, i) => i % 2 === 1 && flat[i - 1]?.toLowerCase() === lower);
  }

  /** Word index of this head's record, which is made again when another feed has overwritten it. */
  private record(): number {
    const { shared } = this;
    if (this.generation === shared.generation) return this.at;
    this.address = shared.parseAgain(this.bytes());
    this.generation = shared.generation;
    this.at = shared.machine.recordsAt;
    return this.at;
  }

  /** The whole head as text; its record must be in the machine. From then on the fed chunk is not needed any more. */
  private head(): string {
    if (typeof this.source !== 'string') {
      this.source = latin1(this.shared.machine.bytes, this.address, this.address + this.length);
    }
    return this.source;
  }

  /** The bytes of the head, from outside of the machine. */
  private bytes(): Uint8Array {
    const { source, sourceAt } = this;
    if (typeof source !== 'string') return source.subarray(sourceAt, sourceAt + this.length);
    return Uint8Array.from({ length: source.length }, (_, i) => source.charCodeAt(i));
  }
}
