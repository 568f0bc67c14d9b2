/** A request as the parser sees it: method and target are strings at once, everything else when it is asked for. */
import { latin1 } from '../codec/text.ts';
import { FLAG, METHODS } from '../wasm/constants.gen.ts';
import { HttpHead } from './head.ts';
import { HEAD, word } from './records.ts';
import type { SharedMachine } from './shared-machine.ts';

/** The head of a request. */
export class HttpRequest extends HttpHead {
  /** The method as received; methods are case-sensitive. */
  declare readonly method: string;
  /** The request target as received: undecoded, in any of its four forms (RFC 9112 section 3.2). */
  declare readonly url: string;

  /** Made by {@link HttpParser}; see {@link HttpHead} for the arguments. */
  constructor(shared: SharedMachine, at: number, address: number, source: Uint8Array | string, sourceAt: number) {
    super(shared, at, address, source, sourceAt);
    const { bytes, words } = shared.machine;
    // Id 0 is a method that is not in the table.
    this.method =
      METHODS[(word(words, at) >>> 8) & 0xff] ||
      latin1(bytes, address, address + (word(words, at + HEAD.METHOD) & 0xff));
    const from = word(words, at + HEAD.TARGET_OFFSET);
    const length = word(words, at + HEAD.TARGET_LENGTH);
    if (typeof source === 'string') {
      this.url = source.substring(from, from + length);
    } else if (length === 1) {
      this.url = String.fromCharCode(bytes[address + from] as number); // The index is inside the head.
    } else {
      this.url = latin1(bytes, address + from, address + from + length);
    }
  }

  /** Whether the peer waits for `100 Continue` before it sends the body. */
  get expectContinue(): boolean {
    return (this.flags & FLAG.EXPECT_CONTINUE) !== 0;
  }
}
