/** Starting, listing and stopping servers. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { later } from '../../src/later/index.ts';
import { listServers, stopAllServers, stopServer } from '../../src/server/servers.ts';
import type { App, ServerOptions } from '../../src/types.ts';
import { inlineHost } from '../helpers/inline-host.ts';
import { mode } from '../helpers/io-mode.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';
import { startServer } from '../helpers/server.ts';

const hello: App = { call: () => ({ status: 200, body: 'hello' }) };
const start = (app: App | null = hello, options?: ServerOptions) => startServer('127.0.0.1', 0, app, options);
const bodyOf = async (url: string): Promise<string> => (await fetch(url)).text();

afterEach(() => stopAllServers());

describe('startServer', () => {
  it('runs two servers at once, each with its own answers', async () => {
    const first = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'server 1' }));
    const second = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'server 2' }));
    expect(listServers()).toEqual([first, second]);
    expect([await bodyOf(first.url), await bodyOf(second.url)]).toEqual(['server 1', 'server 2']);
    await stopServer(first);
    expect(listServers()).toEqual([second]);
    expect(await bodyOf(second.url)).toBe('server 2');
    await stopAllServers();
    expect(listServers()).toEqual([]);
  });

  it('tells host, port and address', async () => {
    const server = await startServer('::/0', 0, hello);
    expect(server.getHost()).toBe('::/0');
    expect(server.getPort()).toBeGreaterThan(0);
    expect(server.url).toBe(`http://[::1]:${server.getPort()}`);
    expect(await bodyOf(server.url)).toBe('hello');
    expect(await bodyOf(`http://127.0.0.1:${server.getPort()}`)).toBe('hello');
  });

  it('resolves host names', async () => {
    const server = await startServer('localhost', 0, hello);
    expect(await bodyOf(server.url)).toBe('hello');
  });

  it('names host and port of one that is busy, and leaves it alone', async () => {
    const first = await start();
    const busy = startServer('127.0.0.1', first.getPort(), hello);
    await expect(busy).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(`127.0.0.1 port ${first.getPort()}`),
    });
    expect(listServers()).toEqual([first]);
    expect(await bodyOf(first.url)).toBe('hello');
  });

  it('says why it cannot listen on an address', async () => {
    await expect(startServer('192.0.2.1', 0, hello)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    await expect(startServer('no-such-host.invalid', 0, hello)).rejects.toMatchObject({
      message: expect.stringContaining('no-such-host.invalid'),
    });
  });

  it('refuses arguments that make no sense', async () => {
    const bad = expect.objectContaining({ code: 'HV_BAD_OPTION' });
    for (const port of [-1, 65_536, 1.5, Number.NaN, '80', null]) {
      await expect(startServer('127.0.0.1', port as number, hello)).rejects.toThrow(bad);
    }
    for (const host of ['', 5, null]) await expect(startServer(host as string, 0, hello)).rejects.toThrow(bad);
    for (const app of [5, 'app', { call: 5 }, { onHeaders: {} }, { onWSOpen: {} }, { handleProtocols: 5 }]) {
      await expect(startServer('127.0.0.1', 0, app as App)).rejects.toThrow(bad);
    }
    expect(listServers()).toEqual([]);
  });

  it('refuses static paths that are none', async () => {
    for (const name of ['staticPaths', 'staticPathOptions']) {
      await expect(start({ [name]: () => {} } as App)).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
    }
  });

  it('suggests the option that was meant', async () => {
    const options = { maxBodyByte: 5 } as ServerOptions;
    await expect(start(hello, options)).rejects.toMatchObject({
      code: 'HV_BAD_OPTION',
      message: expect.stringContaining('maxBodyBytes'),
    });
  });

  it('answers 404 without a call', async () => {
    for (const app of [null, {}]) {
      const answer = await fetch((await start(app)).url);
      expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([
        404,
        '404 Not Found\n',
        'text/plain',
      ]);
    }
  });

  it("accepts R's quiet in place of the options", async () => {
    const server = await startServer('127.0.0.1', 0, hello, true);
    expect(await bodyOf(server.url)).toBe('hello');
  });

  it('looks call up at each request', async () => {
    const app: App = { call: () => ({ status: 200, body: 'old' }) };
    const server = await start(app);
    expect(await bodyOf(server.url)).toBe('old');
    app.call = () => ({ status: 200, body: 'new' });
    expect(await bodyOf(server.url)).toBe('new');
  });

  it('closes connections beyond the most that it may have', async () => {
    const server = await start(hello, { maxConnections: 1 });
    const first = connect(server.getPort(), '127.0.0.1');
    await once(first, 'connect');
    const second = connect(server.getPort(), '127.0.0.1');
    second.on('error', () => {});
    await once(second, 'close');
    first.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const [chunk] = (await once(first, 'data')) as [Buffer];
    expect(chunk.toString('latin1')).toContain('hello');
    first.destroy();
  });
});

describe('stop', () => {
  it('cuts connections, frees the port at once and drops what is answered later', async () => {
    let answer: (() => void) | undefined;
    const server = await start({
      call: () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 200, body: 'late' });
        }),
    });
    const pending = fetch(server.url);
    pending.catch(() => {});
    while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
    const stopped = server.stop();
    expect(server.isRunning()).toBe(false);
    expect(listServers()).toEqual([]);
    await stopped;
    await expect(pending).rejects.toThrow();
    answer();
    const next = await startServer('127.0.0.1', server.getPort(), hello);
    expect(await bodyOf(next.url)).toBe('hello');
  });

  // In thread mode the connections are counted on the I/O thread, out of a test's sight.
  it.runIf(mode === 'inline')('leaves no connection behind', async () => {
    const server = await start();
    await bodyOf(server.url);
    await server.stop();
    await expect.poll(() => inlineHost().openConnections).toBe(0);
  });

  it('lets running requests finish within the grace time and closes idle connections', async () => {
    let answer: (() => void) | undefined;
    const server = await start({
      call: (req) =>
        req.path === '/idle'
          ? { status: 200 }
          : new Promise((resolve) => {
              answer = () => resolve({ status: 200, body: 'finished' });
            }),
    });
    const idle = connect(server.getPort(), '127.0.0.1');
    idle.write('GET /idle HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(idle, 'data');
    const pending = fetch(server.url);
    while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
    const stopped = server.stop({ graceMs: 20_000 });
    idle.resume();
    await once(idle, 'close');
    answer();
    const finished = await pending;
    expect([finished.headers.get('connection'), await finished.text()]).toEqual(['close', 'finished']);
    await stopped;
  });

  it('cuts what is not finished when the grace time is over', async () => {
    const server = await start({ call: () => new Promise(() => {}) });
    const pending = fetch(server.url);
    pending.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.stop({ graceMs: 10 });
    await expect(pending).rejects.toThrow();
  });

  it('may be repeated, and is called by a signal, by await using, and by stopServer', async () => {
    const aborter = new AbortController();
    const server = await start(hello, { signal: aborter.signal });
    aborter.abort();
    expect(server.isRunning()).toBe(false);
    await Promise.all([server.stop(), stopServer(server), server[Symbol.asyncDispose]()]);
    expect(() => stopServer({} as never)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    expect(() => server.stop({ graceMs: -1 })).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    expect(() => server.stop({ gracems: 5_000 } as object)).toThrow(/did you mean graceMs\?/);
    await expect(start(hello, { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('tells the app once, and survives a throw of it', async () => {
    const lines: string[] = [];
    let stops = 0;
    const server = await start(
      {
        onStop: () => {
          stops++;
          throw new Error('oops');
        },
      },
      { logger: (_level, message) => lines.push(message) },
    );
    await server.stop();
    await server.stop();
    expect(stops).toBe(1);
    expect(lines).toEqual([expect.stringContaining('oops')]);
  });

  it('lets onStop wait for the end of the connections, which is what it gets from a further stop', async () => {
    let seen = '';
    const server = await start({
      call: () => ({ status: 200, body: 'here' }),
      onStop: async () => {
        await server.stop();
        seen = `running: ${server.isRunning()}`;
      },
    });
    expect(await (await fetch(server.url)).text()).toBe('here');
    await server.stop();
    expect(seen).toBe('running: false');
  });

  it('lets the process end by itself', async () => {
    const program = fileURLToPath(new URL('../programs/two-servers.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: PATIENCE_MS });
    expect(stdout.trim().split('\n')).toEqual(['server 1, server 2 2', 'server 2 1', 'stopped 0']);
  });
});

describe('a task that throws', () => {
  it('does not keep answers from going out', async () => {
    const server = await start();
    const thrown: unknown[] = [];
    const keep = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => thrown.push(error));
    try {
      const asked = fetch(server.url);
      later(() => {
        throw new Error('of a plain task');
      });
      expect(await (await asked).text()).toBe('hello');
    } finally {
      for (const listener of keep) process.on('uncaughtException', listener);
    }
    expect(thrown).toEqual([expect.objectContaining({ message: 'of a plain task' })]);
  });
});
