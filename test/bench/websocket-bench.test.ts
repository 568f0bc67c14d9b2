/** The WebSocket comparison from the built package, with stretches so short that no figure means anything. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { echoBatch } from '../../src/bench/load/echo.ts';
import { requireOptional } from '../../src/bench/optional.ts';
import { wrongEcho } from '../../src/bench/servers/check-echo.ts';
import { benchReport, statuses, tellsMainThread } from '../helpers/bench-report.ts';

describe('WebSocket comparison', () => {
  it('times ws with and without bufferutil, a control, and both modes of this package', async () => {
    const report = await benchReport('websocket', '--filter', 'echo-16b-binary-single');
    const [rows = []] = report.sections.map((section) => section.rows);
    expect(statuses(report)[0]?.slice(0, 5)).toEqual([
      'ws-bufferutil timed',
      'control timed',
      'ws timed',
      'httpuv-inline timed',
      'httpuv-thread timed',
    ]);
    expect(rows[1]?.figures?.['itself']?.median).toBeGreaterThan(0);
    expect(['timed', 'missing']).toContain(rows[5]?.status);
    for (const { figures } of rows.slice(0, 5)) {
      const names = ['messagesPerSecond', 'cpuMicrosPerMessage', 'loadMicrosPerMessage', 'medianMicros', 'speed'];
      if (tellsMainThread) names.push('mainMicrosPerMessage');
      for (const name of names) expect(figures?.[name]?.median).toBeGreaterThan(0);
    }
    expect(report.notes[0]).toMatch(/^versions: ws \d+\.\d+\.\d+, bufferutil \d+/);
    const judged = report.goals.filter(({ verdict }) => verdict !== 'not measured');
    expect(judged.map(({ goal }) => [goal.id, goal.of])).toEqual([
      ['S8', 'httpuv-inline'],
      ['S8', 'httpuv-thread'],
    ]);
  });

  it('loads long texts, many at a time, by the generator in JavaScript', async () => {
    const words = ['--own-load', '--filter', 'echo-64k-text-pipelined,httpuv-inline,httpuv-thread'];
    const report = await benchReport('websocket', ...words);
    expect(statuses(report)).toEqual([
      ['ws-bufferutil timed', 'control timed', 'httpuv-inline timed', 'httpuv-thread timed'],
    ]);
    expect(report.options['load']).toBe('bundled generator');
  });

  it('measures the memory of idle WebSockets', async () => {
    const words = ['--idle', '200', '--filter', 'idle,httpuv-inline,httpuv-thread'];
    const report = await benchReport('websocket', ...words);
    expect(statuses(report)).toEqual([['ws timed', 'httpuv-inline timed', 'httpuv-thread timed']]);
    const judged = report.goals.filter(({ verdict }) => verdict !== 'not measured');
    expect(judged.map(({ goal }) => goal.id)).toEqual(['S11w', 'S11w']);
  });
});

describe('checking an echo', () => {
  const batch = echoBatch({ bytes: 70_000, depth: 2, isBinary: false });

  async function verdict(echo: (text: Buffer, isBinary: boolean) => Buffer, asBinary?: boolean) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer, isBinary) =>
        socket.send(echo(data, isBinary), { binary: asBinary ?? isBinary }),
      );
    });
    await new Promise((resolve) => server.on('listening', resolve));
    try {
      return await wrongEcho((server.address() as AddressInfo).port, batch);
    } finally {
      server.close();
    }
  }

  it('finds nothing wrong with a right one', async () => {
    expect(await verdict((text) => text)).toBeUndefined();
  });

  it.each([
    ['another byte', (text: Buffer) => text.fill(0x21, 69_999), undefined],
    ['another length', (text: Buffer) => text.subarray(1), undefined],
    ['another type', (text: Buffer) => text, true],
  ])('names %s', async (_what, echo, asBinary) => {
    expect(await verdict(echo, asBinary)).toBe('answered wrongly while echoing');
  });

  it('names a server that opens no WebSocket', async () => {
    const server = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
    try {
      const { port } = server.address() as AddressInfo;
      expect(await wrongEcho(port, batch)).toBe('answered wrongly while opening the WebSocket');
    } finally {
      server.close();
    }
  });
});

describe('packages that need not be installed', () => {
  it('are found beside another one, or are undefined', () => {
    expect(requireOptional('bufferutil', 'ws')).toBeDefined();
    expect(requireOptional('no-such-package', 'ws')).toBeUndefined();
    expect(requireOptional('bufferutil', 'no-such-package')).toBeUndefined();
  });
});
