/** The client against servers that are not ours: R's httpuv, and whatever speaks over TLS. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { startRServer } from '../../src/bench/servers/process.ts';
import * as W from '../../src/websockets/index.ts';
import { Authority, hasOpenssl } from '../helpers/certificates.ts';
import { eventually } from '../helpers/eventually.ts';
import { hasRHttpuv } from '../helpers/r-httpuv.ts';
import { noted, socketServer } from '../helpers/web-sockets.ts';

/** Talks to an echo, and leaves. */
async function talk(address: string, options: W.ClientOptions = {}): Promise<string[]> {
  const client = await W.websocket(address, options);
  onTestFinished(() => client.ws.terminate());
  const log = noted(client, (data) => `${data.length}`);
  await client.send('é');
  await client.send(new Uint8Array(70_000));
  await eventually(() => log.length).toBe(3);
  await client.close();
  return log;
}

describe.skipIf(!hasRHttpuv())("R's httpuv", () => {
  it('echoes', async () => {
    const server = await startRServer();
    onTestFinished(() => server.stop());
    const log = await talk(`ws://127.0.0.1:${server.port}/`);
    expect(log.slice(0, 3)).toEqual(['established', 'receive 2', 'receive 70000']);
    expect(log[3]).toMatch(/^closed /);
  });
});

describe.skipIf(!hasOpenssl())('over TLS', () => {
  it('echoes with ws, whose certificate has to be known', async () => {
    const authority = new Authority();
    const server = createServer(authority.issue('one')).listen(0, '127.0.0.1');
    const echo = new WebSocketServer({ server });
    echo.on('connection', (ws) => ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary })));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = `wss://localhost:${(server.address() as AddressInfo).port}/`;
    const log = await talk(address, { tls: { ca: authority.cert } });
    expect(log.slice(0, 3)).toEqual(['established', 'receive 2', 'receive 70000']);
    await expect(W.websocket(address)).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  });

  it('echoes with our own server', async () => {
    const authority = new Authority();
    const server = await socketServer({
      tls: authority.issue('one'),
      receive: (data, ws, header) => void ws.send(data, { binary: header?.opcode === 2 }),
    });
    const log = await talk(`wss://127.0.0.1:${server.port}/`, { tls: { ca: authority.cert } });
    expect(log).toEqual(['established', 'receive 2', 'receive 70000', 'closed 1000  true']);
  });
});
