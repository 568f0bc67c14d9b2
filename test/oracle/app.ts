/** The judge's app for our server: the same answers as test/oracle/app.R, route by route. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, AppRequest, AppResponse } from '../../src/index.ts';

const decoder = new TextDecoder('latin1');

function plain(status: number, body: NonNullable<AppResponse['body']>): AppResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body };
}

/** The request by any name: some Rook names exist only when their field came, and the app may add its own. */
function rook(req: AppRequest): Record<string, unknown> {
  return req as unknown as Record<string, unknown>;
}

const NAMED = [
  'REQUEST_METHOD',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'SERVER_NAME',
  'REMOTE_ADDR',
  'CONTENT_TYPE',
  'CONTENT_LENGTH',
  'rook.version',
  'rook.url_scheme',
];

function environmentText(req: AppRequest): string {
  const env = rook(req);
  const headers = Object.entries(req.HEADERS);
  const http = headers
    .map(([name]) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`)
    .filter((name) => env[name] !== undefined);
  const lines = [
    ...NAMED.filter((name) => env[name] !== undefined).map((name) => `${name}=${env[name]}`),
    ...http.sort().map((name) => `${name}=${env[name]}`),
    ...headers.map(([name, value]) => `HEADERS ${name}=${value}`),
    `set in onHeaders=${env['MARK']}`,
    `body=${decoder.decode(req['rook.input'].read())}`,
  ];
  return `${lines.join('\n')}\n`;
}

function inputText(req: AppRequest): string {
  const input = req['rook.input'];
  const first = decoder.decode(input.read(4));
  const none = input.read(0).length;
  const rest = decoder.decode(input.read());
  const after = input.read().length;
  input.rewind();
  const lines = input.readLines(2);
  const more = input.readLines();
  input.rewind();
  const all = decoder.decode(input.read(-1));
  return [first, none, rest, after, ...[...lines, '|', ...more].map((line) => `<${line}>`), all.length].join('\n');
}

/** Answers no type allows, which R's users give all the same. */
function malformed(value: unknown): AppResponse {
  return value as AppResponse;
}

/** @param directory Where the file to be sent is made. */
export function oracleApp(directory: string): App {
  const file = join(directory, 'file.txt');
  writeFileSync(file, 'from a file');
  const routes: Record<string, (req: AppRequest) => AppResponse | Promise<AppResponse>> = {
    '/': () => plain(200, 'hello'),
    '/probe': () => plain(200, 'probe'),
    '/env': (req) => plain(200, Buffer.from(environmentText(req), 'latin1')),
    '/input': (req) => plain(200, inputText(req)),
    '/utf8': () => plain(200, 'f\u00fc \u20ac'),
    '/raw': () => plain(200, new Uint8Array([0, 255, 13, 10, 65])),
    '/empty': () => plain(200, ''),
    '/empty-raw': () => plain(200, new Uint8Array()),
    '/null-body': () => ({ status: 200, headers: { 'X-A': 'b' }, body: null }),
    '/no-headers': () => ({ status: 200, body: 'x' }),
    '/null-headers': () => malformed({ status: 200, headers: undefined, body: 'x' }),
    '/empty-headers': () => ({ status: 200, headers: {}, body: 'x' }),
    '/headers': () =>
      malformed({
        status: 200,
        headers: [
          ['x-lower', 'v'],
          ['Set-Cookie', 'a=1'],
          ['X-Number', 5],
          ['Set-Cookie', 'b=2'],
          ['X-Empty', ''],
        ],
        body: 'x',
      }),
    '/own-length': () => ({ status: 200, headers: { 'content-LENGTH': '1', 'X-A': 'b' }, body: 'x' }),
    '/app-close': () => ({ status: 200, headers: { Connection: 'close' }, body: 'x' }),
    '/file': () => plain(200, { file }),
    '/missing-file': () => plain(200, { file: '/nonexistent/file' }),
    '/body-204': () => ({ status: 204, headers: {}, body: null }),
    '/body-304': () => ({ status: 304, headers: { ETag: '"x"' }, body: null }),
    '/body-in-204': () => plain(204, 'not sent'),
    '/throw': () => {
      throw new Error('boom');
    },
    '/null': () => malformed(null),
    '/text-result': () => malformed('text'),
    '/no-status': () => malformed({ body: 'x' }),
    '/line-break': () => ({ status: 200, headers: { 'X-A': 'b\r\nX-Injected: c' }, body: 'x' }),
    '/promise': () => Promise.resolve(plain(200, 'later')),
    '/reject': () => Promise.reject(new Error('boom')),
  };
  return {
    call(req) {
      const route = routes[req.PATH_INFO];
      if (route !== undefined) return route(req);
      const status = /^\/status\/([0-9]+)$/.exec(req.PATH_INFO)?.[1];
      return status === undefined ? plain(404, '404 Not Found\n') : plain(Number(status), 'x');
    },
    onHeaders(req) {
      rook(req)['MARK'] = 'yes';
      if (req.PATH_INFO === '/early') return plain(413, 'early response\n');
      if (req.PATH_INFO === '/early-throw') throw new Error('boom');
      return undefined;
    },
  };
}
