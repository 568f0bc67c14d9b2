/** `AbortSignal` in every call that waits: aborted before, aborted meanwhile, the reason passed on, nothing left behind. */
import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { service, serviceSync } from '../../src/server/run.ts';
import { listServers, stopAllServers, stopServer } from '../../src/server/servers.ts';
import { runStaticServer } from '../../src/server/static-server.ts';
import type { AppResponse } from '../../src/types.ts';
import { eventually } from '../helpers/eventually.ts';
import { mode } from '../helpers/io-mode.ts';
import { get } from '../helpers/requests.ts';
import { runServer, startPipeServer, startServer, testServer } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';

const REASON = new Error('no more time');
const SOON_MS = 20;

/** A signal that aborts meanwhile, once somebody listens, and says how many still do. */
function aborting(): { signal: AbortSignal; listeners(): number; abort(): void } {
  const aborter = new AbortController();
  const { signal } = aborter;
  return { signal, listeners: () => getEventListeners(signal, 'abort').length, abort: () => aborter.abort(REASON) };
}

const never = (): Promise<AppResponse> => new Promise(() => {});

describe('a signal', () => {
  it.each<[name: string, call: (signal: AbortSignal) => Promise<unknown>]>([
    ['startServer', (signal) => startServer('127.0.0.1', 0, null, { signal })],
    ['startPipeServer', (signal) => startPipeServer(`pipe-${process.pid}`, null, null, { signal })],
    ['runServer', (signal) => runServer('127.0.0.1', 0, null, { signal })],
    ['runStaticServer', (signal) => runStaticServer('test/helpers', { io: mode, signal, quiet: true })],
    ['service', (signal) => service(60_000, { signal })],
    ['service without end', (signal) => service(0, { signal })],
    ['service of one task', (signal) => service(-1, { signal })],
    ['serviceSync', async (signal) => serviceSync(0, { signal })],
  ])('that has aborted keeps %s from beginning', async (_, call) => {
    await expect(call(AbortSignal.abort(REASON))).rejects.toBe(REASON);
    expect(listServers()).toEqual([]);
  });

  it.each<[name: string, call: (signal: AbortSignal) => Promise<unknown>]>([
    ['startServer', (signal) => startServer('127.0.0.1', 0, null, { signal })],
    ['runServer', (signal) => runServer('127.0.0.1', 0, null, { signal })],
    ['service', (signal) => service(60_000, { signal })],
    ['service without end', (signal) => service(Number.POSITIVE_INFINITY, { signal })],
  ])('that aborts at once ends %s', async (_, call) => {
    const { signal, listeners, abort } = aborting();
    const calling = call(signal);
    abort();
    await expect(calling).rejects.toBe(REASON);
    await eventually(listeners).toBe(0);
    expect(listServers()).toEqual([]);
  });

  it('that aborts before a server listens gives its port back', async () => {
    const probe = await testServer(null as never);
    const port = probe.getPort();
    await probe.stop();
    const { signal, abort } = aborting();
    const starting = startServer('127.0.0.1', port, null, { signal });
    abort();
    await expect(starting).rejects.toBe(REASON);
    const until = async (): Promise<boolean> => {
      try {
        const next = await startServer('127.0.0.1', port, null);
        await next.stop();
        return true;
      } catch {
        return false;
      }
    };
    await expect.poll(until, { timeout: 60_000 }).toBe(true);
  });

  it('that aborts while a server runs stops it, and is the reason', async () => {
    const { signal, listeners, abort } = aborting();
    const server = await testServer({}, { signal });
    expect(listeners()).toBe(1);
    abort();
    expect([server.isRunning(), server.ended.reason, listeners()]).toEqual([false, REASON, 0]);
    await server.stop();
  });

  it('hears nothing any more of a server that was stopped, nor of waits that are over', async () => {
    const { signal, listeners } = aborting();
    const server = await testServer({}, { signal });
    await server.stop();
    await service(1, { signal });
    await server.stop({ signal });
    expect(listeners()).toBe(0);
  });

  it('that aborts a service in a callback ends it, the blocking one too', async () => {
    const { signal, abort, listeners } = aborting();
    const server = await testServer({
      call: () => {
        abort();
        return { status: 200 };
      },
    });
    onTestFinished(() => server.stop());
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/'));
    if (mode === 'thread') expect(() => serviceSync(0, { signal })).toThrow(REASON);
    else await expect(service(0, { signal })).rejects.toBe(REASON);
    expect(listeners()).toBe(0);
    expect((await wire.answers(1))[0]?.status).toBe(200);
  });

  it.each<[name: string, stop: (options: { graceMs: number; signal: AbortSignal }) => Promise<void>]>([
    ['stop', (options) => listServers()[0]?.stop(options) ?? Promise.resolve()],
    ['stopServer', (options) => stopServer(listServers()[0] as never, options)],
    ['stopAllServers', stopAllServers],
  ])('that aborts %s cuts what is left', async (_, stop) => {
    const { signal, abort, listeners } = aborting();
    let asked = 0;
    const server = await testServer({
      call: () => {
        asked++;
        return never();
      },
    });
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/'));
    await eventually(() => asked).toBe(1);
    const stopped = stop({ graceMs: 60_000, signal });
    setTimeout(abort, SOON_MS);
    await expect(stopped).rejects.toBe(REASON);
    expect(await wire.untilEnd()).toEqual([]);
    await server.stop();
    expect(listeners()).toBe(0);
  });

  it('that has aborted stops a server without a time of grace', async () => {
    const server = await testServer({ call: never });
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/'));
    await expect(server.stop({ graceMs: 60_000, signal: AbortSignal.abort(REASON) })).rejects.toBe(REASON);
    await server.stop();
    expect(await wire.untilEnd()).toEqual([]);
  });

  it('is an AbortSignal', async () => {
    const bad = { code: 'HV_BAD_OPTION' };
    const signal = {} as AbortSignal;
    await expect(service(1, { signal })).rejects.toMatchObject(bad);
    expect(() => serviceSync(1, { signal })).toThrow(expect.objectContaining(bad));
    const server = await testServer({});
    expect(() => server.stop({ signal })).toThrow(expect.objectContaining(bad));
    expect(server.isRunning()).toBe(true);
  });

  it('is called by no other name', async () => {
    const bad = { code: 'HV_BAD_OPTION', message: expect.stringContaining('did you mean signal?') };
    const misnamed = { signl: AbortSignal.abort() };
    await expect(service(1, misnamed as object)).rejects.toMatchObject(bad);
    expect(() => serviceSync(1, misnamed as object)).toThrow(expect.objectContaining(bad));
  });
});
