/** Which entries reach standard error, and in what form. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultLogger, logLevel } from '../../src/server/log.ts';
import type { LogLevel } from '../../src/types.ts';

const ENTRIES = ['ERROR', 'WARN', 'INFO', 'DEBUG'] as const;
const LEVELS: readonly LogLevel[] = ['OFF', ...ENTRIES];
let written: string[] = [];

beforeEach(() => {
  written = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  logLevel('ERROR');
});

test('the level is ERROR at first, and setting it tells the former one', () => {
  expect(logLevel()).toBe('ERROR');
  expect(logLevel('DEBUG')).toBe('ERROR');
  expect(logLevel(null)).toBe('DEBUG');
  expect(logLevel('OFF')).toBe('DEBUG');
  expect(logLevel()).toBe('OFF');
});

test.each(['error', 'TRACE', '', 1])('%j is no level, and changes nothing', (level) => {
  expect(() => logLevel(level as LogLevel)).toThrow(
    expect.objectContaining({
      code: 'HV_BAD_OPTION',
      message: expect.stringContaining('OFF, ERROR, WARN, INFO, DEBUG'),
    }),
  );
  expect(logLevel()).toBe('ERROR');
});

test.each(LEVELS)('at level %s entries of this level and above are written', (level) => {
  logLevel(level);
  for (const entry of ENTRIES) defaultLogger(entry, 'text');
  expect(written.map((line) => line.match(/[A-Z]{4,5}/)?.[0])).toEqual(ENTRIES.slice(0, LEVELS.indexOf(level)));
});

test('an entry is one line, whatever a peer put into it', () => {
  defaultLogger('ERROR', 'GET /\r\nhttpuv ERROR: forged\x1b[2J\x7f\x85\u2028\u0000 ü 中');
  expect(written).toEqual(['httpuv ERROR: GET /\\x0d\\x0ahttpuv ERROR: forged\\x1b[2J\\x7f\\x85\\u2028\\x00 ü 中\n']);
});
