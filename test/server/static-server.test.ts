/** A server for one folder in one call: ports, words and errors as in R, in the foreground and in the background. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  interrupt,
  later,
  listServers,
  runStaticServer,
  type StaticServerOptions,
  type WebServer,
} from '../../src/index.ts';
import { mode } from '../helpers/io-mode.ts';
import { makeSite, SITE } from '../helpers/site.ts';
import { holdUsualPort, ownUsualPort } from '../helpers/usual-port.ts';
import { untilEnd } from '../helpers/wire.ts';

let site: ReturnType<typeof makeSite>;
beforeAll(() => {
  site = makeSite();
});
afterAll(() => site.remove());

/** A server in the background for the running test, and what it said. */
async function inBackground(options: StaticServerOptions = {}): Promise<{ server: WebServer; said: string[] }> {
  const said: string[] = [];
  const logger = (_level: string, line: string): void => {
    said.push(line);
  };
  const server = await runStaticServer(site.folder, { io: mode, logger, ...options, background: true });
  onTestFinished(() => server.stop());
  return { server, said };
}

/** Status and body of an answer, over a connection of its own: on one port several servers follow each other. */
async function got(server: WebServer, path: string): Promise<[number | undefined, string | undefined]> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const [response] = (await untilEnd(server.getPort(), [request])).responses;
  return [response?.status, response?.body.toString()];
}

/** A port of somebody else, and what gives it back. */
async function takenPort(): Promise<{ port: number; free: () => Promise<unknown> }> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const free = (): Promise<unknown> => new Promise((resolve) => other.close(resolve));
  onTestFinished(async () => void (await free()));
  const address = other.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, free };
}

/** A port that is free. */
async function freePort(): Promise<number> {
  const { port, free } = await takenPort();
  await free();
  return port;
}

describe('runStaticServer in the background', () => {
  it('takes port 7446, says where it is, and serves', async () => {
    onTestFinished(await ownUsualPort());
    const { server, said } = await inBackground();
    expect(said).toEqual([`Serving: '${site.folder}'`, 'View at: http://127.0.0.1:7446']);
    expect([server.getPort(), server.getHost(), server.io]).toEqual([7446, '127.0.0.1', mode]);
    expect(await got(server, '/')).toEqual([200, SITE['index.html']]);
    expect(await got(server, '/nothing')).toEqual([404, '404 Not Found\n']);
  });

  it('takes another port when that is taken, and both serve', async () => {
    onTestFinished(await ownUsualPort());
    const first = await inBackground();
    const second = await inBackground();
    expect(first.server.getPort()).toBe(7446);
    expect(second.server.getPort()).not.toBe(7446);
    expect(second.said[1]).toBe(`View at: http://127.0.0.1:${second.server.getPort()}`);
    for (const { server } of [first, second]) expect(await got(server, '/')).toEqual([200, SITE['index.html']]);
  });

  it('passes options on, those of static paths and those of servers', async () => {
    onTestFinished(await holdUsualPort());
    const { server } = await inBackground({ headers: { 'X-Own': 'a' }, listing: true, allowedHosts: ['127.0.0.1'] });
    const answer = await fetch(`${server.url}/listed/`);
    expect([answer.status, answer.headers.get('x-own')]).toEqual([200, 'a']);
    expect((await fetch(`http://localhost:${server.getPort()}/`).catch(() => ({ status: 421 }))).status).toBe(421);
  });

  it('lists a folder that was asked for without a slash by links that lead into it', async () => {
    onTestFinished(await holdUsualPort());
    const { server } = await inBackground({ listing: true });
    for (const asked of ['/listed', '/listed/', '/listed/sub', '/listed/sub/?sort=size']) {
      const page = await (await fetch(server.url + asked)).text();
      const links = Array.from(page.matchAll(/ href="([^"?][^"]*)"/g), ([, link = '']) =>
        link.replaceAll('&amp;', '&'),
      );
      const targets = links
        .filter((link) => !link.startsWith('data:'))
        .map((link) => new URL(link, server.url + asked));
      expect(targets.length).toBeGreaterThan(1);
      for (const target of targets)
        expect([target.pathname, (await fetch(target)).status]).toEqual([target.pathname, 200]);
    }
  });

  it('says nothing when it is quiet', async () => {
    onTestFinished(await holdUsualPort());
    expect((await inBackground({ quiet: true })).said).toEqual([]);
  });
});

describe('runStaticServer in the foreground', () => {
  it('runs until it is interrupted, on the port that is given, and stops its server', async () => {
    const port = await freePort();
    const said: string[] = [];
    const logger = (_level: string, line: string): void => {
      said.push(line);
    };
    const running = runStaticServer(site.folder, { port, io: mode, logger });
    await expect.poll(() => said.length).toBe(3);
    expect(said).toEqual([
      `Serving: '${site.folder}'`,
      `View at: http://127.0.0.1:${port}`,
      'Press Ctrl + C to stop the server',
    ]);
    expect((await fetch(`http://127.0.0.1:${port}/add.wasm`)).status).toBe(200);
    later(() => interrupt());
    expect(await running).toBe(true);
    expect(listServers()).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it('ends with its signal', async () => {
    const end = new AbortController();
    const running = runStaticServer(site.folder, {
      port: await freePort(),
      io: mode,
      signal: end.signal,
      logger: (_level, line) => line.startsWith('Press') && end.abort(),
    });
    expect(await running).toBe(true);
  });
});

describe('arguments of runStaticServer', () => {
  it.each<[string, unknown]>([
    ['0', 0],
    ['a fraction', 80.5],
    ['too much', 74_469],
    ['a text', '1234'],
    ['several', [700, 701]],
    ['no number', Number.NaN],
  ])('a port that is %s is refused', async (_what, port) => {
    const options = { port, io: mode, background: true } as StaticServerOptions;
    await expect(runStaticServer(site.folder, options)).rejects.toMatchObject({
      code: 'HV_BAD_OPTION',
      message: 'option port must be a whole number from 1 to 65535',
    });
  });

  it('a port that is taken is named, and the reason is told', async () => {
    const { port } = await takenPort();
    for (const background of [true, false]) {
      await expect(runStaticServer(site.folder, { port, io: mode, background })).rejects.toMatchObject({
        code: 'HV_NO_PORT',
        message: `Port ${port} is not available on host 127.0.0.1`,
        cause: { code: 'EADDRINUSE' },
      });
    }
    expect(listServers()).toEqual([]);
  });

  it('a folder that does not exist, and a host that is none, are the errors of the system', async () => {
    await expect(runStaticServer(`${site.folder}/nothing`, { io: mode })).rejects.toMatchObject({ code: 'ENOENT' });
    const host = '192.0.2.1';
    await expect(runStaticServer(site.folder, { host, io: mode })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('options that are none are refused', async () => {
    const wrong = { indexHtm: true } as StaticServerOptions;
    await expect(runStaticServer(site.folder, wrong)).rejects.toThrow(/indexHtm.*did you mean indexHtml/);
    const loud = { browse: 'yes' } as unknown as StaticServerOptions;
    await expect(runStaticServer(site.folder, loud)).rejects.toThrow('option browse must be true or false');
  });
});
