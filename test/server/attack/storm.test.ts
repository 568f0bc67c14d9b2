/** Clients that come, send anything and leave in any way, at once and for seconds: nothing of them stays behind. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { App, AppResponse, WebServer } from '../../../src/index.ts';
import { spoolFileBytes } from '../../../src/node/spool.ts';
import { inlineHost } from '../../helpers/inline-host.ts';
import { mode } from '../../helpers/io-mode.ts';
import { PATIENCE_MS } from '../../helpers/patience.ts';
import { get } from '../../helpers/requests.ts';
import { startServer, testServer } from '../../helpers/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'httpuv-storm-'));
const large = join(directory, 'large');
writeFileSync(large, Buffer.alloc(4_000_000, 'large'));
const servers: WebServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The same numbers in every run. */
let seed = 1;
function below(n: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % n;
}

async function until(holds: () => boolean, ms = PATIENCE_MS): Promise<void> {
  for (const end = Date.now() + ms; !holds() && Date.now() < end; ) await sleep(10);
}

function client(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => resolve(socket));
    socket.once('connect', () => resolve(socket));
  });
}

/** Where the descriptors of this process lead that are sockets or files; the I/O thread shares them. */
function descriptors(): { fd: string; target: string }[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith('socket:') || target.startsWith(tmpdir()) ? [{ fd, target }] : [];
    } catch {
      return []; // The one that was open to read the list.
    }
  });
}

/** Bytes of the temporary files that have no name any more. */
function spooledBytes(): number {
  const unnamed = descriptors().filter(({ target }) => target.endsWith(' (deleted)'));
  return unnamed.reduce((sum, { fd }) => sum + statSync(`/proc/self/fd/${fd}`).size, 0);
}

const answers: (() => void)[] = [];
const answerLater = (response: AppResponse | null): Promise<AppResponse> =>
  new Promise((resolve) => {
    answers.push(() => resolve(response as AppResponse));
  });

function anything(): AppResponse | Promise<AppResponse> {
  switch (below(5)) {
    case 0:
      return { status: 200, body: { file: large } };
    case 1:
      return answerLater({ status: 200, body: 'later' });
    case 2:
      return answerLater({ status: 200, body: 'y'.repeat(500_000) });
    case 3:
      throw new Error('no');
    default:
      return { status: 200, body: 'now' };
  }
}

const upload = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n';
const chunked = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n';
const MESSAGES = [
  () => get('/').repeat(1 + below(20)),
  () => upload + 'x'.repeat(below(2) === 0 ? 20_000 : below(20_000)),
  () => `${chunked}3000\r\n${'x'.repeat(0x3000)}\r\n${['0\r\n\r\n', 'zz\r\n', ''][below(3)]}`,
  () => 'GET / HT',
];

async function visit(port: number): Promise<void> {
  const socket = await client(port);
  if (below(2) === 0) socket.resume();
  for (let messages = below(4); messages >= 0; messages--) {
    socket.write(MESSAGES[below(MESSAGES.length)]?.() ?? '');
    await sleep(below(10));
  }
  answers.splice(below(answers.length + 1), 1)[0]?.();
  const ends = below(3) === 0;
  if (ends) socket.end(below(2) === 0 ? 'garbage\r\n\r\n' : '');
  await sleep(below(10));
  // Node cannot reset a socket while its FIN waits behind unsent bytes: it would keep the descriptor for ever.
  if (!ends && below(2) === 0) socket.resetAndDestroy();
  else socket.destroy();
}

describe.skipIf(process.platform !== 'linux')('after a storm', () => {
  it('no connection, descriptor, temporary file or byte in flight is left', async () => {
    const onHeaders: App['onHeaders'] = () => [null, answerLater(null), { status: 403 }][below(3)] ?? null;
    for (const app of [{ call: anything }, { call: anything, onHeaders }]) {
      servers.push(await startServer('127.0.0.1', 0, app, { logger: () => {}, spoolBytes: 1_000, maxPipelined: 4 }));
    }
    const before = descriptors().length;
    for (const end = Date.now() + 3_000; Date.now() < end; ) {
      const visits = Array.from({ length: 30 }, (_, i) => visit(servers[i % 2]?.getPort() ?? 0));
      await Promise.all(visits);
    }
    // Answering lets further requests of the same connections in.
    await until(() => {
      for (const answer of answers.splice(0)) answer();
      return descriptors().length <= before;
    });
    await sleep(50);
    for (const answer of answers.splice(0)) answer();
    await sleep(50);
    expect(descriptors().length).toBeLessThanOrEqual(before);
    expect(spooledBytes()).toBe(0);
    expect(spoolFileBytes()).toBe(0);
    // In thread mode the I/O side counts where a test cannot look.
    if (mode === 'inline') expect([inlineHost().openConnections, inlineHost().budget.inFlight]).toEqual([0, 0]);
  });

  it('a body that the app neither answers nor remembers is given back when its client has gone', async () => {
    let isCalled = false;
    const call = (): Promise<AppResponse> => {
      isCalled = true;
      return new Promise(() => {});
    };
    const server = await testServer({ call }, { spoolBytes: 1_000 });
    const before = descriptors().length;
    const socket = await client(server.getPort());
    socket.write(upload + 'x'.repeat(20_000));
    await until(() => isCalled);
    expect(spooledBytes()).toBe(20_000);
    socket.resetAndDestroy();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await until(() => {
      collect();
      return descriptors().length <= before;
    });
    expect(descriptors().length).toBeLessThanOrEqual(before);
    expect(spooledBytes()).toBe(0);
    expect(spoolFileBytes()).toBe(0);
  });
});
