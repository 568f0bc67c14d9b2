/** Handing an accepted connection over to a socket that reads into given memory, and what happens where that fails. */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketOwner } from '../../src/node/net-socket.ts';

/** Fresh modules each time, because a failure is remembered for the process. */
let fastRead: typeof import('../../src/node/fast-read.ts');
let netSocket: typeof import('../../src/node/net-socket.ts');
let server: net.Server;
/** What is closed behind each test. */
const sockets: { destroy(): unknown }[] = [];

beforeEach(async () => {
  vi.resetModules();
  fastRead = await import('../../src/node/fast-read.ts');
  netSocket = await import('../../src/node/net-socket.ts');
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

interface Handle {
  useUserBuffer?: unknown;
  reading?: boolean;
}

/** The undocumented handle of an accepted socket. */
const handleOf = (socket: Socket): Handle & { [name: string]: unknown } =>
  (socket as unknown as { _handle: Handle & { [name: string]: unknown } })._handle;

/** A client and the socket that was accepted for it, not yet reading. */
async function accepted(paused = true): Promise<{ client: Socket; shell: Socket }> {
  server = net.createServer({ allowHalfOpen: true, pauseOnConnect: paused });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return another();
}

/** A further client of the same server. */
async function another(): Promise<{ client: Socket; shell: Socket }> {
  const { port } = server.address() as AddressInfo;
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  const [[shell]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], unknown];
  sockets.push(client, shell);
  return { client, shell };
}

/** What a socket said, and a way to wait for it. */
class Listening implements SocketOwner {
  readonly said: string[] = [];
  text = '';
  #wake: (() => void) | null = null;

  data(chunk: Uint8Array): boolean {
    this.say('data', Buffer.from(chunk).toString('latin1'));
    return false;
  }
  landed(memory: Uint8Array, length: number): void {
    this.say('landed', Buffer.from(memory.subarray(0, length)).toString('latin1'));
  }
  memory(): Uint8Array {
    return nextBuffer();
  }
  ended(): void {
    this.say('ended');
  }
  drained(): void {
    this.say('drained');
  }
  closed(): void {
    this.say('closed');
  }
  say(what: string, text = ''): void {
    this.text += text;
    if (this.said.at(-1) !== what) this.said.push(what);
    this.#wake?.();
  }
  async until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const memory = Buffer.alloc(16);
const nextBuffer = (): Uint8Array => memory;

function listenTo(shell: Socket): { port: InstanceType<typeof netSocket.NetSocket>; owner: Listening } {
  const port = netSocket.NetSocket.reading(shell, nextBuffer());
  sockets.push(port);
  const owner = new Listening();
  port.attach(owner);
  return { port, owner };
}

describe('a connection that was handed over', () => {
  it('reads into the given memory, piece by piece, and says nothing else', async () => {
    const { client, shell } = await accepted();
    const { owner } = listenTo(shell);
    client.write('abcdefghijklmnopqrstuvwxyz'.repeat(4));
    await owner.until(() => owner.text.length === 104);
    expect(owner.text).toBe('abcdefghijklmnopqrstuvwxyz'.repeat(4));
    expect(owner.said).toEqual(['landed']);
    expect(memory.toString('latin1')).toMatch(/^[a-z]{16}$/);
  });

  it('hears what is its own while others are read, whether it was accepted before the first read or later', async () => {
    const all = [await accepted(), await another()].map(({ client, shell }) => ({ client, ...listenTo(shell) }));
    for (const [index, { client, owner }] of all.entries()) {
      client.write(`early ${index}`);
      await owner.until(() => owner.text !== '');
    }
    const late = await another();
    all.push({ client: late.client, ...listenTo(late.shell) });
    for (const [index, { client }] of all.entries()) client.write(`late ${index}`);
    await Promise.all(all.map(({ owner }, index) => owner.until(() => owner.text.endsWith(`late ${index}`))));
    expect(all.map(({ owner }) => owner.text)).toEqual(['early 0late 0', 'early 1late 1', 'late 2']);
  });

  it('knows its addresses, writes, and tells of FIN, after which it still writes', async () => {
    const { client, shell } = await accepted();
    const { port, owner } = listenTo(shell);
    expect(port.remotePort).toBe(client.localPort);
    expect(port.localPort).toBe(client.remotePort);
    expect(port.remoteAddress).toBe('127.0.0.1');
    client.end('last');
    await owner.until(() => owner.said.includes('ended'));
    expect(owner.text).toBe('last');
    port.write('still here');
    port.end();
    const [bytes] = (await once(client, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('still here');
    await owner.until(() => owner.said.includes('closed'));
    expect(owner.said).toEqual(['landed', 'ended', 'closed']);
  });

  it('stops reading at once when it is paused while it tells of bytes, and goes on where it was', async () => {
    const { client, shell } = await accepted();
    const { port, owner } = listenTo(shell);
    const landed = owner.landed.bind(owner);
    owner.landed = (bytes, length) => {
      landed(bytes, length);
      port.pause();
    };
    client.write('x'.repeat(16) + 'y'.repeat(16) + 'z'.repeat(8));
    await owner.until(() => owner.text.length >= 16);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(owner.text).toBe('x'.repeat(16));
    port.resume();
    await owner.until(() => owner.text.length >= 32);
    port.resume();
    await owner.until(() => owner.text.length >= 40);
    expect(owner.text).toBe('x'.repeat(16) + 'y'.repeat(16) + 'z'.repeat(8));
  });

  it('is closed by a reset, and its server then counts it no more', async () => {
    const { client, shell } = await accepted();
    const { owner } = listenTo(shell);
    client.resetAndDestroy();
    await owner.until(() => owner.said.includes('closed'));
    expect(owner.said).toEqual(['closed']);
    const count = await new Promise((resolve) => server.getConnections((_error, n) => resolve(n)));
    expect(count).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is counted by its server while it is open, and lets it close when it is destroyed', async () => {
    const { shell } = await accepted();
    const { port, owner } = listenTo(shell);
    const count = await new Promise((resolve) => server.getConnections((_error, n) => resolve(n)));
    expect(count).toBe(1);
    const closed = new Promise((resolve) => server.close(resolve));
    port.destroy();
    await closed;
    await owner.until(() => owner.said.length > 0);
    expect(owner.said).toEqual(['closed']);
  });

  it('tells of bytes that its runtime delivers in the usual way after all', async () => {
    const { client, shell } = await accepted();
    const socket = fastRead.handOver(shell, nextBuffer());
    if (socket === null) throw new Error('not handed over');
    const owner = new Listening();
    new netSocket.NetSocket(socket).attach(owner);
    socket.push('by push');
    await owner.until(() => owner.text !== '');
    expect(owner.said).toEqual(['data']);
    client.destroy();
    socket.destroy();
  });
});

describe('a connection that cannot be handed over', () => {
  async function expectUsual(client: Socket, owner: Listening): Promise<void> {
    client.end('in the usual way');
    await owner.until(() => owner.said.includes('ended'));
    expect(owner.text).toBe('in the usual way');
    expect(owner.said).toEqual(['data', 'ended']);
  }

  it('is left as it was by a runtime whose handles cannot read into given memory', async () => {
    const { client, shell } = await accepted();
    const handle = handleOf(shell);
    Object.defineProperty(handle, 'useUserBuffer', { value: undefined });
    const { owner } = listenTo(shell);
    expect(handleOf(shell)).toBe(handle);
    await expectUsual(client, owner);
    expect(fastRead.canReadFast()).toBe(true);
  });

  it('is left as it was when it has begun to read', async () => {
    const { client, shell } = await accepted(false);
    const { owner } = listenTo(shell);
    await expectUsual(client, owner);
  });

  it('is left as it was by a runtime that does not tell which server counts it', async () => {
    const { client, shell } = await accepted();
    const handle = handleOf(shell);
    const { _server: counting } = shell as { _server?: unknown };
    Object.assign(shell, { _server: undefined });
    const { owner } = listenTo(shell);
    expect(handleOf(shell)).toBe(handle);
    Object.assign(shell, { _server: counting });
    await expectUsual(client, owner);
    expect(fastRead.canReadFast()).toBe(true);
  });

  it('is left as it was when it is encrypted', async () => {
    const { client, shell } = await accepted();
    Object.defineProperty(shell, 'encrypted', { value: true });
    const { owner } = listenTo(shell);
    await expectUsual(client, owner);
  });

  it.each([
    ['early', 'getAsyncId'],
    ['late', 'useUserBuffer'],
  ])('gets its handle back when making the new socket fails %s, and no other is tried', async (_when, method) => {
    const { client, shell } = await accepted();
    const handle = handleOf(shell);
    Object.defineProperty(handle, method, {
      configurable: true,
      value: () => {
        throw new Error('not in this version');
      },
    });
    const { owner } = listenTo(shell);
    Reflect.deleteProperty(handle, method);
    expect(handleOf(shell)).toBe(handle);
    expect(fastRead.canReadFast()).toBe(false);
    await expectUsual(client, owner);
    shell.destroy();
    await new Promise((resolve) => server.close(resolve));

    const next = await accepted();
    expect(fastRead.handOver(next.shell, nextBuffer())).toBeNull();
    await expectUsual(next.client, listenTo(next.shell).owner);
  });
});
