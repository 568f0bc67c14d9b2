/** `onAccess`: every answer is heard of once, with what was asked and what was sent. */
import { describe, expect, it } from 'vitest';
import type { AccessEntry, App } from '../../../src/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { get } from '../../helpers/requests.ts';
import { testServer } from '../../helpers/server.ts';
import { Wire } from '../../helpers/wire.ts';
import { ask, request, site } from './site.ts';

const root = site({ 'a.txt': 'static', 'large.bin': Buffer.alloc(5_000_000) });
const app: App = { call: (req) => ({ status: 201, body: req.path }), staticPaths: { '/s': root } };

async function listening(): Promise<{ port: number; heard: AccessEntry[]; lines(): string[] }> {
  const heard: AccessEntry[] = [];
  const server = await testServer(app, { onAccess: (entry) => heard.push(entry) });
  const lines = () => heard.map(({ method, target, status, bytes }) => `${method} ${target} ${status} ${bytes}`);
  return { port: server.getPort(), heard, lines };
}

describe('onAccess', () => {
  it('hears of files, of the app, and of what is refused', async () => {
    const { port, heard, lines } = await listening();
    const before = Date.now();
    await ask(port, '/s/a.txt?q', { fields: { Referer: 'http://r/', 'User-Agent': 'test "1"' } });
    await ask(port, '/app');
    await ask(port, '/s/a.txt', { method: 'HEAD' });
    await ask(port, '/s/none');
    await ask(port, '/s/large.bin');
    await ask(port, '/s/a.txt', { method: 'POST' });
    await ask(port, '/app', { fields: { Expect: 'x' } });
    await eventually(lines).toEqual([
      'GET /s/a.txt?q 200 6',
      'GET /app 201 4',
      'HEAD /s/a.txt 200 0',
      'GET /s/none 404 14',
      'GET /s/large.bin 200 5000000',
      'POST /s/a.txt 405 23',
      'GET /app 417 23',
    ]);
    expect(heard[0]).toMatchObject({ remoteAddress: '127.0.0.1', referer: 'http://r/', userAgent: 'test "1"' });
    expect(heard[1]).toMatchObject({ referer: '', userAgent: '' });
    for (const { time, ms } of heard) {
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(Date.now());
      expect(ms).toBeGreaterThanOrEqual(0);
    }
  });

  it('hears how much of a file a client took that left', async () => {
    const { port, heard } = await listening();
    const wire = await Wire.open(port);
    await wire.send(request('/s/large.bin'));
    await wire.until(() => wire.received.length > 0, 'first bytes');
    wire.close();
    await eventually(() => heard.length).toBe(1);
    expect(heard[0]?.bytes).toBeGreaterThan(0);
    expect(heard[0]?.bytes).toBeLessThanOrEqual(5_000_000);
  });

  it('hears of many in order, and long texts are cut', async () => {
    const { port, lines, heard } = await listening();
    const targets = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? `/s/a.txt?${i}` : `/app?${i}`));
    const wire = await Wire.open(port);
    await wire.send(targets.map((target) => request(target, { fields: { Connection: 'keep-alive' } })).join(''));
    await wire.answers(targets.length);
    wire.close();
    await eventually(() => lines().length).toBe(targets.length);
    expect(heard.map(({ target }) => target)).toEqual(targets);
    await ask(port, `/s/${'x'.repeat(5_000)}`, { fields: { 'User-Agent': 'y'.repeat(5_000) } });
    await eventually(() => heard.length).toBe(targets.length + 1);
    expect([heard.at(-1)?.target.length, heard.at(-1)?.userAgent.length]).toEqual([2_048, 2_048]);
  });

  it('that throws is one line in the log, and serves nobody worse', async () => {
    const log: string[] = [];
    const onAccess = (): never => {
      throw new Error('full disk');
    };
    const server = await testServer(app, { onAccess, logger: (level, message) => log.push(`${level} ${message}`) });
    expect((await ask(server.getPort(), '/s/a.txt')).status).toBe(200);
    await eventually(() => log).toEqual(['ERROR onAccess failed: full disk']);
    expect((await ask(server.getPort(), '/s/a.txt')).status).toBe(200);
  });

  it('that throws for one answer hears of those that were told with it', async () => {
    const heard: string[] = [];
    const onAccess = ({ target }: AccessEntry): void => {
      heard.push(target);
      throw new Error('full disk');
    };
    const server = await testServer(app, { onAccess, logger: () => {} });
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/s/a.txt?1') + get('/s/a.txt?2') + get('/s/a.txt?3'));
    await wire.answers(3);
    await eventually(() => heard).toEqual(['/s/a.txt?1', '/s/a.txt?2', '/s/a.txt?3']);
  });

  it('is a function', async () => {
    await expect(testServer(app, { onAccess: true as never })).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  });
});
