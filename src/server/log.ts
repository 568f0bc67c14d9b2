/** Where log entries go when no `logger` option is given: lines on standard error, from a level up (R: `logLevel`). */
import { callerError } from '../errors.ts';
import type { Logger, LogLevel } from '../types.ts';
import { messageOf } from './results.ts';

const LEVELS: readonly LogLevel[] = ['OFF', 'ERROR', 'WARN', 'INFO', 'DEBUG'];

let current: LogLevel = 'ERROR';

/**
 * Tells or sets from which level up entries are written to standard error. A server with its own `logger` ignores it.
 *
 * @param level `OFF`, `ERROR` (the default), `WARN`, `INFO` or `DEBUG`; left out, nothing changes.
 * @returns The level that was in force before the call.
 * @throws HttpuvError `HV_BAD_OPTION` for any other level.
 * @see R: `httpuv:::logLevel`
 */
export function logLevel(level?: LogLevel | null): LogLevel {
  const before = current;
  if (level === undefined || level === null) return before;
  if (!LEVELS.includes(level)) {
    throw callerError('HV_BAD_OPTION', `level must be one of ${LEVELS.join(', ')}`);
  }
  current = level;
  return before;
}

/** Writes one line. What could forge a second one (a peer's bytes may be part of the message) is escaped. */
export const defaultLogger: Logger = (level, message) => {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(current)) return;
  process.stderr.write(`httpuv ${level}: ${escaped(message)}\n`);
};

/** A logger that never throws: what the given one fails to take goes to standard error. */
export function guarded(logger: Logger): Logger {
  return (level, message, fields) => {
    try {
      logger(level, message, fields);
    } catch (error) {
      defaultLogger('ERROR', `the logger failed: ${messageOf(error)}`);
      defaultLogger(level, message);
    }
  };
}

/** Control characters as `\xNN`. */
function escaped(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, (c) =>
    c.charCodeAt(0) > 0xff
      ? `\\u${c.charCodeAt(0).toString(16)}`
      : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
