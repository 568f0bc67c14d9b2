/** What `httpuv serve` makes of its words, and the lines that it logs. Starts nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allowedNames, isLoopback } from '../../src/cli/loopback.ts';
import { logLine } from '../../src/cli/serve/log.ts';
import { servePlan } from '../../src/cli/serve/options.ts';
import { UsageError } from '../../src/cli/usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'httpuv-serve-'));
writeFileSync(join(folder, 'file.txt'), '');
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (given: Record<string, unknown> = {}) =>
  servePlan(folder, { host: '127.0.0.1', cache: 'no-cache', ...given });

describe('the plan of serve', () => {
  it('without options', () => {
    expect(plan()).toEqual({
      folder,
      host: '127.0.0.1',
      port: undefined,
      allowedHosts: ['localhost', '127.0.0.1', '[::1]', '127.0.0.1'],
      isOpened: false,
      isShared: false,
      files: {
        slashRedirect: true,
        listing: false,
        spa: false,
        dotfiles: false,
        compress: true,
        cacheControl: 'no-cache',
        fallthrough: false,
        headers: [],
      },
      log: 'line',
      isQuiet: false,
    });
  });

  it('without a folder is for the current one', () => {
    expect(servePlan(undefined, { host: '127.0.0.1' }).folder).toBe('.');
  });

  it('for an address in brackets is for that address', () => {
    expect(plan({ host: '[::1]' }).host).toBe('::1');
  });

  it.each([
    [{ list: true }, { listing: true }],
    [{ spa: true }, { spa: true }],
    [{ dotfiles: true }, { dotfiles: true }],
    [{ compress: false }, { compress: false }],
    [{ cache: 3600 }, { cacheControl: 'max-age=3600' }],
    [{ cache: 0 }, { cacheControl: 'max-age=0' }],
    [{ cache: 'public, max-age=9, immutable' }, { cacheControl: 'public, max-age=9, immutable' }],
    [{ validate: '"X-Key" == "a b"' }, { validation: '"X-Key" == "a b"' }],
    [{ header: 'A: b' }, { headers: [['A', 'b']] }],
    [
      { header: ['A:', 'a:  1 : 2  '] },
      {
        headers: [
          ['A', ''],
          ['a', '1 : 2'],
        ],
      },
    ],
    [
      { cors: true },
      {
        fallthrough: true,
        headers: [
          ['Access-Control-Allow-Origin', '*'],
          ['Access-Control-Expose-Headers', '*'],
          ['Cross-Origin-Resource-Policy', 'cross-origin'],
        ],
      },
    ],
    [
      { crossOriginIsolate: true },
      {
        headers: [
          ['Cross-Origin-Opener-Policy', 'same-origin'],
          ['Cross-Origin-Embedder-Policy', 'require-corp'],
        ],
      },
    ],
  ])('of %j', (given, files) => {
    expect(plan(given).files).toEqual({ ...plan().files, ...files });
  });

  it.each([
    [{}, 'line'],
    [{ quiet: true }, 'none'],
    [{ quiet: true, log: 'json' }, 'json'],
    [{ log: 'none' }, 'none'],
  ])('logs, with %j, as %s', (given, log) => {
    expect(plan(given).log).toBe(log);
  });

  it.each([
    [{ header: 'A' }, /--header must look like "Name: value", not "A"/],
    [{ header: 'A b: c' }, /--header/],
    [{ header: 'A: b\r\nC: d' }, /--header/],
    [{ header: 'A: ü' }, /--header/],
    [{ header: ': x' }, /--header/],
    [{ header: 5 }, /--header/],
    [{ header: 'Content-Length: 5' }, /Content-Length is set by the server/],
    [{ validate: '"a:b" == "c"' }, /validation/],
    [{ header: true }, /--header needs a value/],
    [{ validate: 'X == y' }, /--validate must look like '"Name" == "value"'/],
    [{ validate: ['"A" == "b"', '"C" == "d"'] }, /--validate can be given once only/],
    [{ cache: -1 }, /--cache/],
    [{ cache: 1.5 }, /--cache/],
    [{ cache: 'a\nb' }, /--cache/],
    [{ log: 'xml' }, /--log must be line, json or none, not "xml"/],
    [{ allowHost: 'a b' }, /--allow-host/],
    [{ allowHost: 'example.org:80' }, /--allow-host/],
    [{ port: 70_000 }, /--port/],
    [{ port: [1, 2] }, /--port/],
    [{ host: true }, /--host/],
  ])('of %j is a mistake', (given, sentence) => {
    expect(() => plan(given)).toThrow(sentence);
    expect(() => plan(given)).toThrow(UsageError);
  });

  it('of what is no folder is an error, not a mistake in the words', () => {
    for (const [path, sentence] of [
      [join(folder, 'nothing'), /^There is no folder ".*nothing"$/],
      [join(folder, 'file.txt'), /file\.txt" is a file; name the folder that it is in$/],
      [join(folder, 'file.txt', 'x'), /^There is no folder/],
    ] as const) {
      expect(() => servePlan(path, { host: '::1' })).toThrow(sentence);
      expect(() => servePlan(path, { host: '::1' })).not.toThrow(UsageError);
    }
  });
});

describe('host names that requests may name', () => {
  it('are those of this machine when it alone is served', () => {
    expect(['127.0.0.1', '127.5.6.7', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.0.0.1.example.org'].filter(isLoopback)).toEqual([]);
    expect(['LocalHost', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'].map(isLoopback)).toEqual([true, true, true]);
    expect(allowedNames('::ffff:127.0.0.1')).toEqual(['localhost', '127.0.0.1', '[::1]', '[::ffff:7f00:1]']);
    expect(allowedNames('127.5.6.7')).toEqual(['localhost', '127.0.0.1', '[::1]', '127.5.6.7']);
  });

  it('are all when others are served, unless some are named', () => {
    expect(allowedNames('0.0.0.0')).toBeUndefined();
    expect(allowedNames('0.0.0.0', ['a.test'])).toEqual(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'a.test']);
  });

  it('can be added to, or be all', () => {
    expect(plan({ allowHost: ['a.test', '[fe80::1]'] }).allowedHosts?.slice(-2)).toEqual(['a.test', '[fe80::1]']);
    expect(plan({ allowHost: ['a.test', '*'] }).allowedHosts).toBeUndefined();
  });
});

describe('a line of the log', () => {
  const entry = {
    time: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    remoteAddress: '127.0.0.1',
    method: 'GET',
    target: '/a?b',
    status: 206,
    bytes: 1024,
    aborted: false,
    ms: 0.25,
    referer: '',
    userAgent: 'x',
  };

  it('for people has what matters', () => {
    expect(logLine('line')?.(entry)).toBe('2026-01-02T03:04:05.006Z 127.0.0.1 GET /a?b 206 1024 B 0.3 ms\n');
    expect(logLine('line')?.({ ...entry, remoteAddress: '' })).toContain('Z - GET');
  });

  it('for programs is JSON with everything', () => {
    const line = logLine('json')?.(entry) ?? '';
    expect(line).toMatch(/^[^\n]*\n$/);
    expect(JSON.parse(line)).toEqual({ ...entry, time: '2026-01-02T03:04:05.006Z' });
  });

  it('is one line, and nothing in it speaks to the terminal, whatever a client sends', () => {
    const evil = {
      ...entry,
      method: 'G\x1b',
      target: '/\x1b[2J\n\x9b31m é\u2028€',
      userAgent: '\x9b\x7f\u2028\x1b]0;x\x07',
    };
    for (const form of ['line', 'json'] as const) {
      const line = logLine(form)?.(evil) ?? '';
      expect(line).not.toMatch(/[^\x20-\x7e\u00a0-\u2027\u202a-\uffff].*\n/s);
      expect(line.match(/\n/g)?.length).toBe(1);
    }
    expect(JSON.parse(logLine('json')?.(evil) ?? '')).toMatchObject({ userAgent: evil.userAgent, target: evil.target });
    expect(logLine('line')?.(evil).split(' ').length).toBe(9);
  });

  it('is none when none is wanted', () => {
    expect(logLine('none')).toBeUndefined();
  });
});
