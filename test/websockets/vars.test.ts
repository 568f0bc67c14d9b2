/** Variables of requests, row by row. */
import { describe, expect, it } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { socketServer } from '../helpers/web-sockets.ts';
import { untilEnd } from '../helpers/wire.ts';

type Pairs = readonly (readonly [string, string | null])[];

/** A server that notes what variables it gets. */
async function asked(): Promise<{ port: number; got: unknown[] }> {
  const got: unknown[] = [];
  const server = await socketServer({
    webpage: async (socket, header) => {
      const vars = await W.httpVars(socket, header).catch((error: W.WebsocketsError) => error.code);
      got.push(vars === null || typeof vars === 'string' ? vars : [...vars]);
      if (vars !== null && typeof vars === 'object') {
        expect(Object.getPrototypeOf(vars)).toBe(null);
        const names = new Set([...vars].map(([name]) => name));
        for (const name of names) expect(vars[name]).toBe([...vars].find(([other]) => other === name)?.[1]);
        expect(Object.keys(vars).sort()).toEqual([...names].sort());
      }
      return W.httpResponse(socket);
    },
  });
  return { port: server.port, got };
}

describe('of a query', () => {
  it.each<[string, Pairs | null]>([
    ['/v', null],
    ['/v?', null],
    ['/v?a', [['a', null]]],
    ['/v?ab', [['ab', null]]],
    ['/v?a=', [['a', '']]],
    [
      '/v?a=1&b=two+words&c=%41%42',
      [
        ['a', '1'],
        ['b', 'two words'],
        ['c', 'AB'],
      ],
    ],
    [
      '/v?a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['/v?a=b=c', [['a', 'b=c']]],
    ['/v?=x', [['', 'x']]],
    ['/v?%61=1', [['a', '1']]],
    [
      '/v?a=1&&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['/v?e=%C3%A9', [['e', 'é']]],
    ['/v?p=%2B', [['p', '+']]],
    ['/v?p=%2541', [['p', '%41']]],
    ['/v?n=%00x', [['n', '\0x']]],
    ['/v?b=%zz', [['b', '%zz']]],
    ['/v?q=100%', [['q', '100%']]],
    ['/v?a=1?b=2', [['a', '1?b=2']]],
    ['/v?__proto__=1', [['__proto__', '1']]],
  ])('%s', async (resource, expected) => {
    const { port, got } = await asked();
    await untilEnd(port, [`GET ${resource} HTTP/1.1\r\nHost: h\r\n\r\n`]);
    expect(got).toEqual([expected]);
  });
});

const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const post = (fields: string, body: string, resource = '/v?q=1'): string =>
  `POST ${resource} HTTP/1.1\r\nHost: h\r\n${fields}\r\n${body}`;

describe('of a form', () => {
  it.each<[string, string, Pairs | string | null]>([
    [
      'comes behind the query',
      post(`${FORM}Content-Length: 7\r\n`, 'a=1&b=+'),
      [
        ['q', '1'],
        ['a', '1'],
        ['b', ' '],
      ],
    ],
    [
      'has any spelling of its length',
      post(`${FORM}cOnTeNt-LeNgTh:3\r\n`, 'a=1'),
      [
        ['q', '1'],
        ['a', '1'],
      ],
    ],
    [
      'may come in chunks',
      post(`${FORM}Transfer-Encoding: chunked\r\n`, '2\r\na=\r\n1\r\n1\r\n0\r\n\r\n'),
      [
        ['q', '1'],
        ['a', '1'],
      ],
    ],
    [
      'may have a charset',
      post('Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: 4\r\n', 'e=\xc3\xa9'),
      [
        ['q', '1'],
        ['e', 'é'],
      ],
    ],
    [
      'keeps its first character, whatever that is',
      post(`${FORM}Content-Length: 5\r\n`, '\xef\xbb\xbfa=', '/v'),
      [['\ufeffa', '']],
    ],
    ['may be nothing', post('Content-Length: 0\r\n', '', '/v'), null],
    ['of another type is an error', post('Content-Type: text/plain\r\nContent-Length: 3\r\n', 'a=1'), 'ERR_BODY'],
    ['without a type is an error', post('Content-Length: 3\r\n', 'a=1'), 'ERR_BODY'],
    [
      'of 1 MiB is read',
      post(`${FORM}Content-Length: 1048576\r\n`, `a=${'x'.repeat(1_048_574)}`, '/v'),
      [['a', 'x'.repeat(1_048_574)]],
    ],
    ['of more is an error', post(`${FORM}Content-Length: 1048577\r\n`, 'x'.repeat(1_048_577)), 'ERR_BODY'],
  ])('%s', async (_name, request, expected) => {
    const { port, got } = await asked();
    await untilEnd(port, [request]);
    expect(got).toEqual([expected]);
  });

  it('may have as many variables as fit', async () => {
    const { port, got } = await asked();
    await untilEnd(port, [post(`${FORM}Content-Length: 1048576\r\n`, 'a&'.repeat(524_288), '/v')]);
    expect((got[0] as Pairs).length).toBe(524_288);
  });

  it('is gone behind the answer', async () => {
    const codes: string[] = [];
    const server = await socketServer({
      webpage: async (socket, header) => {
        await W.httpResponse(socket);
        await new Promise((resolve) => setImmediate(resolve));
        await W.httpVars(socket, header).catch((error: W.WebsocketsError) => codes.push(error.code));
      },
    });
    await untilEnd(server.port, [post(`${FORM}Content-Length: 3\r\n`, 'a=1')]);
    expect(codes).toEqual(['ERR_BODY']);
  });
});
