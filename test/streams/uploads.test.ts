/** Request bodies that the app reads while they arrive: what it gets, and what stands on the wire. */
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { App, AppRequest, AppResponse, ServerOptions, WebServer } from '../../src/index.ts';
import { Authority, hasOpenssl } from '../helpers/certificates.ts';
import { eventually } from '../helpers/eventually.ts';
import { expecting, get, post } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { bytewise, latin1, Wire, type WireOptions } from '../helpers/wire.ts';
import { field, type WireResponse } from '../helpers/wire-response.ts';

/** The whole body, read by hand. */
async function whole(req: AppRequest): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of req.stream()) parts.push(part);
  return Buffer.concat(parts).toString('latin1');
}
const echo = async (req: AppRequest): Promise<AppResponse> => ({
  status: 200,
  body: `${req.path} ${await whole(req)}`,
});
const chunked = (target: string, fields = ''): string =>
  `POST ${target} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n${fields}\r\n`;
const statuses = (answers: readonly WireResponse[]): number[] => answers.map(({ status }) => status);
const bodies = (answers: readonly WireResponse[]): string[] => answers.map(({ body }) => body.toString());

/** Starts a server whose bodies are streams, and opens connections to it. */
interface Place {
  start(app: App, options?: ServerOptions): Promise<WebServer>;
  open(server: WebServer): Promise<Wire>;
}
const PLAIN: Place = {
  start: (app, options) => testServer(app, { bodyMode: 'stream', ...options }),
  open: (server) => Wire.open(server.getPort()),
};
function overTls(): Place {
  const authority = new Authority();
  const wire: WireOptions = { tls: { ca: authority.cert, servername: 'localhost' } };
  return {
    start: (app, options) =>
      testServer(app, { bodyMode: 'stream', tls: authority.issue('localhost'), fastRead: true, ...options }),
    open: (server) => Wire.open(server.getPort(), wire),
  };
}

