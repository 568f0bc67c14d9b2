/** Pages: what a page function may give, how it may answer, and what is sent. */
import { describe, expect, it } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, servedServer, socketServer } from '../helpers/web-sockets.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';

const GET = 'GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two: 2\r\n\r\n';

/** Asks once, and gives all that came. */
async function ask(
  webpage: W.WebPage | null,
  request = GET,
  options: W.ServerOptions = {},
): Promise<{ raw: string; errors: string[] }> {
  const server = await socketServer({ webpage, ...options });
  const errors: string[] = [];
  server.on('error', (error) => errors.push(error.message));
  const { raw } = await untilEnd(server.port, [request], { methods: [request.split(' ', 1)[0] ?? ''] });
  return { raw: raw.toString('latin1'), errors };
}

/** The same without what changes. */
const undated = (raw: string): string => raw.replace(/\r\nDate: [^\r]*/, '');

describe.each(DISPATCHES)('with %s dispatch a page', (dispatch) => {
  it('is told of the request', async () => {
    const server = await servedServer(dispatch);
    const heads: unknown[] = [];
    server.static = (socket, header) => {
      const { method, resource, httpVersion, requestLine, headers, raw } = header;
      heads.push([method, resource, httpVersion, requestLine, [...headers], Buffer.from(raw).toString()]);
      expect([socket.remoteAddress, socket.responded]).toEqual(['127.0.0.1', false]);
      return W.httpResponse(socket, 200, 'text/plain', 'yes');
    };
    const { responses } = await untilEnd(server.port, [GET]);
    expect(String(responses[0]?.body)).toBe('yes');
    const fields = [
      ['host', 'h'],
      ['x-two', '1, 2'],
    ];
    expect(heads).toEqual([['GET', '/a?b=c', 'HTTP/1.1', 'GET /a?b=c HTTP/1.1', fields, GET]]);
  });

  it('answers later when it keeps the socket', async () => {
    const server = await servedServer(dispatch);
    const kept: W.HttpSocket[] = [];
    server.static = (socket) => {
      kept.push(socket);
      return false;
    };
    const answer = untilEnd(server.port, [GET]);
    await eventually(() => kept.length).toBe(1);
    const [socket] = kept;
    if (socket === undefined) throw new Error('it was kept');
    expect(await W.httpResponse(socket, { content: 'late' })).toBe(true);
    expect(String((await answer).responses[0]?.body)).toBe('late');
    expect(socket.responded).toBe(true);
  });
});

