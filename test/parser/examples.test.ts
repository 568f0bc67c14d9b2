/** The examples of the three levels, as their reader runs them. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../examples/parser/', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program prints, which has to end well. */
function run(name: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FOLDER + name, ...args], {
    input,
    encoding: 'latin1',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, 'latin1');
  return path;
}

const REQUESTS =
  'GET /a HTTP/1.1\r\nHost: one\r\n\r\nPOST /b HTTP/1.1\r\nHost: two\r\nContent-Length: 100000\r\n\r\n' +
  `${'x'.repeat(100_000)}BREW /c HTTP/1.1\r\nX-Long: ${'y'.repeat(9000)}\r\nHost: one\r\n\r\n`;

describe('level one', () => {
  it('counts what requests ask for, however long they are', () => {
    expect(run('raw-requests.mjs', [file('good', REQUESTS)])).toBe(
      'GET 1\nPOST 1\nBREW 1\none 2\ntwo 1\nbody bytes 100000\n',
    );
    expect(run('raw-requests.mjs', [file('many', REQUESTS.repeat(20))])).toContain(
      'one 40\ntwo 20\nbody bytes 2000000\n',
    );
  });

  it('tells where it had to stop', () => {
    expect(run('raw-requests.mjs', [file('bad', `${REQUESTS}GET /d HTTP/1.1\r\nHost : a\r\n\r\n`)])).toMatch(
      /body bytes 100000\nHV_SPACE_BEFORE_COLON at byte 21 of its message\n$/,
    );
    expect(run('raw-requests.mjs', [file('short', REQUESTS.slice(0, -1))])).toContain('HV_INCOMPLETE');
  });
});

/** Answers of several kinds. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  if (request.url === '/table') {
    response.writeHead(200, { 'Content-Type': 'text/csv', 'Transfer-Encoding': 'chunked' });
    response.write('a,b\n');
    response.addTrailers({ 'X-Rows': '1' });
    response.end('1,2\n');
  } else if (request.url === '/old') {
    response.writeHead(304, { ETag: '"1"' }).end();
  } else {
    request.resume().on('end', () => response.writeHead(201, 'Made', { 'Content-Length': 5 }).end('made\n'));
  }
}

/** A conversation as it went over a socket: what a client of ours sent, and what Node's server answered. */
async function capture(requests: readonly string[]): Promise<string> {
  const server = createServer({ keepAliveTimeout: 100 }, serve);
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nbytes');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => {
    pieces.push(piece);
    // Node would answer the upgrade before what came before it.
    if (piece.toString('latin1').endsWith('made\n')) socket.write(requests.at(-1) ?? '');
  });
  socket.write(requests.slice(0, -1).join(''), 'latin1');
  await once(socket, 'end');
  socket.end();
  server.close();
  return Buffer.concat(pieces).toString('latin1');
}

describe('level two', () => {
  it('turns a captured conversation into a table', async () => {
    const requests = [
      'HEAD /table HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /table HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n',
      'GET /old HTTP/1.1\r\nHost: a\r\nIf-None-Match: "1"\r\n\r\n',
      'PUT /new HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnew\r\n0\r\n\r\n',
      'GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n',
    ];
    const answers = await capture(requests);
    const starts = requests.map((_, i) => String(requests.slice(0, i).join('').length));
    const printed = run('conversation.mjs', [file('client', requests.join('')), file('server', answers)]);
    const cells = printed
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(cells).toEqual([
      ['at', 'request', 'sent', 'answer', 'got', 'type', 'notes'],
      [starts[0], 'HEAD /table', '0', '200 OK', '0', 'text/csv'],
      [starts[1], 'GET /table', '0', '200 OK', '8', 'text/csv', 'trailers X-Rows 1'],
      [starts[2], 'GET /old', '0', '304 Not Modified', '0'],
      [starts[3], 'PUT /new', '3', '201 Made', '5', 'after 100'],
      [starts[4], 'GET /echo', '0', '101 Switching Protocols', '0', 'then 5 bytes of another protocol'],
    ]);
  });

  it('shows what is malformed, and what has no answer', () => {
    const client = file('client', 'GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGE(');
    const printed = run('conversation.mjs', [client, file('server', 'HTTP/1.1 200 OK\r\n\r\nall the rest')]);
    expect(printed).toMatch(/GET \/a +0 +200 OK +12\n28 +GET \/b +0 +none\n +HV_BAD_METHOD at byte 58\n$/);
  });
});

describe('level three', () => {
  it('answers a stream of requests with streams', () => {
    const requests =
      'POST /up HTTP/1.1\r\nHost: a\r\nX-Name: n\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n' +
      'HEAD /none HTTP/1.1\r\nHost: a\r\n\r\nPUT /long HTTP/1.1\r\nContent-Length: 200000\r\n\r\n' +
      `${'a'.repeat(200_000)}BAD(`;
    const printed = run('upper-case.mjs', [], requests);
    expect(printed).toMatch(
      /^HTTP\/1\.1 200 OK\r\nX-Asked: POST \/up\r\nX-Name: n\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n0\r\nX-Sum: 5\r\n\r\n/,
    );
    expect(printed).toContain(
      'HTTP/1.1 404 Not Found\r\nX-Asked: HEAD /none\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200',
    );
    expect(printed.split('A').length - 1 - 'X-Asked'.length).toBeGreaterThan(199_000);
    expect(printed).toMatch(
      /0\r\nX-End: yes\r\n\r\nHTTP\/1\.1 400 \r\nConnection: close\r\nContent-Length: 24\r\n\r\nHV_BAD_METHOD at byte 3\n$/,
    );
  });
});

describe('the examples', () => {
  it('are all tried here, and about a page long each', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(['conversation.mjs', 'raw-requests.mjs', 'upper-case.mjs']);
  });
});