describe.each([['without TLS', () => PLAIN], ...(hasOpenssl() ? [['over TLS', overTls] as const] : [])] as const)(
  '%s',
  (_, place) => {
    const { start, open } = place();

    it('a body comes whole, however it is cut, and the connection goes on', async () => {
      using wire = await open(await start({ call: echo }));
      await wire.send(post('/a', 'abc'), ...bytewise(latin1(post('/b', 'defg'))));
      await wire.send(chunked('/c'), '1\r\na\r\n', '2;x=y\r\nbc\r\n0\r\nTrailer: t\r\n\r\n', get('/d'));
      const answers = await wire.answers(4);
      expect(bodies(answers)).toEqual(['/a abc', '/b defg', '/c abc', '/d ']);
    });

    it('megabytes come whole, also in chunks of few bytes, and go back while they come', async () => {
      const server = await start({ call: (req) => ({ status: 200, body: req.stream() }) });
      const bytes = randomBytes(3_000_000);
      using wire = await open(server);
      await wire.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${bytes.length}\r\n\r\n`, bytes);
      expect((await wire.answers(1))[0]?.body.equals(bytes)).toBe(true);
      const chunks = Array.from({ length: 30_000 }, (_, i) => `1\r\n${i % 10}\r\n`).join('');
      await wire.send(chunked('/'), `${chunks}0\r\n\r\n`);
      expect((await wire.answers(2))[1]?.body.toString()).toBe('0123456789'.repeat(3_000));
    });

    it('call runs before the body has come, and 100 goes out when it first reads', async () => {
      let read = (): void => {};
      const wanted = new Promise<void>((resolve) => {
        read = resolve;
      });
      let isCalled = false;
      const server = await start({
        async call(req) {
          isCalled = true;
          req.stream();
          await wanted;
          return echo(req);
        },
      });
      using wire = await open(server);
      await wire.send(expecting('/a', 2));
      await eventually(() => isCalled).toBe(true);
      expect(wire.received.length).toBe(0);
      read();
      await wire.until(() => wire.responses().length === 1, 'interim answer');
      await wire.send('ab');
      const answers = await wire.answers(1);
      expect([statuses(answers), answers[1]?.body.toString()]).toEqual([[100, 200], '/a ab']);
    });

    it('what nobody reads is thrown away, if it is short, and no part of it is a request', async () => {
      using wire = await open(await start({ call: (req) => ({ status: 200, body: req.path }) }));
      const inside = get('/inside');
      await wire.send(post('/a', inside + inside), post('/b', 'x'.repeat(200_000)), get('/c'));
      await wire.send(chunked('/d'), '3\r\nabc\r\n0\r\n\r\n', get('/e'));
      expect(bodies(await wire.answers(5))).toEqual(['/a', '/b', '/c', '/d', '/e']);
      expect(wire.ended).toBe('open');
    });

    it.each([
      ['it is long', `POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n`],
      ['its client waits to be asked for it', expecting('/a', 5)],
    ])('the connection ends with the answer to a body that nobody reads: %s', async (_, head) => {
      using wire = await open(await start({ call: (req) => ({ status: 200, body: req.path }) }));
      await wire.send(head, get('/b'), get('/c'));
      const answers = await wire.untilEnd();
      expect([bodies(answers), field(answers[0] as WireResponse, 'Connection')]).toEqual([['/a'], 'close']);
    });

    it('a body in chunks that nobody reads is given up when it does not end', async () => {
      using wire = await open(await start({ call: (req) => ({ status: 200, body: req.path }) }));
      await wire.send(chunked('/a'));
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      await wire.send(chunk, chunk, chunk, chunk, chunk, chunk);
      expect(bodies(await wire.untilEnd())).toEqual(['/a']);
    });

    it('onHeaders decides how each body is read', async () => {
      const server = await start(
        {
          onHeaders(req) {
            if (req.path === '/refused') return { status: 403, body: 'no' };
            req.bodyMode = req.path === '/stream' ? 'stream' : 'buffer';
            return undefined;
          },
          call: async (req) => ({
            status: 200,
            body: `${req.bodyMode} ${req.path === '/stream' ? await whole(req) : req.text()}`,
          }),
        },
        { bodyMode: 'buffer' },
      );
      using wire = await open(server);
      await wire.send(post('/stream', 'abc'), post('/', 'def'), get('/stream'), expecting('/', 2), 'xy');
      const answers = (await wire.answers(4)).filter(({ status }) => status === 200);
      expect(bodies(answers)).toEqual(['stream abc', 'buffer def', 'stream ', 'buffer xy']);
      await wire.send(post('/refused', 'abc'));
      expect(statuses(await wire.untilEnd()).at(-1)).toBe(403);
    });
  },
);

describe('a request whose body is a stream', () => {
  const errorOf = async (act: () => unknown): Promise<string> => {
    try {
      await act();
      return 'none';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('has no whole body, with a code that says so', async () => {
    const codes: string[] = [];
    const server = await PLAIN.start({
      async call(req) {
        const acts = [() => req.body, () => req.text(), () => req.json(), () => req['rook.input']];
        for (const act of acts) codes.push(await errorOf(act));
        return echo(req);
      },
    });
    using wire = await Wire.open(server.getPort());
    await wire.send(post('/', 'abc'));
    expect(bodies(await wire.answers(1))).toEqual(['/ abc']);
    expect(codes).toEqual(Array(4).fill('HV_BODY_IS_STREAM'));
  });

  it('is decided on before call, and read from call on', async () => {
    const codes: string[] = [];
    const server = await PLAIN.start({
      async onHeaders(req) {
        codes.push(await errorOf(() => req.stream()), await errorOf(() => req.formData()));
        codes.push(await errorOf(() => Object.assign(req, { bodyMode: 'other' })));
        return undefined;
      },
      async call(req) {
        codes.push(await errorOf(() => Object.assign(req, { bodyMode: 'buffer' })));
        return echo(req);
      },
    });
    using wire = await Wire.open(server.getPort());
    await wire.send(post('/', 'abc'));
    expect(bodies(await wire.answers(1))).toEqual(['/ abc']);
    expect(codes).toEqual(['HV_BODY_NOT_READ', 'HV_BODY_NOT_READ', 'HV_BAD_OPTION', 'HV_BAD_OPTION']);
  });

  it('gives the same stream each time, also into memory of the reader, and also when it is whole', async () => {
    const server = await PLAIN.start({
      onHeaders(req) {
        req.bodyMode = req.path === '/whole' ? 'buffer' : 'stream';
      },
      async call(req) {
        expect(req.stream()).toBe(req.stream());
        const reader = req.stream().getReader({ mode: 'byob' });
        const hash = createHash('sha256');
        for (let memory = new Uint8Array(10_000); ; ) {
          const { done, value } = await reader.read(memory);
          if (done) break;
          hash.update(value);
          memory = new Uint8Array(value.buffer);
        }
        return { status: 200, body: hash.digest('hex') };
      },
    });
    const bytes = randomBytes(2_000_000);
    for (const path of ['/', '/whole']) {
      const answer = await fetch(server.url + path, { method: 'POST', body: bytes });
      expect(await answer.text()).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('is read no further than its reader goes, and by a window', async () => {
    let goOn = (): void => {};
    const later = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await PLAIN.start({
      async call(req) {
        const reader = req.stream().getReader();
        let bytes = (await reader.read()).value?.length ?? 0;
        await later;
        for (let step = await reader.read(); !step.done; step = await reader.read()) bytes += step.value.length;
        return { status: 200, body: String(bytes) };
      },
    });
    using wire = await Wire.open(server.getPort());
    const piece = Buffer.alloc(65_536);
    const pieces = 1_000;
    await wire.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${pieces * piece.length}\r\n\r\n`);
    let taken = 0;
    const sending = (async () => {
      for (; taken < pieces; taken++) await new Promise((resolve) => wire.socket.write(piece, resolve));
    })();
    // The kernel's buffers and a window are full, and then nothing moves.
    for (let before = -1; taken !== before || taken === 0; ) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(taken * piece.length).toBeLessThan(16_777_216);
    goOn();
    await sending;
    expect(bodies(await wire.answers(1))).toEqual([String(pieces * piece.length)]);
  });
});
