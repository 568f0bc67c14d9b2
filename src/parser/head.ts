/**
 * What requests and responses share: fields that become strings when one of them is asked for. Knows nothing of bodies.
 */
import { latin1 } from '../codec/text.ts';
import { FLAG, LIMIT } from '../wasm/constants.gen.ts';
import { fieldId, flatFields, type HttpField, type HttpHeaders, locatedFields } from './headers.ts';
import { FIELD, HEAD, headEnd, word } from './records.ts';
import type { SharedMachine } from './shared-machine.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { LENGTH } = HEAD;

/**
 * The head of a message. Its fields are read when one of them is asked for: from the record while no parser of the thread has been fed again, else from the fed chunk,
 * which must not be overwritten until then. With `eager` they are read at once and the chunk is let go.
 *
 * Long values are parts of one string, the whole head: a value kept for long should be copied.
 */
export abstract class HttpHead {
  // All fields are only declared: defining them first and assigning them then would double the cost of a head. There are
  // few of them because a head is made for every message, however short: what can be derived is.
  /** The first word of the record, flags << 16 and the id of the method << 8, with the minor version << 3. */
  declare protected readonly first: number;
  declare protected readonly shared: SharedMachine;
  declare private generation: number;
  declare private at: number;
  /** The head as text, as soon as that was made; until then the bytes that hold it. */
  declare private source: Uint8Array | string;
  declare private readonly sourceAt: number;
  /** Bytes of the head. */
  declare private readonly length: number;
  declare private built: HttpHeaders | null;
  /** Where the head begins, from the first byte of the connection; absent unless the parser was made with `offsets`. */
  declare readonly offset?: number;

  /**
   * @param first The first word of the record, with the minor version << 3: a signed number, so a small integer.
   * @param at Word index of the head record.
   * @param source The head as text, or the fed chunk, in which it begins at `sourceAt`.
   */
  constructor(shared: SharedMachine, first: number, at: number, source: Uint8Array | string, sourceAt: number) {
    this.first = first;
    this.shared = shared;
    this.generation = shared.generation;
    this.at = at;
    this.source = source;
    this.sourceAt = sourceAt;
    this.length = shared.machine.words[at + LENGTH] as number; // The record is inside the memory.
    this.built = null;
  }

  /** Which event this is. */
  abstract get type(): 'request' | 'response';

  /** Flags of the head record, see `FLAG`. */
  get flags(): number {
    return this.first >>> 16;
  }

  /** Value of Content-Length in bytes; `undefined` without that field. Like other fields, it is read when asked for. */
  get contentLength(): number | undefined {
    if ((this.flags & FLAG.HAS_LENGTH) === 0) return undefined;
    const at = this.record();
    const { words } = this.shared.machine;
    return word(words, at + HEAD.BODY_HIGH) * 2 ** 32 + word(words, at + HEAD.BODY_LOW);
  }

  /** `1.0` or `1.1`; a higher minor version is given as it came. */
  get httpVersion(): string {
    const minor = (this.first >>> 3) & 15;
    return minor === 1 ? '1.1' : `1.${minor}`;
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
      this.built = this.shared.shapes.build(this.shared.machine.words, at, this.head(at));
    }
    return this.built;
  }

  /** Name, value, name, value, … as received: original case and order, nothing joined. A new array at each access. */
  get rawHeaders(): string[] {
    const at = this.record();
    return flatFields(this.shared.machine.words, at, this.head(at));
  }

  /** Bytes of the head, its empty line included. */
  get headBytes(): number {
    return this.length;
  }

  /** All fields as in {@link rawHeaders}, each with the places of its name and value. A new array at each call. */
  fields(): HttpField[] {
    const at = this.record();
    return locatedFields(this.shared.machine.words, at, this.head(at));
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
      const from = this.shared.addressOf(at) + word(words, field + FIELD.VALUE_OFFSET);
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

  /** The head as it came, for `JSON.stringify` and logs: its own properties would bring all of the machine's memory along. */
  toJSON(): object {
    const { type, httpVersion, rawHeaders } = this;
    return { type, ...this.startLine(), httpVersion, rawHeaders };
  }

  /** What the first line says, beside the version. */
  protected abstract startLine(): object;

  /** Word index of this head's record, which is made again when another feed has overwritten it. */
  private record(): number {
    const { shared } = this;
    if (this.generation === shared.generation) return this.at;
    shared.parseAgain(this.bytes());
    this.generation = shared.generation;
    this.at = shared.machine.recordsAt;
    return this.at;
  }

  /** The whole head as text, its record being at `at`. From then on the fed chunk is not needed any more. */
  private head(at: number): string {
    if (typeof this.source !== 'string') this.source = this.shared.textAt(at);
    return this.source;
  }

  /** The bytes of the head, from outside of the machine. */
  private bytes(): Uint8Array {
    const { source, sourceAt } = this;
    if (typeof source !== 'string') return source.subarray(sourceAt, sourceAt + this.length);
    return Uint8Array.from({ length: source.length }, (_, i) => source.charCodeAt(i));
  }
}

// Consoles of Node, Deno and Bun ask for this; it must not throw where a fed chunk was overwritten.
Object.defineProperty(HttpHead.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: HttpHead): unknown {
    try {
      return this.toJSON();
    } catch (error) {
      return error;
    }
  },
});
