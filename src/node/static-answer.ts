/** Gives a request the answer of a static path, in its turn among the others of its connection. */
import type { IoAnswer } from '../answer-types.ts';
import { type Connection, type Exchange, HOLD_FILE } from './connection.ts';
import { advance } from './deliver.ts';
import type { Host } from './host.ts';
import type { StaticRequest } from './static-request.ts';

/**
 * Answers a request without the app, now or later.
 * @returns `none`: it belongs to the app. An answer: its body would follow, so it is to be refused with this.
 */
export function staticAnswer(
  host: Host,
  connection: Connection,
  exchange: Exchange,
  request: StaticRequest,
): 'given' | 'none' | IoAnswer {
  const { hasBody, isHead, id } = exchange;
  const answer = host.statics.answer(connection.server, request, hasBody, isHead, connection.id, id);
  if (answer === null) return 'none';
  if (answer === 'later') return 'given';
  if (hasBody) return answer;
  exchange.answer = answer;
  const isOpen = answer.body !== null && typeof answer.body === 'object' && 'next' in answer.body;
  // One open file for each connection is enough.
  if (isOpen && (connection.oldest !== exchange || connection.pump !== null)) host.hold(connection, HOLD_FILE);
  advance(host, connection);
  return 'given';
}
