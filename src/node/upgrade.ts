/** Requests for WebSockets, judged before the app hears of them: what is malformed or comes from elsewhere is refused. */

import type { WholeAnswer } from '../answer-types.ts';
import { latin1 } from '../codec/text.ts';
import { LIMIT, METHODS } from '../wasm/constants.gen.ts';
import { type Handshake, isOriginAllowed, isRefusal, judgeHandshake } from '../websocket/handshake.ts';
import { localAnswer } from './answer.ts';
import type { IoServer } from './link.ts';

/**
 * Judges the request whose head lies at `headAt` of `bytes`, with its records from `at` of `words` on.
 * @param minor Its minor version.
 */
export function judgeUpgrade(
  server: IoServer,
  words: Uint32Array,
  at: number,
  bytes: Uint8Array,
  headAt: number,
  minor: number,
): Handshake | WholeAnswer {
  // All words are inside the record.
  const word = (index: number): number => words[at + index] as number;
  const cut = (offset: number, length: number): string => latin1(bytes, headAt + offset, headAt + offset + length);
  const id = (word(0) >>> 8) & 0xff;
  const method = id === 0 ? cut(0, word(10) & 0xff) : (METHODS[id] ?? '');
  const rawHeaders: string[] = [];
  for (let field = LIMIT.HEAD_WORDS, left = word(3); left > 0; left--, field += LIMIT.UNIT_WORDS) {
    rawHeaders.push(cut(word(field), word(field + 1) & 0xffffff), cut(word(field + 2), word(field + 3)));
  }
  const judged = judgeHandshake({ method, httpVersion: `1.${minor}`, rawHeaders });
  if (isRefusal(judged)) return withFields(localAnswer(judged.status), judged.headers);
  if (server.allowedOrigins !== null && !isOriginAllowed(judged, server.allowedOrigins)) return localAnswer(403);
  return judged;
}

function withFields(answer: WholeAnswer, headers: Readonly<Record<string, string>>): WholeAnswer {
  let { fields } = answer;
  for (const [name, value] of Object.entries(headers)) {
    // What is said here is said instead.
    fields = `${name}: ${value}\r\n${fields.replace(new RegExp(`^${name}: .*\r\n`, 'm'), '')}`;
  }
  return { ...answer, fields };
}
