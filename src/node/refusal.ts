/** Requests that are neither for the app nor for files: what is asked before, and how they are answered. */
import type { IoAnswer } from '../answer-types.ts';
import type { HttpMachine } from '../parser/machine.ts';
import { FLAG, METHOD } from '../wasm/constants.gen.ts';
import { unreadStart } from './access.ts';
import { localAnswer } from './answer.ts';
import { askedBy } from './asked-by.ts';
import { type Connection, Exchange } from './connection.ts';
import { add, COUNT } from './counters.ts';
import { advance } from './deliver.ts';
import type { Host } from './host.ts';
import { isHostAllowed } from './hosts.ts';
import { BODY_GONE, wantsAnswers } from './link.ts';
import { StaticRequest } from './static-request.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { EXPECT_OTHER } = FLAG;
const { CONNECT } = METHOD;

/** The status of a request that is refused whatever its target is; 0 when it is not. */
export function refusalOf(
  connection: Connection,
  method: number,
  flags: number,
  machine: HttpMachine,
  at: number,
  headAt: number,
): number {
  const { server } = connection;
  const { words } = machine;
  if (method === CONNECT) return 405;
  const length = (words[at + 5] ?? 0) + (words[at + 6] ?? 0) * 2 ** 32;
  if (length > server.maxBodyBytes) return 413;
  if ((flags & EXPECT_OTHER) !== 0) return 417;
  if (server.allowedHosts !== null && !isHostAllowed(server.allowedHosts, machine, at, headAt)) return 421;
  if (server.trust !== null && askedBy(connection, server.trust, new StaticRequest(machine, at, headAt)) === null)
    return 400;
  return 0;
}

/**
 * Answers a status, or more, to what was last read and takes no further request (bad-inputs: "refuse"). Earlier requests are
 * answered first. What is answered already gets no second answer: the connection ends behind it.
 *
 * @param why What an app hears that is reading the body; see `UploadsToApp`.
 */
export function refuse(host: Host, connection: Connection, given: number | IoAnswer, why: number = BODY_GONE): void {
  const answer = typeof given === 'number' ? localAnswer(given) : given;
  const current = connection.current;
  connection.current = null;
  connection.parked = null;
  connection.rest = null;
  connection.become('discard');
  if (current !== null) {
    host.uploads.forget(connection, current, why);
    current.closes = true;
    if (current.answer === null) {
      if (current.dispatched) host.app.abort(connection.id, current.id);
      current.dispatched = false;
      current.continues = 'never';
      current.answer = answer;
    }
  } else {
    const exchange = new Exchange(host.numberRequest(), false, false, 1, false, false);
    exchange.answer = answer;
    exchange.closes = true;
    if (wantsAnswers(connection.server)) exchange.access = unreadStart(connection);
    connection.push(exchange);
    add(connection.server.counters, COUNT.RECEIVED, 1);
  }
  advance(host, connection);
}
