/** The comparison of static files from the built package, with stretches so short that no figure means anything. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { luaFor } from '../../src/bench/load/wrk.ts';
import { wrongFile } from '../../src/bench/servers/check-file.ts';
import { content, filePath } from '../../src/bench/servers/files.ts';
import { benchReport, statuses } from '../helpers/bench-report.ts';
import { needs } from '../helpers/needs.ts';

const wrk = needs('wrk', 'wrk');
const nginx = needs('nginx', 'nginx');
const staticReport = (...words: string[]) => benchReport('static', ...words);

describe('comparison of static files', () => {
  it('times sirv, a control, serve-static and both modes of this package', async () => {
    const report = await staticReport('--own-load', '--filter', 'file-64k');
    const [rows = []] = report.sections.map((section) => section.rows);
    expect(statuses(report)[0]?.slice(0, 5)).toEqual([
      'sirv timed',
      'control timed',
      'serve-static timed',
      'httpuv-inline timed',
      'httpuv-thread timed',
    ]);
    expect(rows.slice(5).map(({ contender }) => contender)).toEqual(['nginx', 'r-httpuv']);
    for (const { status } of rows.slice(5)) expect(['timed', 'missing']).toContain(status);
    for (const { figures } of rows.slice(0, 5)) {
      for (const name of ['requestsPerSecond', 'cpuMicrosPerRequest', 'medianMicros', 'speed', 'cpu']) {
        expect(figures?.[name]?.median).toBeGreaterThan(0);
      }
    }
    expect(report.notes[0]).toMatch(/^versions: sirv \d+\.\d+\.\d+, serve-static \d+\.\d+\.\d+/);
    const judged = report.goals.filter(({ verdict }) => verdict !== 'not measured');
    expect(judged.map(({ goal }) => [goal.id, goal.of])).toEqual([
      ['S7', 'httpuv-inline'],
      ['S7', 'httpuv-thread'],
    ]);
  });

  it.skipIf(!wrk)('loads a long file by wrk', async () => {
    const report = await staticReport('--filter', 'file-10m,httpuv-inline,httpuv-thread');
    expect(report.options['load']).toMatch(/^wrk /);
    expect(statuses(report)).toEqual([['sirv timed', 'control timed', 'httpuv-inline timed', 'httpuv-thread timed']]);
  });

  it.skipIf(!nginx)('times nginx', async () => {
    const report = await staticReport('--filter', 'file-1k,nginx');
    expect(statuses(report)).toEqual([['sirv timed', 'control timed', 'nginx timed']]);
    expect(report.notes[0]).toMatch(/nginx \d+\.\d+/);
  });

  it('tells what is left while the thread of the app computes: all of the I/O thread, nothing of one thread', async () => {
    const report = await staticReport('--own-load', '--filter', 'blocked');
    expect(statuses(report)).toEqual([['sirv timed', 'httpuv-inline timed', 'httpuv-thread timed']]);
    const [sirv, inline, thread] = report.sections[0]?.rows.map(({ figures }) => figures) ?? [];
    for (const figures of [sirv, inline]) {
      expect(figures?.['idleRate']?.median).toBeGreaterThan(0);
      expect(figures?.['blockedRate']?.median).toBe(0);
    }
    expect(thread?.['blockedRate']?.median).toBeGreaterThan(0);
    expect(thread?.['slowestMs']?.median).toBeGreaterThan(0);
    const judged = report.goals.filter(({ verdict }) => verdict !== 'not measured');
    expect(judged.map(({ goal }) => [goal.id, goal.measure])).toEqual([
      ['S6', 'blockedShare'],
      ['S6', 'slowest'],
    ]);
  });

  it('with wrk only the address says which file is asked for', () => {
    expect(luaFor(1, '/1024.bin')).not.toContain('1024.bin');
    expect(luaFor(2, '/1024.bin')).toContain('GET /1024.bin HTTP/1.1');
  });
});

describe('checking a file', () => {
  async function verdict(listener: RequestListener): Promise<string | undefined> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    try {
      return await wrongFile((server.address() as AddressInfo).port, 1024);
    } finally {
      server.close();
    }
  }
  const file = content(1024);
  const changed = Buffer.from(file);
  changed[1023] = (changed[1023] ?? 0) ^ 1;

  it('finds nothing wrong with the right one', async () => {
    expect(await verdict(({ url }, response) => response.end(url === filePath(1024) ? file : ''))).toBeUndefined();
  });

  it.each<[string, RequestListener, string]>([
    ['another status', (_request, response) => response.writeHead(206).end(file), 'answered with status 206'],
    [
      'no length',
      (_request, response) => {
        response.write(file);
        response.end();
      },
      'announced no length instead of 1024 bytes',
    ],
    ['another length', (_request, response) => response.end('short'), 'announced 5 instead of 1024 bytes'],
    ['another byte', (_request, response) => response.end(changed), 'sent other bytes than those of the file'],
    [
      'a coding',
      (_request, response) => response.writeHead(200, { 'Content-Encoding': 'br' }).end(file),
      'answered with a coding that was not asked for',
    ],
    ['a cut', ({ socket }) => socket.destroy(), 'socket hang up'],
  ])('names %s', async (_what, listener, sentence) => {
    expect(await verdict(listener)).toBe(sentence);
  });

  it('is done twice, because the second answer may come from a memory', async () => {
    let count = 0;
    expect(await verdict((_request, response) => response.end(count++ === 0 ? file : changed))).toMatch(/other bytes/);
  });
});
