/** The closing handshake (RFC 6455 section 7) as a table. What is absent is illegal. */

/**
 * `open`: messages go both ways. `answering`: the peer's Close came; ours goes behind what is still said of the messages before
 * it. `closing`: our Close was sent, the peer's is waited for. Of these two the host keeps the time. `finished`: both were
 * exchanged. `failed`: no more is read. In both the host writes what is left and ends the connection. `closed`: it has ended.
 */
export type CloseState = 'open' | 'answering' | 'closing' | 'finished' | 'failed' | 'closed';

/** `close`: we send a Close. `received`: the peer's came. `fail`: rules were broken, or the time is over. `end`: TCP ended. */
export type CloseStep = 'close' | 'received' | 'fail' | 'end';

export const CLOSE_STEPS: Readonly<Record<CloseState, Readonly<Partial<Record<CloseStep, CloseState>>>>> = {
  open: { close: 'closing', received: 'answering', fail: 'failed', end: 'closed' },
  answering: { close: 'finished', fail: 'failed', end: 'closed' },
  closing: { received: 'finished', fail: 'failed', end: 'closed' },
  finished: { end: 'closed' },
  failed: { end: 'closed' },
  closed: {},
};

/** The state behind a step, or `undefined` where it cannot happen. */
export function closeStep(from: CloseState, step: CloseStep): CloseState | undefined {
  return CLOSE_STEPS[from][step];
}

/** Whether the peer's Close, or an end without one, is still to come. */
export function awaitsClose(state: CloseState): boolean {
  return state === 'open' || state === 'closing';
}
