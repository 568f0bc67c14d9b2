/** A received message, as callbacks and iteration see it. */
import type { FrameHeader, Message } from './types.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Nothing else can come: fragments are joined, and no extension sets a bit that an app would see. */
const TEXT: FrameHeader = Object.freeze({ fin: true, rsv1: false, rsv2: false, rsv3: false, opcode: 1 });
const BINARY: FrameHeader = Object.freeze({ ...TEXT, opcode: 2 });

/** One message. */
export class ReceivedMessage implements Message {
  readonly data: Uint8Array;
  readonly isBinary: boolean;
  readonly header: FrameHeader;

  constructor(given: string | Uint8Array, isBinary: boolean) {
    this.data = typeof given === 'string' ? encoder.encode(given) : given;
    this.isBinary = isBinary;
    this.header = isBinary ? BINARY : TEXT;
  }

  text(): string {
    return decoder.decode(this.data);
  }
}
