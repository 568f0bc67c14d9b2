/** The parser's instance fails and is replaced, and its memory with it, while sockets still read into the old one. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ConnHost } from '../../src/node/conn-host.ts';
import type { BodyState, HeadMemory, Peer } from '../../src/node/link.ts';
import { type Listener, listen } from '../../src/node/listener.ts';
import { HttpMachine } from '../../src/parser/machine.ts';
import { type HttpuvExports, instantiateHttpuv } from '../../src/wasm/httpuv.ts';
import { FakeApp, Rig, text } from '../helpers/conn-rig.ts';
import { get } from '../helpers/requests.ts';

/** Answers every request with its target. */
class Echo extends FakeApp {
  host: ConnHost | null = null;

  override request(
    server: number,
    connection: number,
    request: number,
    memory: HeadMemory,
    at: number,
    headAt: number,
    peer: Peer,
    body: BodyState,
  ): void {
    super.request(server, connection, request, memory, at, headAt, peer, body);
    const target = this.told.at(-1)?.detail ?? '';
    setImmediate(() => {
      this.host?.respond(connection, request, text(target), false);
      this.host?.flush();
    });
  }
}

/** Instances that fail on a target that begins with `/trap`. */
function fragile(): HttpuvExports {
  const wasm = instantiateHttpuv();
  const bytes = Buffer.from(wasm.memory.buffer);
  const region = bytes.readUInt32LE(wasm.hv_window(0) + 16);
  return {
    ...wasm,
    hv_feed(start, end) {
      if (bytes.subarray(region + start, region + end).includes('/trap'))
        throw new WebAssembly.RuntimeError('unreachable');
      return wasm.hv_feed(start, end);
    },
  };
}

const clients: Socket[] = [];
let listener: Listener | undefined;
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await listener?.close();
});

it('costs the connection that met it; the others go on, also in the middle of a head', async () => {
  const app = new Echo();
  const machine = new HttpMachine('request', fragile);
  const host = new ConnHost(app, undefined, undefined, machine);
  app.host = host;
  const rig = new Rig();
  listener = await listen(host, rig.server, { kind: 'tcp', host: '127.0.0.1', port: 0 }, Number.POSITIVE_INFINITY);
  const { port } = listener;
  const open = async (): Promise<Socket> => {
    const client = connect({ port, host: '127.0.0.1' });
    clients.push(client);
    client.on('error', () => {});
    await once(client, 'connect');
    return client;
  };
  const ask = async (client: Socket, bytes: string, last: string): Promise<void> => {
    client.write(bytes);
    let got = '';
    while (!got.endsWith(last)) got += String(((await once(client, 'data')) as [Buffer])[0]);
    expect(got).toBe(`HTTP/1.1 200 OK\r\nContent-Length: ${last.length}\r\n\r\n${last}`);
  };

  const [idle, inHead, victim] = [await open(), await open(), await open()];
  await ask(idle, get('/a'), '/a');
  await ask(inHead, `${get('/b')}GET /in-he`, '/b');
  const before = { memory: machine.bytes.buffer, region: host.nextBuffer() };

  const gone = once(victim, 'close');
  victim.write(get('/trap'));
  await gone;
  expect(rig.logged).toEqual(['the parser failed on the input of a connection, which is closed']);
  expect(machine.bytes.buffer).not.toBe(before.memory);
  expect(host.nextBuffer().buffer).toBe(machine.bytes.buffer);
  expect(host.nextBuffer()).not.toBe(before.region);

  // The first read of each still lands in the old memory, the second one in the new.
  before.region.fill(0);
  await ask(idle, get('/c'), '/c');
  await ask(inHead, 'ad HTTP/1.1\r\nHost: h\r\n\r\n', '/in-head');
  expect(before.region.toString('latin1')).toMatch(/^ad HTTP/);
  before.region.fill(0);
  await ask(idle, get('/d'), '/d');
  await ask(inHead, get('/e'), '/e');
  await ask(await open(), get('/f'), '/f');
  expect(before.region.every((byte) => byte === 0)).toBe(true);
  expect(app.log.filter((line) => line.startsWith('request'))).toEqual(
    ['/a', '/b', '/c', '/in-head', '/d', '/e', '/f'].map((target) => `request ${target}`),
  );
});
