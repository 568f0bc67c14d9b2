/** The server comparison from the built package, with stretches so short that no figure means anything. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { luaFor } from '../../src/bench/load/wrk.ts';
import type { Report } from '../../src/bench/report.ts';
import { takeAnswer } from '../../src/bench/servers/check-answer.ts';
import { needs } from '../helpers/needs.ts';

const MAIN = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
const wrk = needs('wrk', 'wrk');

async function serverReport(...words: string[]): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'httpuv-bench-test-'));
  try {
    const file = join(directory, 'server.json');
    const all = ['--expose-gc', MAIN, 'server', '--rounds', '1', '--time', '500', '--json', file, ...words];
    await promisify(execFile)(process.execPath, all);
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } finally {
    await rm(directory, { recursive: true });
  }
}

const statuses = (report: Report) =>
  report.sections.map(({ rows }) => rows.map(({ contender, status }) => `${contender} ${status}`));

describe('server comparison', () => {
  it('times raw-net, node:http and this package under pipelined bundled load', async () => {
    const report = await serverReport('--own-load', '--filter', 'pipelined');
    expect(statuses(report)).toEqual([['raw-net timed', 'node-http timed', 'httpuv-inline timed']]);
    for (const { rows } of report.sections) {
      for (const { figures } of rows) {
        expect(figures?.['requestsPerSecond']?.median).toBeGreaterThan(0);
        expect(figures?.['cpuMicrosPerRequest']?.median).toBeGreaterThan(0);
        expect(figures?.['medianMicros']?.median).toBeGreaterThan(0);
      }
    }
  }, 60_000);

  it.skipIf(!wrk)(
    'is driven by wrk when that is installed',
    async () => {
      const report = await serverReport('--filter', 'single');
      expect(report.options['load']).toMatch(/^wrk /);
      expect(statuses(report)[0]).toContain('httpuv-inline timed');
    },
    60_000,
  );

  it('measures the memory of idle connections', async () => {
    const report = await serverReport('--idle', '200', '--filter', 'idle,httpuv-inline');
    expect(statuses(report)).toEqual([['node-http timed', 'httpuv-inline timed']]);
  }, 60_000);

  it('with wrk only pipelined load asks Lua for each batch', () => {
    expect(luaFor(1)).not.toContain('function request');
    expect(luaFor(16)).toContain('function request() return batch end');
  });
});

describe('checking an answer', () => {
  const answer = (head: string, body: string) => Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
  const good = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13';

  it('a right answer gives its length, also with another one behind it', () => {
    const one = answer(good, 'Hello, world!');
    expect(takeAnswer(one)).toBe(one.length);
    expect(takeAnswer(Buffer.concat([one, one]))).toBe(one.length);
  });

  it('an answer that is not complete is waited for', () => {
    expect(takeAnswer(answer(good, 'Hello'))).toBeUndefined();
    expect(takeAnswer(Buffer.from('HTTP/1.1 200 OK\r\n'))).toBeUndefined();
  });

  it.each([
    ['another status', answer(good.replace('200 OK', '500 Oops'), 'Hello, world!'), 'answered "HTTP/1.1 500 Oops"'],
    ['another body', answer(good, 'Hello, World!'), 'answered with the body "Hello, World!"'],
    ['no type', answer(good.replace('text/plain', 'text/html'), 'Hello, world!'), 'answered without its Content-Type'],
    ['no length', answer(good.replace('Content-Length', 'X-Length'), ''), 'answered without Content-Length'],
  ])('%s is named', (_what, bytes, sentence) => {
    expect(takeAnswer(bytes)).toBe(sentence);
  });
});
