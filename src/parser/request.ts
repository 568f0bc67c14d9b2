/** A request as the parser sees it: method and target are strings at once, everything else when it is asked for. */
import { latin1 } from '../codec/text.ts';
import { FLAG, METHODS } from '../wasm/constants.gen.ts';
import { HttpHead } from './head.ts';
import { HEAD, word } from './records.ts';
import type { SharedMachine } from './shared-machine.ts';

// A constant of this module is part of the compiled code; an imported one is read at each use.
const NAMES: readonly string[] = METHODS;

/** The head of a request, which is the event that it is complete. */
export class HttpRequest extends HttpHead {
  /** The request target as received: undecoded, in any of its four forms (RFC 9112 section 3.2). */
  declare readonly url: string;

  /** Made by {@link HttpParser}; see {@link HttpHead} for the arguments. */
  constructor(shared: SharedMachine, first: number, at: number, source: Uint8Array | string, sourceAt: number) {
    super(shared, first, at, source, sourceAt);
    this.url = shared.targetAt(at);
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

  protected startLine(): object {
    return { method: this.method, url: this.url };
  }
}

/** Gives a request its own property for a method that is not in the table; the record is at word `at`. */
export function nameMethod(request: HttpRequest, shared: SharedMachine, at: number): void {
  const { bytes, words } = shared.machine;
  const from = shared.addressOf(at);
  const value = latin1(bytes, from, from + (word(words, at + HEAD.METHOD) & 0xff));
  Object.defineProperty(request, 'method', { value, enumerable: true });
}
