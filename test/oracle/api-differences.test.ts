/** Differences from R's httpuv and later that are no matter of bytes: names, arguments, life cycles, the run loop. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type App,
  type AppResponse,
  createLoop,
  destroyLoop,
  getRNGState,
  interrupt,
  later,
  laterFd,
  listServers,
  loopEmpty,
  nextOpSecs,
  runNow,
  type Server,
  service,
  servicePending,
} from '../../src/index.ts';
import { missing } from '../helpers/needs.ts';
import { startPipeServer, startServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';

const HELLO: AppResponse = { status: 200, body: 'hello' };
const app: App = { call: () => HELLO };
const CLOSING = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const directory = mkdtempSync(join(tmpdir(), 'httpuv-differences-'));
const hasIpv6 =
  Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1')) ||
  missing('this machine has no IPv6 loopback address: enable ::1 to run these tests');

const started: Server[] = [];
afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())));
afterAll(() => rmSync(directory, { recursive: true }));

function kept<T extends Server>(server: T): T {
  started.push(server);
  return server;
}

describe('starting', () => {
  it('a host name is resolved', async () => {
    const server = kept(await startServer('localhost', 0, app));
    expect(server.getHost()).toBe('localhost');
    expect((await fetch(server.url)).status).toBe(200);
  });

  it.skipIf(!hasIpv6)('::/0 is taken for ::', async () => {
    const server = kept(await startServer('::/0', 0, app));
    expect((await untilEnd(server.getPort(), [CLOSING], { host: '::1' })).responses[0]?.status).toBe(200);
  });

  it.skipIf(!hasIpv6)('an IPv6 peer has its addresses', async () => {
    const server = kept(
      await startServer('::1', 0, (req) => ({
        status: 200,
        body: `${req.REMOTE_ADDR} ${req.SERVER_NAME} ${req.SERVER_PORT}`,
      })),
    );
    const { responses } = await untilEnd(server.getPort(), [CLOSING], { host: '::1' });
    expect(responses[0]?.body.toString()).toBe(`::1 ::1 ${server.getPort()}`);
  });

  it('port 0 can be told afterwards', async () => {
    const server = kept(await startServer('127.0.0.1', 0, app));
    expect(server.getPort()).toBeGreaterThan(0);
    expect((await untilEnd(server.getPort(), [CLOSING])).responses[0]?.body.toString()).toBe('hello');
  });

  it.each([70_000, -1, 80.5, Number.NaN, '80'])('the port %j is a mistake', async (port) => {
    await expect(startServer('127.0.0.1', port as number, app)).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  });

  it('a busy port is told with its code, host and number', async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const address = busy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const failure = startServer('127.0.0.1', port, app);
    await expect(failure).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(failure).rejects.toThrow(new RegExp(`127\\.0\\.0\\.1.*${port}`));
    await new Promise((resolve) => busy.close(resolve));
  });

  it('a mistake in a log line is told to the logger, not to standard error', async () => {
    const log: string[] = [];
    const throws: App = {
      call: () => {
        throw new Error('boom');
      },
    };
    const server = kept(
      await startServer('127.0.0.1', 0, throws, { logger: (level, message) => log.push(`${level} ${message}`) }),
    );
    await untilEnd(server.getPort(), [CLOSING]);
    expect(log.length).toBe(1);
    expect(log[0]).toMatch(/^ERROR .*boom/);
  });
});

describe('stopping', () => {
  it('resolves when all connections are closed, calls onStop once, and the port is free again', async () => {
    let stops = 0;
    const server = await startServer('127.0.0.1', 0, {
      ...app,
      onStop: () => {
        stops++;
      },
    });
    const wire = await Wire.open(server.getPort());
    await wire.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await wire.answers(1);
    await Promise.all([server.stop(), server.stop()]);
    await wire.until(() => wire.ended !== 'open', 'end of the connection');
    expect([stops, server.isRunning()]).toEqual([1, false]);
    kept(await startServer('127.0.0.1', server.getPort(), app));
    wire.close();
  });

  it('with graceMs lets running requests finish', async () => {
    let answer = (_: AppResponse): void => {};
    let called = (): void => {};
    const running = new Promise<void>((resolve) => {
      called = resolve;
    });
    const server = await startServer('127.0.0.1', 0, () => {
      called();
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const wire = await Wire.open(server.getPort());
    await wire.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await running;
    const stopped = server.stop({ graceMs: 20_000 });
    answer(HELLO);
    expect((await wire.untilEnd()).map(({ body }) => body.toString())).toEqual(['hello']);
    await stopped;
    wire.close();
  });
});

describe.skipIf(process.platform === 'win32')('a pipe server', () => {
  it('runs, is listed, can be stopped, and takes its socket file away', async () => {
    const name = join(directory, 'a.sock');
    const server = kept(await startPipeServer(name, 0o117, app));
    expect([server.isRunning(), listServers().includes(server), existsSync(name)]).toEqual([true, true, true]);
    expect([server.getName(), server.getMask()]).toEqual([name, 0o117]);
    await expect(startPipeServer(name, null, app)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.stop();
    expect([server.isRunning(), listServers().includes(server), existsSync(name)]).toEqual([false, false, false]);
  });
});

describe('the run loop', () => {
  it('service gives a promise, and interrupt ends it whatever its time-out', async () => {
    for (const timeoutMs of [0, Number.POSITIVE_INFINITY, 3_600_000, -1]) {
      const running = service(timeoutMs);
      interrupt();
      expect(await running).toBe(true);
    }
  });

  it('service(NaN) runs all that is due, and nothing that is added meanwhile', async () => {
    const ran: number[] = [];
    later(() => ran.push(1));
    later(() => {
      ran.push(2);
      later(() => ran.push(3));
    });
    await service(Number.NaN);
    expect(ran).toEqual([1, 2]);
    servicePending();
    expect(ran).toEqual([1, 2, 3]);
  });
});

describe('later', () => {
  it('an endless delay is never due, and hinders nobody', () => {
    const loop = createLoop(null);
    const cancel = later(() => {}, Number.POSITIVE_INFINITY, loop);
    expect(nextOpSecs(loop)).toBe(Number.POSITIVE_INFINITY);
    expect(runNow(0, true, loop)).toBe(false);
    expect([cancel(), loopEmpty(loop)]).toEqual([true, true]);
    destroyLoop(loop);
  });

  it.each([Number.NaN, '1', null])('a delay of %j is a mistake', (delay) => {
    expect(() => later(() => {}, delay as number)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });

  it('a name or a formula is no function', () => {
    expect(() => later('print' as unknown as () => void)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });

  it('a destroyed loop is told by its code', () => {
    const loop = createLoop(null);
    destroyLoop(loop);
    expect(() => later(() => {}, 0, loop)).toThrow(expect.objectContaining({ code: 'HV_LOOP_DESTROYED' }));
  });

  it('laterFd says that it cannot poll', () => {
    expect(() => laterFd(() => {}, [0])).toThrow(expect.objectContaining({ code: 'HV_NO_POLL' }));
  });

  it('getRNGState does nothing', () => {
    expect(getRNGState()).toBeUndefined();
  });
});
