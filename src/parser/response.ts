/** A response as the parser sees it: status and reason at once, everything else when it is asked for. */
import { latin1 } from '../codec/text.ts';
import { FLAG } from '../wasm/constants.gen.ts';
import { HttpHead } from './head.ts';
import { HEAD, word } from './records.ts';
import type { SharedMachine } from './shared-machine.ts';

/** The head of a response, which is the event that it is complete. */
export class HttpResponse extends HttpHead {
  /** Three digits: 100 to 999. Below 200 another response to the same request follows. */
  declare readonly status: number;
  /** The reason phrase as received; may be empty. */
  declare readonly reason: string;

  /** Made by {@link HttpParser}; see {@link HttpHead} for the arguments. */
  constructor(shared: SharedMachine, at: number, source: Uint8Array | string, sourceAt: number) {
    super(shared, at, source, sourceAt);
    const { bytes, words } = shared.machine;
    this.status = word(words, at + HEAD.STATUS);
    const from = shared.addressOf(at) + word(words, at + HEAD.TARGET_OFFSET);
    this.reason = latin1(bytes, from, from + word(words, at + HEAD.TARGET_LENGTH));
  }

  get type(): 'response' {
    return 'response';
  }

  /** Whether the body lasts until the connection ends, because nothing tells its length. */
  get untilClose(): boolean {
    return (this.flags & FLAG.UNTIL_CLOSE) !== 0;
  }
}
