/** A response as the parser sees it: status and reason at once, everything else when it is asked for. */
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
  constructor(shared: SharedMachine, first: number, at: number, source: Uint8Array | string, sourceAt: number) {
    super(shared, first, at, source, sourceAt);
    this.status = word(shared.machine.words, at + HEAD.STATUS);
    this.reason = shared.targetAt(at);
  }

  get type(): 'response' {
    return 'response';
  }

  /** Whether the body lasts until the connection ends, because nothing tells its length. */
  get untilClose(): boolean {
    return (this.flags & FLAG.UNTIL_CLOSE) !== 0;
  }

  protected startLine(): object {
    return { status: this.status, reason: this.reason };
  }
}
