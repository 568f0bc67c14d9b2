/** What onHeaders decides before a body is read, over a real socket. */
import { describe, expect, it } from 'vitest';
import type { App, AppRequest } from '../../../src/index.ts';
import { get, post, view } from '../../helpers/requests.ts';
import { serve } from '../../helpers/server.ts';
import { bytewise, caughtUp, latin1, untilEnd, Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';

function never(): never {
  throw new Error('no answer');
}

describe('onHeaders', () => {
  const early: App = {
    call: view,
    onHeaders: (req) => (req.path === '/early' ? { status: 403, body: 'early' } : undefined),
  };

  it.each([
    ['whole', (bytes: Buffer) => [bytes]],
    ['byte by byte', bytewise],
  ])('an early answer to a request with a body closes, and the body is not read as a request, %s', async (_, cut) => {
    const port = await serve(early);
    const { responses, end } = await untilEnd(port, cut(latin1(post('/early', get('/smuggled')) + get('/next'))));
    expect(responses.map(({ status }) => status)).toEqual([403]);
    expect(field(responses[0] ?? never(), 'connection')).toBe('close');
    expect(end).toBe('fin');
  });

  it('an early answer to a request without a body keeps the connection', async () => {
    const wire = await Wire.open(await serve(early));
    await wire.send(get('/early') + get('/next'));
    expect((await wire.answers(2)).map(({ status }) => status)).toEqual([403, 200]);
    wire.close();
  });

  it('an early answer leaves while the upload is in flight', async () => {
    const wire = await Wire.open(await serve(early));
    await wire.send('POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n', 'a'.repeat(500_000));
    expect((await wire.untilEnd())[0]).toMatchObject({ status: 403, body: Buffer.from('early') });
    expect(wire.ended).toBe('fin');
    wire.close();
  });

  it.each(['h2c', 'websocket', 'foo'])('an early answer to Upgrade: %s is the whole answer', async (protocol) => {
    const wire = await Wire.open(await serve(early));
    const fields = `Connection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
    await wire.send(get('/early', fields) + get('/next', 'Connection: close\r\n'));
    expect((await wire.untilEnd())[0]).toMatchObject({ status: 403, body: Buffer.from('early') });
    expect(wire.received.includes('101')).toBe(false);
    wire.close();
  });

  it.each(['h2c', 'foo', 'websocket'])(
    'Upgrade: %s to an app without WebSockets is an ordinary request',
    async (protocol) => {
      const port = await serve({ call: view });
      const fields = `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
      const { responses } = await untilEnd(port, [get('/a', fields) + get('/b', 'Connection: close\r\n')]);
      expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    },
  );

  it.each([
    ['a length', 'Content-Length: 9\r\n\r\n123456789'],
    ['a length with an expectation', 'Content-Length: 9\r\nExpect: 100-continue\r\n\r\n'],
  ])('it does not run for a body over maxBodyBytes: %s', async (_, rest) => {
    let asked = 0;
    const port = await serve(
      {
        call: view,
        onHeaders: () => {
          asked++;
        },
      },
      { maxBodyBytes: 8 },
    );
    const bytes = latin1(`POST / HTTP/1.1\r\nHost: x\r\n${rest}`);
    for (const pieces of [[bytes], bytewise(bytes)]) {
      expect((await untilEnd(port, pieces)).responses.map(({ status }) => status)).toEqual([413]);
    }
    expect(asked).toBe(0);
  });

  it('chunks over maxBodyBytes are refused after it has let the request pass, and call does not run', async () => {
    let calls = 0;
    let seen: AppRequest | undefined;
    const port = await serve(
      {
        call: (req) => {
          calls++;
          return view(req);
        },
        onHeaders: (req) => {
          seen = req;
        },
      },
      { maxBodyBytes: 8 },
    );
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { responses } = await untilEnd(port, [head, '5\r\nhello\r\n', '4\r\n']);
    expect(responses.map(({ status }) => status)).toEqual([413]);
    // The client may know before the app's thread does.
    await expect.poll(() => seen?.signal.aborted).toBe(true);
    expect(calls).toBe(0);
  });

  it('reading stops while it is pending', async () => {
    let pass = (): void => {};
    const port = await serve(
      {
        call: (req) => ({ status: 200, body: String(req.body.length) }),
        onHeaders: () =>
          new Promise<void>((resolve) => {
            pass = resolve;
          }),
      },
      { maxBodyBytes: 0 },
    );
    const wire = await Wire.open(port);
    const size = 64 << 20;
    await wire.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
    wire.socket.write(Buffer.alloc(size));
    for (let times = 0; times < 20; times++) await caughtUp(port);
    // What the kernel does not hold has to wait in the client.
    expect(wire.socket.writableLength).toBeGreaterThan(0);
    pass();
    expect((await wire.answers(1))[0]?.body.toString()).toBe(String(size));
    wire.close();
  });
});
