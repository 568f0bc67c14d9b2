/** The head of one frame (RFC 6455 section 5.2) as a pure function: for those who look at frames and not at messages. */

/** What stands before the payload of a frame. */
export interface FrameHead {
  readonly isFinal: boolean;
  /** The three reserved bits, RSV1 being 4. */
  readonly reserved: number;
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong; others are not defined. */
  readonly opcode: number;
  /** The key that the payload is masked with; `null`: it is not masked. */
  readonly key: Uint8Array | null;
  /** Bytes of the payload; above 2^53 − 1 not exact. */
  readonly length: number;
  /** Bytes of the head itself. */
  readonly headBytes: number;
}

/**
 * Reads the head of the frame at `at`. It says what is there, and judges nothing: that is {@link FrameMachine}'s part.
 * @returns `null` when it is not all there yet.
 */
export function readFrameHead(bytes: Uint8Array, at: number = 0): FrameHead | null {
  const [first, second] = bytes.subarray(at, at + 2);
  if (first === undefined || second === undefined) return null;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const isMasked = (second & 0x80) !== 0;
  const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length - at < headBytes) return null;
  let length = lengthBytes === 0 ? short : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + 2 + i] as number); // Its presence was checked.
  const key = isMasked ? bytes.slice(at + headBytes - 4, at + headBytes) : null;
  return { isFinal: (first & 0x80) !== 0, reserved: (first >> 4) & 7, opcode: first & 15, key, length, headBytes };
}
