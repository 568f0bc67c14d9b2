/** The server comparison from the built package, with stretches so short that no figure means anything. */
import { describe, expect, it } from 'vitest';
import { luaFor } from '../../src/bench/load/wrk.ts';
import { withoutCannedEpoll } from '../../src/bench/servers/canned-epoll.ts';
import { takeAnswer } from '../../src/bench/servers/check-answer.ts';
import { hasProc } from '../../src/bench/servers/proc.ts';
import { benchReport, statuses, tellsMainThread } from '../helpers/bench-report.ts';
import { needs } from '../helpers/needs.ts';

const wrk = needs('wrk', 'wrk');
const serverReport = (...words: string[]) => benchReport('server', ...words);

describe('server comparison', () => {
  it('times the floors, node:http and both modes of this package under pipelined bundled load', async () => {
    const report = await serverReport('--own-load', '--filter', 'pipelined');
    const sync = hasProc() ? 'timed' : 'missing';
    const floor = withoutCannedEpoll() === undefined ? 'timed' : 'missing';
    expect(statuses(report)).toEqual([
      [
        `raw-epoll ${floor}`,
        'raw-net timed',
        'node-http timed',
        'httpuv-inline timed',
        'httpuv-thread timed',
        `httpuv-sync ${sync}`,
      ],
    ]);
    for (const { rows } of report.sections) {
      for (const { figures } of rows.filter(({ status }) => status === 'timed')) {
        expect(figures?.['requestsPerSecond']?.median).toBeGreaterThan(0);
        expect(figures?.['cpuMicrosPerRequest']?.median).toBeGreaterThan(0);
        expect(figures?.['loadMicrosPerRequest']?.median).toBeGreaterThan(0);
        expect(figures?.['medianMicros']?.median).toBeGreaterThan(0);
        if (tellsMainThread) expect(figures?.['mainMicrosPerRequest']?.median).toBeGreaterThan(0);
        else expect(figures).not.toHaveProperty('mainMicrosPerRequest');
      }
    }
    expect(report.notes.some((note) => note.startsWith("the main thread's CPU time"))).toBe(!tellsMainThread);
  });

  it.skipIf(!wrk)('is driven by wrk when that is installed', async () => {
    const report = await serverReport('--filter', 'single,httpuv-thread');
    expect(report.options['load']).toMatch(/^wrk /);
    expect(statuses(report)).toEqual([['node-http timed', 'httpuv-thread timed']]);
    expect(report.sections[0]?.rows[0]?.figures).not.toHaveProperty('loadMicrosPerRequest');
  });

  it('measures the memory of idle connections', async () => {
    const report = await serverReport('--idle', '200', '--filter', 'idle,httpuv-inline,httpuv-thread');
    expect(statuses(report)).toEqual([['node-http timed', 'httpuv-inline timed', 'httpuv-thread timed']]);
  });

  it('times the start of the first server and of further ones beside a bare worker', async () => {
    const report = await serverReport('--filter', 'start');
    expect(statuses(report)).toEqual([['bare-worker timed', 'httpuv-thread timed']]);
    const [bare, ours] = report.sections[0]?.rows ?? [];
    expect(bare?.figures?.['firstMs']?.median).toBeGreaterThan(0);
    expect(bare?.figures).not.toHaveProperty('laterMs');
    expect(ours?.figures?.['firstMs']?.median).toBeGreaterThan(ours?.figures?.['laterMs']?.median ?? Infinity);
    const judged = report.goals.filter(({ verdict }) => verdict !== 'not measured');
    expect(judged.map(({ goal }) => goal.title)).toEqual(['first startServerSync', 'startServerSync while one runs']);
  });

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
