/**
 * The one error class of the package. Every fault carries five facts: a stable code, a sentence, who broke the
 * rules, what to answer, and where. Match on `code`; the sentence may improve between versions.
 */

/** What every error of this package tells, beside its message. */
export interface Fault {
  /** Stable name to match on. */
  readonly code: `HV_${string}`;
  /** Who broke the rules: the peer (`remote`), or the caller of this API (`local`). */
  readonly fault: 'remote' | 'local';
  /** What to answer: an HTTP status, or a WebSocket close code. */
  readonly answer: number;
  /** Byte where it was noticed, counted from the start of the message; absent when unknown. */
  readonly offset?: number;
}

/** An error of this package. Its `message` says what happened and, for caller mistakes, what to do. */
export class HttpuvError extends Error implements Fault {
  readonly code: `HV_${string}`;
  readonly fault: 'remote' | 'local';
  readonly answer: number;
  declare readonly offset?: number;

  constructor(
    code: `HV_${string}`,
    message: string,
    facts: { fault: 'remote' | 'local'; answer: number; offset?: number },
  ) {
    super(message);
    this.name = 'HttpuvError';
    this.code = code;
    this.fault = facts.fault;
    this.answer = facts.answer;
    if (facts.offset !== undefined) this.offset = facts.offset;
  }
}

/** An error for a mistake in how this API was called: thrown at the call. */
export function callerError(code: `HV_${string}`, message: string): HttpuvError {
  return new HttpuvError(code, message, { fault: 'local', answer: 500 });
}
