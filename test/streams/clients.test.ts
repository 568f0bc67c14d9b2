/** Clients that go, that do not read, and that read slowly: streams hear of it. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ResponseBody } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { serve, testServer } from '../helpers/server.ts';
import { caughtUp, Wire } from '../helpers/wire.ts';

const CHUNK = Buffer.alloc(65_536, 'x');

/** What happened to a stream. */
class Fate {
  given = 0;
  hasEnded = false;
}

/** Endless streams that tell their fate. */
const ENDLESS: readonly [string, (fate: Fate) => ResponseBody][] = [
  [
    'a generator',
    function* (fate) {
      try {
        for (;;) {
          fate.given += CHUNK.length;
          yield CHUNK;
        }
      } finally {
        fate.hasEnded = true;
      }
    },
  ],
  [
    // Writes as short as these are not told of when they are over.
    'a generator of short texts',
    function* (fate) {
      try {
        for (;;) {
          fate.given += 10_000;
          yield 'x'.repeat(10_000);
        }
      } finally {
        fate.hasEnded = true;
      }
    },
  ],
  [
    'an async generator',
    async function* (fate) {
      try {
        for (;;) {
          await null;
          fate.given += CHUNK.length;
          yield CHUNK;
        }
      } finally {
        fate.hasEnded = true;
      }
    },
  ],
  [
    'a web stream',
    (fate) =>
      new ReadableStream({
        pull(controller) {
          fate.given += CHUNK.length;
          controller.enqueue(new Uint8Array(CHUNK));
        },
        cancel() {
          fate.hasEnded = true;
        },
      }),
  ],
  [
    'a Node stream',
    (fate) =>
      new Readable({
        read() {
          fate.given += CHUNK.length;
          this.push(CHUNK);
        },
        destroy(_error, done) {
          fate.hasEnded = true;
          done(null);
        },
      }),
  ],
];

/** Open descriptors of this process. */
const descriptors = (): number => readdirSync('/proc/self/fd').length;

describe.each(ENDLESS)('%s', (_, make) => {
  it('is given up, and its request aborted, within a second of the end of its client', async () => {
    const fate = new Fate();
    let signal: AbortSignal | null = null;
    let abortedAt = 0;
    const port = await serve({
      call(req) {
        signal = req.signal;
        signal.addEventListener('abort', () => {
          abortedAt = performance.now();
        });
        return { status: 200, body: make(fate) };
      },
    });
    const before = descriptors();
    using wire = await Wire.open(port);
    await wire.send(get('/'));
    await wire.until(() => wire.received.length > 1_000_000, 'a megabyte');
    const left = performance.now();
    wire.close();
    await eventually(() => [signal?.aborted, fate.hasEnded]).toEqual([true, true]);
    expect(abortedAt - left).toBeLessThan(1_000);
    expect((signal as AbortSignal | null)?.reason).toMatchObject({ code: 'HV_CLIENT_GONE' });
    await eventually(() => descriptors()).toBeLessThanOrEqual(before);
  });

  it('is asked for no more than a client takes, and for more when it takes more', async () => {
    const fate = new Fate();
    const port = await serve({ call: () => ({ status: 200, body: make(fate) }) });
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.pause();
    socket.write(get('/'));
    const isSteady = async (): Promise<number> => {
      for (;;) {
        const { given } = fate;
        await new Promise((resolve) => setTimeout(resolve, 200));
        if (given > 0 && given === fate.given) return given;
      }
    };
    // The kernel's buffers, and a window.
    const given = await isSteady();
    expect(given).toBeLessThan(16_777_216);
    expect(fate.hasEnded).toBe(false);
    let taken = 0;
    socket.on('data', (bytes) => {
      taken += bytes.length;
    });
    socket.resume();
    await eventually(() => taken > given && fate.given > given + 1_000_000).toBe(true);
    socket.destroy();
    await eventually(() => fate.hasEnded).toBe(true);
  });
});

it('a stream that waits for its first chunk is given up, too', async () => {
  let isCancelled = false;
  let isCalled = false;
  const port = await serve({
    call: () => ({
      status: 200,
      body: new ReadableStream({
        pull() {
          isCalled = true;
        },
        cancel() {
          isCancelled = true;
        },
      }),
    }),
  });
  using wire = await Wire.open(port);
  await wire.send(get('/'));
  await eventually(() => isCalled).toBe(true);
  wire.socket.resetAndDestroy();
  await eventually(() => isCancelled).toBe(true);
});

it('a client that takes nothing for long is cut, and the stream given up', async () => {
  const fate = new Fate();
  const make = ENDLESS[0]?.[1] as (fate: Fate) => ResponseBody; // It is there.
  const port = await serve({ call: () => ({ status: 200, body: make(fate) }) }, { writeTimeoutMs: 700 });
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  socket.on('error', () => {});
  socket.write(get('/'));
  await eventually(() => fate.hasEnded).toBe(true);
  socket.destroy();
});

it('a client that has ended its half gets the whole stream', async () => {
  const port = await serve({ call: () => ({ status: 200, body: Readable.from(['a', 'b', 'c']) }) });
  using wire = await Wire.open(port);
  await wire.send(get('/'));
  wire.halfClose();
  const [answer] = await wire.untilEnd();
  expect(answer?.body.toString()).toBe('abc');
});

it('a client that closed while nothing was sent is missed with the first piece that it does not take', async () => {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let hasAborted = false;
  const port = await serve({
    call(req) {
      req.signal.addEventListener('abort', () => {
        hasAborted = true;
      });
      async function* pieces() {
        yield 'one';
        await gate;
        yield 'two';
        await new Promise(() => {});
      }
      return { status: 200, body: pieces() };
    },
  });
  const wire = await Wire.open(port);
  await wire.send(get('/'));
  await wire.until(() => wire.received.includes('one'), 'the first piece');
  wire.close();
  await caughtUp(port);
  expect(hasAborted).toBe(false);
  open();
  await eventually(() => hasAborted).toBe(true);
});

it('streams of a server that is stopped are given up', async () => {
  const fate = new Fate();
  const make = ENDLESS[2]?.[1] as (fate: Fate) => ResponseBody; // It is there.
  const server = await testServer({ call: () => ({ status: 200, body: make(fate) }) });
  using wire = await Wire.open(server.getPort());
  await wire.send(get('/'));
  await wire.until(() => wire.received.length > 1_000_000, 'a megabyte');
  await server.stop();
  await eventually(() => fate.hasEnded).toBe(true);
});
