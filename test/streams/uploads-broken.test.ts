/** Bodies that break off while the app reads them: by their client, by a limit or by the clock. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AppRequest, ServerOptions } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';
import { head, Seen } from './seen.ts';

const CHUNKED = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';

async function place(options: ServerOptions = {}): Promise<{ port: number; seen: Seen }> {
  const seen = new Seen();
  const server = await testServer(
    {
      async call(req) {
        if (req.path === '/next') return { status: 200, body: 'next' };
        await seen.read(req);
        return { status: 200, body: seen.end };
      },
    },
    { bodyMode: 'stream', ...options },
  );
  return { port: server.getPort(), seen };
}

/** Open descriptors of this process. */
const descriptors = (): number => readdirSync('/proc/self/fd').length;

describe('a client that goes in the middle', () => {
  it.each([
    ['ends', (wire: Wire) => void wire.socket.destroy()],
    ['resets', (wire: Wire) => void wire.socket.resetAndDestroy()],
    ['ends its half', (wire: Wire) => wire.halfClose()],
  ])('aborts the request within a second, and leaves nothing open: it %s', async (_, leave) => {
    const { port, seen } = await place();
    const before = descriptors();
    using wire = await Wire.open(port);
    await wire.send(head(10_000_000), Buffer.alloc(1_000_000));
    await eventually(() => seen.bytes).toBe(1_000_000);
    const left = performance.now();
    leave(wire);
    await eventually(() => [seen.end, seen.reason]).toEqual(['HV_CLIENT_GONE', 'HV_CLIENT_GONE']);
    expect(seen.abortedAt - left).toBeLessThan(1_000);
    wire.close();
    await eventually(() => descriptors()).toBeLessThanOrEqual(before);
  });

  it.each(['stream', 'buffer'] as const)('aborts it although nobody reads, when it resets: %s', async (bodyMode) => {
    let reason = '';
    let left = 0;
    let after = 0;
    const wait = (req: AppRequest): Promise<never> =>
      new Promise(() => {
        reason = 'none';
        req.signal.addEventListener('abort', () => {
          after = performance.now() - left;
          reason = (req.signal.reason as { code: string }).code;
        });
      });
    const server = await testServer(bodyMode === 'stream' ? { call: wait } : { onHeaders: wait }, { bodyMode });
    using wire = await Wire.open(server.getPort());
    await wire.send(head(10_000), Buffer.alloc(1_000));
    await eventually(() => reason).toBe('none');
    left = performance.now();
    wire.socket.resetAndDestroy();
    await eventually(() => reason).toBe('HV_CLIENT_GONE');
    expect(after).toBeLessThan(1_000);
  });

  it('aborts a request whose body is kept before call runs', async () => {
    let signal: AbortSignal | null = null;
    const server = await testServer({
      onHeaders(req) {
        signal = req.signal;
      },
    });
    using wire = await Wire.open(server.getPort());
    await wire.send(head(10_000), Buffer.alloc(1_000));
    await eventually(() => signal).not.toBe(null);
    wire.close();
    await eventually(() => signal?.aborted).toBe(true);
  });

  it('ends the answer that is made of its body', async () => {
    let isCancelled = false;
    const server = await testServer(
      {
        call: (req) => ({
          status: 200,
          body: req.stream().pipeThrough(
            new TransformStream({
              transform: (part, controller) => controller.enqueue(part),
            }),
          ),
        }),
        onHeaders(req) {
          req.signal.addEventListener('abort', () => {
            isCancelled = true;
          });
        },
      },
      { bodyMode: 'stream' },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(head(10_000), Buffer.alloc(1_000));
    await wire.until(() => wire.received.length > 1_000, 'the first part');
    wire.socket.resetAndDestroy();
    await eventually(() => isCancelled).toBe(true);
  });
});

describe('limits and time-outs act as for bodies that are kept', () => {
  const refused = async (
    options: ServerOptions,
    bytes: readonly (string | Buffer)[],
    isRead = true,
  ): Promise<[number, string, string]> => {
    const { port, seen } = await place(options);
    using wire = await Wire.open(port);
    await wire.send(...bytes);
    const [answer] = await wire.untilEnd();
    // The answer may be there before the app has heard why.
    if (isRead) await eventually(() => seen.reason).not.toBe('');
    return [answer?.status ?? 0, seen.end, seen.reason];
  };

  it('a body that comes too slowly', async () => {
    expect(await refused({ requestTimeoutMs: 500 }, [head(10), 'abc'])).toEqual([
      408,
      'HV_BODY_TIMEOUT',
      'HV_BODY_TIMEOUT',
    ]);
  });

  it('a body that is announced too long never reaches the app', async () => {
    expect(await refused({ maxBodyBytes: 10 }, [head(11)], false)).toEqual([413, '', '']);
  });

  it('a body of exactly the limit, and one of a byte more, in chunks', async () => {
    const { port, seen } = await place({ maxBodyBytes: 10 });
    using wire = await Wire.open(port);
    await wire.send(CHUNKED, '9\r\n123456789\r\n', '1\r\n0\r\n0\r\n\r\n');
    await wire.answers(1);
    expect([seen.end, seen.bytes]).toEqual(['whole', 10]);
    const many = [CHUNKED, '9\r\n123456789\r\n', '2\r\n01\r\n'];
    expect(await refused({ maxBodyBytes: 10 }, many)).toEqual([413, 'HV_BODY_TOO_LARGE', 'HV_BODY_TOO_LARGE']);
  });

  it('a chunk that is none', async () => {
    expect(await refused({}, [CHUNKED, '3\r\nabc\r\n', 'x\r\n'])).toEqual([
      400,
      'HV_BAD_CHUNK_SIZE',
      'HV_BAD_CHUNK_SIZE',
    ]);
  });

  it('what breaks behind the head of an answer ends the connection behind the answer', async () => {
    let failure = '';
    const server = await testServer(
      {
        call: (req) => ({
          status: 200,
          body: (async function* () {
            yield 'begin ';
            try {
              for await (const part of req.stream()) yield part;
            } catch (error) {
              failure = (error as { code: string }).code;
            }
            yield ' end';
          })(),
        }),
      },
      { bodyMode: 'stream' },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(CHUNKED, '3\r\nabc\r\n');
    await wire.until(() => wire.received.includes('abc'), 'the first part');
    await wire.send('x\r\n', get('/next'));
    const answers = await wire.untilEnd();
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual([[200, 'begin abc end']]);
    expect(failure).toBe('HV_BAD_CHUNK_SIZE');
  });

  it('the clock stands while the app does not read', async () => {
    let goOn = (): void => {};
    const later = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await testServer(
      {
        async call(req) {
          await later;
          let text = '';
          for await (const part of req.stream()) text += Buffer.from(part).toString();
          return { status: 200, body: text };
        },
      },
      { bodyMode: 'stream', requestTimeoutMs: 700 },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(head(3), 'abc');
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    goOn();
    expect((await wire.answers(1)).map(({ status, body }) => [status, body.toString()])).toEqual([[200, 'abc']]);
  });
});
