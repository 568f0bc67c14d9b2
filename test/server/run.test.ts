/** The run loop as promises: what ends a wait, and what does not. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { deferred, later } from '../../src/later/index.ts';
import { interrupt, service, servicePending } from '../../src/server/run.ts';
import { listServers, stopAllServers } from '../../src/server/servers.ts';
import type { AppResponse, CallFunction } from '../../src/types.ts';
import { runServer, startServer } from '../helpers/server.ts';

afterEach(() => stopAllServers());

const start = (call: CallFunction) => startServer('127.0.0.1', 0, { call });

describe('service', () => {
  it('resolves when a task has run', async () => {
    let ran = 0;
    later(() => ran++, 0.02);
    const began = performance.now();
    expect(await service(10_000)).toBe(true);
    expect(ran).toBe(1);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('resolves at the time-out when none has', async () => {
    const began = performance.now();
    expect(await service(30)).toBe(true);
    expect(performance.now() - began).toBeGreaterThan(20);
  });

  it('waits for one task without limit when the time is negative', async () => {
    let ran = false;
    later(() => {
      ran = true;
    }, 0.05);
    await service(-1);
    expect(ran).toBe(true);
  });

  it('goes on until interrupt when the time is 0 or infinite', async () => {
    for (const forever of [0, Number.POSITIVE_INFINITY]) {
      let tasks = 0;
      let over = false;
      const running = service(forever).then(() => {
        over = true;
      });
      later(() => tasks++);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect([tasks, over]).toEqual([1, false]);
      later(() => interrupt());
      await running;
    }
  });

  it('runs what is due and does not wait when the time is NaN', async () => {
    let ran = 0;
    later(() => {
      ran++;
      later(() => ran++);
    });
    const done = service(Number.NaN);
    expect(ran).toBe(1);
    expect(await done).toBe(true);
  });

  it('wants a number', async () => {
    await expect(service('5' as never)).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  });
});

describe('servicePending', () => {
  it('answers a request between two steps of a computation', async () => {
    let calls = 0;
    const server = await start(() => {
      calls++;
      return { status: 200, body: 'ok' };
    });
    const socket = connect(server.getPort(), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const answered = once(socket, 'data');
    while (calls === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      servicePending();
    }
    const [chunk] = (await answered) as [Buffer];
    expect(chunk.toString('latin1')).toContain('ok');
    socket.destroy();
  });
});

describe('interrupt', () => {
  it('ends every running wait', async () => {
    const waits = [service(10_000), service(-1), service(0)];
    expect(interrupt()).toBe(true);
    expect(await Promise.all(waits)).toEqual([true, true, true]);
    expect(interrupt()).toBe(true);
  });
});

describe('runServer', () => {
  const port = async (): Promise<number> => {
    const probe = await start(() => ({ status: 200 }));
    await probe.stop();
    return probe.getPort();
  };

  it('runs until a callback interrupts it, and stops its server', async () => {
    const at = await port();
    const running = runServer('127.0.0.1', at, () => {
      interrupt();
      return { status: 200, body: 'last' };
    });
    while (listServers().length === 0) await new Promise((resolve) => setImmediate(resolve));
    const socket = connect(at, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await running).toBe(true);
    expect(listServers()).toEqual([]);
    socket.destroy();
  });

  it('ends when its signal aborts and when its server is stopped', async () => {
    const aborter = new AbortController();
    const first = runServer('127.0.0.1', await port(), null, { signal: aborter.signal });
    while (listServers().length === 0) await new Promise((resolve) => setImmediate(resolve));
    aborter.abort();
    expect(await first).toBe(true);
    const second = runServer('127.0.0.1', await port(), null);
    while (listServers().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await stopAllServers();
    expect(await second).toBe(true);
  });
});

describe('answers', () => {
  it('may come as a promise or as a thenable of the queue', async () => {
    const server = await start((req) => {
      const answer: AppResponse = { status: 200, body: req.path };
      if (req.path === '/promise') return new Promise((resolve) => setTimeout(() => resolve(answer), 5));
      if (req.path === '/async') return (async () => answer)();
      const later_ = deferred<AppResponse>();
      later(() => later_.resolve(answer), 0.005);
      return later_.thenable;
    });
    for (const path of ['/promise', '/async', '/deferred']) {
      expect(await (await fetch(server.url + path)).text()).toBe(path);
    }
  });

  it('of one connection go out in order although the later ones are ready first', async () => {
    const server = await start(
      (req) =>
        new Promise((resolve) =>
          setTimeout(() => resolve({ status: 200, body: req.path }), req.path === '/1' ? 40 : 1),
        ),
    );
    const socket = connect(server.getPort(), '127.0.0.1');
    const ask = (target: string, extra = ''): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n${extra}\r\n`;
    socket.write(ask('/1') + ask('/2') + ask('/3', 'Connection: close\r\n'));
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect([...text.matchAll(/\r\n\r\n(\/\d)/g)].map((match) => match[1])).toEqual(['/1', '/2', '/3']);
  });
});
