/** What the machine takes and gives beside bytes. Types only. */

/** What a peer may send. `Infinity` stands for the largest value the parser can count. */
export interface HttpLimits {
  /** Bytes of start line, fields and trailers; at most 262,144. */
  readonly maxHeadBytes: number;
  /** Fields of a message, trailers included. */
  readonly maxFields: number;
  /** Bytes of chunk extensions in one message. */
  readonly maxChunkExtensionBytes: number;
  /** Bytes of one body. */
  readonly maxBodyBytes: number;
}

/** An error of the wire: number, name, status to answer, sentence, byte of the message. */
export interface MachineError {
  readonly number: number;
  readonly name: `HV_${string}`;
  readonly status: number;
  readonly message: string;
  /** Bytes from the start of the message. */
  readonly offset: number;
}