describe('the result of a page', () => {
  it('without an answer is 404', async () => {
    expect((await ask(() => {})).raw).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect((await ask(() => true)).raw).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('that is thrown is 500, and an error of the server', async () => {
    const page: W.WebPage = async () => {
      throw new Error('oops');
    };
    const { raw, errors } = await ask(page);
    expect([raw.slice(0, 12), raw.includes('oops'), errors]).toEqual(['HTTP/1.1 500', false, ['oops']]);
    expect((await ask(page, GET, { exposeErrors: true })).raw).toMatch(/\r\n\r\nERROR: oops$/);
  });

  it('null for a page is 426', async () => {
    const { raw } = await ask(null);
    expect(raw).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    const { responses } = await untilEnd((await socketServer({ webpage: null })).port, [GET]);
    const [answer] = responses;
    if (answer === undefined) throw new Error('no answer');
    expect(field(answer, 'Upgrade')).toBe('websocket');
    expect(field(answer, 'Connection')?.toLowerCase().split(', ').sort()).toEqual(['close', 'upgrade']);
    expect(answer.body.length).toBeGreaterThan(0);
  });
});

describe('httpResponse', () => {
  it('sends the host’s form, then what it was given, in order', async () => {
    const headers = { 'X-One': '1', 'x-two': 'b' };
    const { raw } = await ask((socket) => W.httpResponse(socket, 404, 'text/plain', 'nö', headers));
    expect(undated(raw)).toBe(
      'HTTP/1.1 404 Not Found\r\nServer: httpuv-wasm\r\nContent-Type: text/plain\r\nX-One: 1\r\nx-two: b\r\n' +
        'Connection: close\r\nContent-Length: 3\r\n\r\nn\xc3\xb6',
    );
    expect(raw).toMatch(/\r\nDate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  });

  it('has defaults', async () => {
    const { raw } = await ask((socket) => W.httpResponse(socket));
    expect(undated(raw)).toBe(
      'HTTP/1.1 200 OK\r\nServer: httpuv-wasm\r\nContent-Type: text/html; charset=UTF-8\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
  });

  it.each([
    ['HEAD', 200, /\r\nContent-Length: 4\r\n\r\n$/],
    ['GET', 204, /Connection: close\r\n\r\n$/],
    ['GET', 304, /Connection: close\r\n\r\n$/],
  ])('sends no body for %s %i', async (method, status, end) => {
    const content = Uint8Array.of(1, 2, 3, 4);
    const { raw } = await ask((socket) => W.httpResponse(socket, { status, content }), GET.replace('GET', method));
    expect(raw).toMatch(end);
  });

  it.each<[string, string]>([
    ['', 'x'],
    ['A B', 'x'],
    ['A_B', 'x'],
    ['Ä', 'x'],
    ['A', 'x\r\ny: z'],
    ['A', 'x\ny'],
    ['A', 'x\0'],
    ['A', '€'],
    ['date', 'x'],
    ['Content-TYPE', 'x'],
    ['Content-Length', '3'],
    ['Connection', 'keep-alive'],
    ['transfer-encoding', 'chunked'],
  ])('refuses the field %j: %j, and sends nothing', async (name, value) => {
    const page: W.WebPage = async (socket) => {
      await expect(W.httpResponse(socket, { headers: { [name]: value } })).rejects.toMatchObject({
        code: 'ERR_INVALID_HEADER',
      });
      expect(socket.responded).toBe(false);
      return W.httpResponse(socket, { content: 'fine' });
    };
    const { raw, errors } = await ask(page);
    expect([raw.endsWith('fine'), errors]).toEqual([true, []]);
  });

  it('answers once', async () => {
    const page: W.WebPage = async (socket) => {
      await W.httpResponse(socket, { content: 'one' });
      await expect(W.httpResponse(socket, { content: 'two' })).rejects.toMatchObject({ code: 'ERR_CLOSED' });
      await expect(socket.write('three')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
      return true;
    };
    expect((await ask(page)).raw.endsWith('\r\n\r\none')).toBe(true);
  });

  it.each([99, 199, 600, 200.5, Number.NaN])('refuses the status %s', async (status) => {
    const page: W.WebPage = async (socket) => {
      await expect(W.httpResponse(socket, { status })).rejects.toBeInstanceOf(RangeError);
    };
    expect((await ask(page)).raw).toMatch(/^HTTP\/1\.1 404 /);
  });
});

describe('write and end', () => {
  it('send bytes as they are, then end the connection', async () => {
    const page: W.WebPage = async (socket) => {
      await socket.write('HTTP/1.1 299 Mine\r\n\r\n');
      const bytes = Buffer.from('abc');
      const written = socket.write(bytes);
      bytes.fill('z');
      await written;
      await socket.end();
      await socket.end();
      await expect(socket.write('x')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    };
    expect(await ask(page)).toEqual({ raw: 'HTTP/1.1 299 Mine\r\n\r\nabc', errors: [] });
  });

  it('end what a page leaves open, and nothing that it keeps', async () => {
    expect((await ask((socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n'))).raw).toBe('HTTP/1.1 200 OK\r\n\r\n');
    const kept: W.HttpSocket[] = [];
    const server = await socketServer({
      webpage: async (socket) => {
        kept.push(socket);
        await socket.write('HTTP/1.1 200 OK\r\n\r\n');
        return false;
      },
    });
    const wire = await Wire.open(server.port);
    // What follows a request is read by nobody, be it a request or frames.
    await wire.send(GET + GET, Buffer.of(0x81, 0x80, 1, 2, 3, 4));
    wire.halfClose();
    await wire.until(() => wire.received.length === 19, 'the head');
    await kept[0]?.write('x'.repeat(3_000_000));
    await kept[0]?.end();
    await wire.until(() => wire.ended !== 'open', 'end');
    expect([wire.received.length, wire.ended, kept.length]).toEqual([3_000_019, 'fin', 1]);
    wire.close();
  });

  it('are refused once the client has left, which is no error of the server', async () => {
    const errors: unknown[] = [];
    let failure: unknown;
    const server = await socketServer({
      webpage: async (socket) => {
        try {
          for (;;) await socket.write('x'.repeat(100_000));
        } catch (error) {
          failure = error;
          throw error;
        }
      },
    });
    server.on('error', (error) => errors.push(error));
    const wire = await Wire.open(server.port);
    await wire.send(GET);
    await wire.until(() => wire.received.length > 100_000, 'some of it');
    wire.close();
    await eventually(() => failure).toMatchObject({ code: 'ERR_CLOSED' });
    expect(errors).toEqual([]);
  });
});

describe('a connection', () => {
  it.each(['1.0', '1.1'])('of HTTP/%s ends with its first answer', async (version) => {
    let asked = 0;
    const page: W.WebPage = (socket) => W.httpResponse(socket, { content: String(++asked) });
    const one = GET.replace('1.1', version).replace('\r\n\r\n', '\r\nConnection: keep-alive\r\n\r\n');
    const { raw } = await ask(page, one + one);
    expect([raw.match(/HTTP\/1\.1 200/g)?.length, asked]).toEqual([1, 1]);
  });

  it.each([
    ['a line without a colon', 'GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n', 400],
    ['a head that is too large', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['a body that is too large', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n', 413],
  ])('with %s is refused without the page', async (_name, request, status) => {
    const page: W.WebPage = () => {
      throw new Error('nobody asks it');
    };
    const { raw, errors } = await ask(page, request, { maxBodyBytes: 10 });
    expect([raw.slice(0, 12), errors]).toEqual([`HTTP/1.1 ${status}`, []]);
  });

  it('keeps what a peer says in fields apart from the request', async () => {
    const page: W.WebPage = (socket, header) =>
      W.httpResponse(socket, { content: `${header.resource} ${header.headers.get('resource')}` });
    expect((await ask(page, 'GET /a HTTP/1.1\r\nHost: h\r\nRESOURCE: /x\r\n\r\n')).raw).toMatch(/\/a \/x$/);
  });
});
