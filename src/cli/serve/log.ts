/** One line for each answer: for people, or as JSON for programs. Writes nothing itself. */
import type { AccessEntry } from '../../index.ts';
import type { LogForm } from './options.ts';

/** What makes a line of an answer, with its line feed; undefined when answers are not logged. */
export function logLine(form: LogForm): ((entry: AccessEntry) => string) | undefined {
  if (form === 'none') return undefined;
  return form === 'json' ? jsonLine : plainLine;
}

function plainLine({ time, remoteAddress, method, target, status, bytes, ms }: AccessEntry): string {
  const when = new Date(time).toISOString();
  return `${when} ${remoteAddress || '-'} ${plain(method) || '-'} ${plain(target) || '-'} ${status} ${bytes} B ${ms.toFixed(1)} ms\n`;
}

function jsonLine(entry: AccessEntry): string {
  const { time, remoteAddress, method, target, status, bytes, aborted, ms, referer, userAgent } = entry;
  const facts = { time: new Date(time).toISOString(), remoteAddress, method, target, status, bytes, aborted, ms };
  const line = JSON.stringify({ ...facts, referer, userAgent });
  return `${line.replace(UNPRINTABLE, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** Characters that a terminal could take for commands. JSON escapes those below the space by itself. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029]/g;

/** What a client has sent may not end the line, hold a space, or speak to the terminal. */
function plain(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, encode);
}

function encode(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : '%3F';
}
