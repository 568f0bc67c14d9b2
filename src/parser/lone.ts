/** The events of a request that came alone and whole: the commonest case by far. */
import type { EndEvent, HttpEvent } from './events.ts';
import { HttpRequest } from './request.ts';
import type { SharedMachine } from './shared-machine.ts';

/** The end of a message, when nobody asks where. */
export const END: EndEvent = Object.freeze({ type: 'end' });

/** A function of its own: a `new` that the compiler does not put into its caller, for want of room, costs more than a call. */
export function loneRequest(shared: SharedMachine, first: number, bytes: Uint8Array): readonly HttpEvent[] {
  return [new HttpRequest(shared, first, shared.machine.recordsAt, bytes, 0), END];
}

/** The same, with all strings made. */
export function eagerRequest(shared: SharedMachine, first: number): readonly HttpEvent[] {
  const { recordsAt } = shared.machine;
  const request = new HttpRequest(shared, first, recordsAt, shared.textAt(recordsAt), 0);
  request.headers; // Asking for them makes them.
  return [request, END];
}
