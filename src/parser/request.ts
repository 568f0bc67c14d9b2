/** A request as the parser sees it: method and target are strings at once, everything else when it is asked for. */
import { latin1 } from '../codec/text.ts';
import { FLAG, METHODS } from '../wasm/constants.gen.ts';
import { HttpHead } from './head.ts';
import { HEAD, word } from './records.ts';
import type { SharedMachine } from './shared-machine.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { TARGET_LENGTH, TARGET_OFFSET } = HEAD;
const NAMES: readonly string[] = METHODS;
const SLASH = 0x2f;

/** The head of a request, which is the event that it is complete. */
export class HttpRequest extends HttpHead {
  /** The request target as received: undecoded, in any of its four forms (RFC 9112 section 3.2). */
  declare readonly url: string;

  /** Made by {@link HttpParser}; see {@link HttpHead} for the arguments. */
  constructor(shared: SharedMachine, at: number, source: Uint8Array | string, sourceAt: number) {
    super(shared, at, source, sourceAt);
    const { bytes, words } = shared.machine;
    // The record is inside the memory, and so is what it points to.
    const from = shared.addressOf(at) + (words[at + TARGET_OFFSET] as number);
    const length = words[at + TARGET_LENGTH] as number;
    // The commonest target, and the shortest, needs no new string.
    this.url = length === 1 && bytes[from] === SLASH ? '/' : latin1(bytes, from, from + length);
    if ((this.first & 0xff00) === 0) this.nameMethod(at);
  }

  get type(): 'request' {
    return 'request';
  }

  /** The method as received; methods are case-sensitive. */
  get method(): string {
    return NAMES[(this.first >>> 8) & 0xff] as string; // An id of the machine is an index of this table.
  }

  /** Whether the peer waits for `100 Continue` before it sends the body. */
  get expectContinue(): boolean {
    return (this.flags & FLAG.EXPECT_CONTINUE) !== 0;
  }

  /** Gives this object its own property for a method that is not in the table. */
  private nameMethod(at: number): void {
    const { shared } = this;
    const { bytes, words } = shared.machine;
    const from = shared.addressOf(at);
    const value = latin1(bytes, from, from + (word(words, at + HEAD.METHOD) & 0xff));
    Object.defineProperty(this, 'method', { value, enumerable: true });
  }
}
