/** Pages from text and from files. */
import { mkdtempSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { socketServer } from '../helpers/web-sockets.ts';
import { untilEnd } from '../helpers/wire.ts';
import { field, type WireResponse } from '../helpers/wire-response.ts';

async function ask(server: W.WsServer, method = 'GET', path = '/'): Promise<WireResponse> {
  const request = `${method} ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n`;
  const [answer] = (await untilEnd(server.port, [request], { methods: [method] })).responses;
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

describe.each(['text', 'file'])('a page from %s', (kind) => {
  async function served(bytes: string | Buffer, options?: W.StaticServiceOptions): Promise<W.WsServer> {
    if (kind === 'text') return socketServer({ webpage: W.staticTextService(bytes, options) });
    const folder = mkdtempSync(join(tmpdir(), 'page-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'page'), bytes);
    return socketServer({ webpage: W.staticFileService(join(folder, 'page'), options) });
  }

  it('answers any path with its exact bytes, to GET and POST, and to HEAD without them', async () => {
    const server = await served('é\n\n');
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/a/b?c'],
      ['POST', '/x'],
    ] as const) {
      const answer = await ask(server, method, path);
      expect([answer.status, String(answer.body), field(answer, 'Content-Type')]).toEqual([
        200,
        'é\n\n',
        'text/html; charset=UTF-8',
      ]);
    }
    const head = await ask(server, 'HEAD');
    expect([head.status, head.body.length, field(head, 'Content-Length')]).toEqual([200, 0, '4']);
  });

  it('refuses other methods with 405', async () => {
    const answer = await ask(await served('x'), 'DELETE');
    expect([answer.status, field(answer, 'Allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('has the content type that it is given', async () => {
    const answer = await ask(await served(Buffer.of(0xff, 0xfe), { contentType: 'image/png' }));
    expect([answer.body, field(answer, 'Content-Type')]).toEqual([Buffer.of(0xff, 0xfe), 'image/png']);
  });
});

describe('a page from a file', () => {
  it('follows the file, tells when it changed, and is 404 while it is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'page-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'page');
    writeFileSync(file, 'one');
    const server = await socketServer({ webpage: W.staticFileService(pathToFileURL(file)) });
    expect(String((await ask(server)).body)).toBe('one');
    writeFileSync(file, 'other');
    expect(String((await ask(server)).body)).toBe('other');
    writeFileSync(file, 'third');
    utimesSync(file, 1_000_000, 1_000_000);
    const third = await ask(server);
    expect([String(third.body), field(third, 'Last-Modified')]).toEqual(['third', statSync(file).mtime.toUTCString()]);
    unlinkSync(file);
    expect((await ask(server)).status).toBe(404);
    writeFileSync(file, 'again');
    expect(String((await ask(server)).body)).toBe('again');
  });

  it('that is not there cannot be made', () => {
    expect(() => W.staticFileService('/nonexistent/page.html')).toThrow('ENOENT');
    expect(() => W.staticTextService(1 as unknown as string)).toThrow(TypeError);
  });
});
