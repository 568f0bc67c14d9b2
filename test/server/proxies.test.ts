/** `trustProxy`: what a request shows of its client, what is refused, and what nobody can make a server believe. */
import { describe, expect, it } from 'vitest';
import type { AccessEntry, ServerOptions } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { testServer } from '../helpers/server.ts';
import { untilEnd } from '../helpers/wire.ts';
import { site } from '../static/live/site.ts';

const folder = site({ 'a.txt': 'static' });

interface Asked {
  readonly status: number;
  readonly body: string;
}

async function asking(options: ServerOptions): Promise<{
  ask(...fields: string[]): Promise<Asked>;
  get(target: string, ...fields: string[]): Promise<Asked>;
  readonly heard: AccessEntry[];
}> {
  const heard: AccessEntry[] = [];
  const server = await testServer(
    {
      staticPaths: { '/s': folder },
      call: (req) => ({
        status: 200,
        body: [
          req.remoteAddress,
          req.REMOTE_ADDR,
          req.remotePort > 0,
          req.scheme,
          req['rook.url_scheme'],
          req.host,
        ].join(' '),
      }),
    },
    { onAccess: (entry) => heard.push(entry), ...options },
  );
  const get = async (target: string, ...fields: string[]): Promise<Asked> => {
    const head = `GET ${target} HTTP/1.1\r\nHost: own.example\r\nConnection: close\r\n`;
    const { responses } = await untilEnd(server.getPort(), [
      `${head}${fields.map((each) => `${each}\r\n`).join('')}\r\n`,
    ]);
    return { status: responses[0]?.status ?? 0, body: String(responses[0]?.body) };
  };
  return { ask: (...fields) => get('/', ...fields), get, heard };
}

const SPOOF = ['X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: else.example'];
const OWN = '127.0.0.1 127.0.0.1 true http http own.example';
const TOLD = '1.2.3.4 1.2.3.4 false https https else.example';

describe('without trustProxy', () => {
  it.each([undefined, false] as const)('nobody is believed, and nothing is refused (%s)', async (trustProxy) => {
    const on = await asking(trustProxy === undefined ? {} : { trustProxy });
    expect(await on.ask(...SPOOF)).toEqual({ status: 200, body: OWN });
    expect(await on.ask('Forwarded: malformed', ...SPOOF)).toEqual({ status: 200, body: OWN });
    await eventually(() => on.heard.map(({ remoteAddress }) => remoteAddress)).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});

describe('with trustProxy', () => {
  it.each([1, 'loopback', '10.0.0.0/8, 127.0.0.1', ['127.0.0.0/8'], ['uniquelocal', 'loopback']] as const)(
    '%j the proxy is believed, in the log, too',
    async (trustProxy) => {
      const on = await asking({ trustProxy });
      expect(await on.ask(...SPOOF)).toEqual({ status: 200, body: TOLD });
      expect(await on.ask('Forwarded: for=1.2.3.4;proto=https;host=else.example')).toEqual({ status: 200, body: TOLD });
      expect(await on.ask()).toEqual({ status: 200, body: OWN });
      expect(await on.get('/s/a.txt', 'X-Forwarded-For: 5.6.7.8')).toEqual({ status: 200, body: 'static' });
      await eventually(() => on.heard.map(({ remoteAddress }) => remoteAddress)).toEqual([
        '1.2.3.4',
        '1.2.3.4',
        '127.0.0.1',
        '5.6.7.8',
      ]);
    },
  );

  it('what a client has sent ahead of the proxy is not believed, in one field or in two', async () => {
    const on = await asking({ trustProxy: 1 });
    const found = { status: 200, body: '1.2.3.4 1.2.3.4 false http http own.example' };
    expect(await on.ask('X-Forwarded-For: 127.0.0.1, 1.2.3.4')).toEqual(found);
    expect(await on.ask('X-Forwarded-For: 127.0.0.1', 'X-Forwarded-For: 1.2.3.4')).toEqual(found);
    expect(await on.ask('Forwarded: for=127.0.0.1;proto=https', 'Forwarded: for=1.2.3.4')).toEqual(found);
  });

  it('a peer with another address is not believed, and not refused', async () => {
    const on = await asking({ trustProxy: ['10.0.0.0/8', '::1'] });
    expect(await on.ask(...SPOOF)).toEqual({ status: 200, body: OWN });
    expect(await on.ask('Forwarded: malformed', ...SPOOF)).toEqual({ status: 200, body: OWN });
  });

  it('what contradicts itself, or cannot be read, is refused, for files as well', async () => {
    const on = await asking({ trustProxy: 1 });
    for (const fields of [
      ['Forwarded: for=6.6.6.6', 'X-Forwarded-For: 1.2.3.4'],
      ['X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Proto: http', 'X-Forwarded-Proto: https'],
      ['X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Host: a, b'],
      ['X-Forwarded-For: <script>'],
      ['Forwarded: for="1.2.3.4'],
    ]) {
      expect((await on.ask(...fields)).status, fields.join()).toBe(400);
      expect((await on.get('/s/a.txt', ...fields)).status).toBe(400);
    }
    await eventually(() => on.heard.length).toBe(10);
    expect(new Set(on.heard.map(({ remoteAddress }) => remoteAddress))).toEqual(new Set(['127.0.0.1']));
  });
});

it.each([true, 0, -1, 1.5, {}, ['localhost'], ['10.0.0.0/33'], [5], 'anybody'])(
  '%j is no such option',
  async (trustProxy) => {
    await expect(testServer({}, { trustProxy: trustProxy as never })).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  },
);
