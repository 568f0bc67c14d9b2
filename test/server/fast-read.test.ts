/** The option `fastRead`: who reads how, and that a server can be stopped either way. */
import { connect, type Socket } from 'node:net';
import { beforeEach, expect, it, vi } from 'vitest';
import type { App, ServerOptions } from '../../src/index.ts';
import { post } from '../helpers/requests.ts';
import { serve, startPipeServer, startServer, testServer } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';

/** Of each connection that was tried, whether it was handed over. */
const tried: boolean[] = vi.hoisted(() => []);

vi.mock('../../src/node/fast-read.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/node/fast-read.ts')>();
  const handOver: typeof original.handOver = (...args) => {
    const socket = original.handOver(...args);
    tried.push(socket !== null);
    return socket;
  };
  return { ...original, handOver };
});

beforeEach(() => {
  tried.length = 0;
});

const app: App = { call: (req) => ({ status: 200, body: `${req.path} ${req.text()}` }) };
const POST = post('/a', 'body');

it('is on, and connections of this runtime are handed over', async () => {
  const port = await serve(app);
  const wire = await Wire.open(port);
  await wire.send(POST);
  expect((await wire.answers(1)).map(({ body }) => body.toString())).toEqual(['/a body']);
  expect(tried).toEqual([true]);
  wire.close();
});

it('can be switched off for one server', async () => {
  const port = await serve(app, { fastRead: false });
  const wire = await Wire.open(port);
  await wire.send(POST);
  expect((await wire.answers(1)).map(({ body }) => body.toString())).toEqual(['/a body']);
  expect(tried).toEqual([]);
  wire.close();
});

it('is true or false', async () => {
  for (const fastRead of ['yes', 1, null]) {
    const options = { fastRead } as unknown as ServerOptions;
    await expect(startServer('127.0.0.1', 0, null, options)).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  }
});

it.skipIf(process.platform === 'win32')('holds for pipes too', async () => {
  const name = `/tmp/httpuv-fast-read-${process.pid}`;
  const pipe = await startPipeServer(name, null, app);
  const socket: Socket = connect(name);
  let got = '';
  socket.on('data', (bytes) => {
    got += String(bytes);
  });
  socket.write(POST.replace('HTTP/1.1\r\n', 'HTTP/1.1\r\nConnection: close\r\n'));
  await new Promise((resolve) => socket.on('close', resolve));
  expect(got).toMatch(/\r\n\r\n\/a body$/);
  expect(tried).toEqual([true]);
  await pipe.stop();
});

it.each([true, false])('%s: connections over the most are closed, and a closed one makes room', async (fastRead) => {
  const port = await serve(app, { fastRead, maxConnections: 1 });
  const first = await Wire.open(port);
  await first.send(POST);
  await first.answers(1);
  const second = await Wire.open(port);
  await second.until(() => second.ended !== 'open', 'end');
  expect(second.received.length).toBe(0);
  first.close();
  for (let answered = false; !answered; ) {
    const third = await Wire.open(port);
    await third.send(POST);
    answered = (await third.answers(1)).length === 1;
    third.close();
  }
});

it.each([true, false])('%s: stop() resolves when connections of every kind are closed', async (fastRead) => {
  const server = await testServer(app, { fastRead });
  const wires = await Promise.all(Array.from({ length: 4 }, () => Wire.open(server.getPort())));
  const [silent, answered, inHead, inBody] = wires as [Wire, Wire, Wire, Wire];
  await answered.send(POST);
  await answered.answers(1);
  await inHead.send('GET /');
  await inBody.send(POST.slice(0, -2));
  await server.stop();
  for (const wire of [silent, answered, inHead, inBody]) await wire.until(() => wire.ended !== 'open', 'end');
  expect(tried).toEqual(fastRead ? [true, true, true, true] : []);
});
