/** Requests with an Upgrade field below a static path: handshakes of an app that opens WebSockets are the app's. */
import { expect, it } from 'vitest';
import { testServer } from '../../helpers/server.ts';
import { ask, site, told } from './site.ts';

const root = site({ 'a.txt': 'static', 'index.html': 'index' });
const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const upgrade = (protocol: string) => ({ fields: { Connection: 'close, Upgrade', Upgrade: protocol } });

it('a handshake of an app that opens WebSockets passes by static paths', async () => {
  const paths: string[] = [];
  const server = await testServer({
    staticPaths: { '/': root },
    onHeaders(req) {
      paths.push(req.path);
      return { status: 403, body: 'asked' };
    },
    onWSOpen() {},
  });
  expect(await told(server.getPort(), '/a.txt', { fields: HANDSHAKE })).toBe('403 asked');
  expect(await told(server.getPort(), '/a.txt')).toBe('200 static');
  expect(await told(server.getPort(), '/a.txt', upgrade('h2c'))).toBe('200 static');
  expect(paths).toEqual(['/a.txt']);
});

it('one that is malformed is refused, also where there is a file', async () => {
  const server = await testServer({ staticPaths: { '/': root }, onWSOpen() {} });
  const { 'Sec-WebSocket-Key': _, ...keyless } = HANDSHAKE;
  expect((await ask(server.getPort(), '/a.txt', { fields: keyless })).status).toBe(400);
});

it('for an app without WebSockets it is a request like any other', async () => {
  const server = await testServer({ staticPaths: { '/': root } });
  expect(await told(server.getPort(), '/a.txt', upgrade('websocket'))).toBe('200 static');
});
