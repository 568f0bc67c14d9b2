/** What is asked of an app, and what of its answers counts. */
import type { Answer } from '../answer-types.ts';
import type { HttpRequest } from '../app/request.ts';
import { textAnswer } from '../app/response.ts';
import { callerError } from '../errors.ts';
import { localAnswer } from '../node/answer.ts';
import type { App, CallFunction } from '../types.ts';
import { listOf, valuesOf } from '../websocket/fields.ts';
import { isServingSync } from './blocking.ts';
import { refusedForm } from './forms.ts';
import type { AppServer, Pending } from './pending.ts';
import { messageOf } from './results.ts';

/** Most clients offer none, and then no field has to be read. */
const OFFERS = /\nsec-websocket-protocol:/i;

/** The subprotocol that the app chooses; empty for none. */
export function chosenProtocol(app: App, request: HttpRequest): string {
  if (typeof app.handleProtocols !== 'function') return '';
  const fields = OFFERS.test(request.head) ? valuesOf(request.rawHeaders, 'sec-websocket-protocol') : [];
  const offered = new Set(listOf(fields));
  const chosen = app.handleProtocols(offered, request);
  if (chosen === false) return '';
  if (offered.has(chosen)) return chosen;
  throw callerError('HV_BAD_PROTOCOL', `the subprotocol ${JSON.stringify(chosen)} was not offered`);
}

/** Counts a task that is taken up; −1: one more that waits. Nobody else writes this word. */
export function count({ taken }: AppServer, tasks: number): void {
  taken[0] = (taken[0] as number) + tasks;
}

/** Stands for the answer of an app without `call`. */
export const NOT_FOUND_RESPONSE: unique symbol = Symbol('not found');

/** What the app's callback gives. Its members are looked up at each use. */
export function called(pending: Pending, early: boolean): unknown {
  const { app } = pending.server;
  if (early) return app.onHeaders?.(pending.request);
  return typeof app.call === 'function' ? app.call(pending.request) : NOT_FOUND_RESPONSE;
}

const SERVER_ERROR: Answer = textAnswer(500, 'text/plain; charset=UTF-8', '500 Internal Server Error\n');

/** What is answered when a callback fails. */
export function failureAnswer({ exposeErrors }: AppServer, error: unknown): Answer {
  const refusal = refusedForm(error);
  if (refusal > 0) return localAnswer(refusal);
  return exposeErrors ? textAnswer(500, 'text/plain; charset=UTF-8', `ERROR: ${messageOf(error)}`) : SERVER_ERROR;
}

/** How loudly that is told: a client that breaks off its body, or sends a form that is none, is nothing to look after. */
export function failureLevel({ request }: Pending, error: unknown): 'INFO' | 'ERROR' {
  return refusedForm(error) > 0 || (error !== null && error === request.failure) ? 'INFO' : 'ERROR';
}

/** Tells of a callback that failed. */
export function reportFailure(pending: Pending, early: boolean, error: unknown): void {
  const { request, server } = pending;
  const callback = pending.isUpgrade && !early ? 'handleProtocols' : early ? 'onHeaders' : 'call';
  const what = `${callback} failed for ${request.method} ${request.path}: ${messageOf(error)}`;
  server.log(failureLevel(pending, error), what, { error });
}

/** A callback counts once: a thenable may call back more often, or later than its request is of interest. */
export function isSettled(pending: Pending, early: boolean): boolean {
  return !pending.isRunning || pending.isStreaming || pending.isPassed === early;
}

/** Says, once a server, that a blocked thread cannot wait for a body that is a stream. */
export function warnOfStream({ server }: Pending): void {
  if (server.hasWarned || !isServingSync()) return;
  server.hasWarned = true;
  server.log(
    'ERROR',
    'call asked for req.stream() inside serviceSync or runServerSync, where nothing of it can be awaited: its client is ' +
      "answered when control returns to the event loop. Use bodyMode 'buffer' there.",
  );
}

/** Says, once a server, that a blocked thread cannot wait for promises. */
export function warnOfPromise({ server }: Pending, early: boolean, result: unknown): void {
  if (server.hasWarned || !(result instanceof Promise) || !isServingSync()) return;
  server.hasWarned = true;
  const callback = early ? 'onHeaders' : 'call';
  server.log(
    'ERROR',
    `${callback} returned a promise inside serviceSync or runServerSync: its client is answered when control returns ` +
      'to the event loop. Return a value, or the thenable of deferred().',
  );
}

/** The app that a server was given, checked. @throws HttpuvError `HV_BAD_OPTION`. */
export function resolveApp(given: App | CallFunction | null | undefined): App {
  if (given === null || given === undefined) return {};
  if (typeof given === 'function') return { call: given };
  if (typeof given !== 'object') throw callerError('HV_BAD_OPTION', 'app must be an object with call, or a function');
  for (const name of ['call', 'onHeaders', 'onStop', 'onWSOpen', 'handleProtocols'] as const) {
    const member: unknown = given[name];
    if (member !== undefined && member !== null && typeof member !== 'function') {
      throw callerError('HV_BAD_OPTION', `app.${name} must be a function`);
    }
  }
  return given;
}
