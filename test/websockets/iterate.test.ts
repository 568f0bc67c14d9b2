/** Servers and connections as asynchronous iterations. */
import { describe, expect, it } from 'vitest';
import type * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, endOf, first, nextMessage, servedServer, socketServer, wsClient } from '../helpers/web-sockets.ts';

describe('a connection', () => {
  it('that is iterated from its start on yields every message, then ends', async () => {
    const server = await socketServer();
    const got: unknown[] = [];
    let isOver = false;
    server.established = (ws) => {
      void (async () => {
        for await (const message of ws)
          got.push([message.text(), message.isBinary, message.header?.opcode, message.data.length]);
        isOver = true;
      })();
    };
    const client = await wsClient(server.port);
    for (const text of ['a', 'é']) client.send(text);
    client.send(Buffer.from('b'));
    client.close();
    await eventually(() => isOver).toBe(true);
    expect(got).toEqual([
      ['a', false, 1, 1],
      ['é', false, 1, 2],
      ['b', true, 2, 1],
    ]);
  });

  it.each(DISPATCHES)('may be iterated inside its callback, with %s dispatch', async (dispatch) => {
    const server = await servedServer(dispatch);
    const errors: string[] = [];
    server.on('error', (error) => errors.push(error.message));
    const log: string[] = [];
    server.established = async (ws) => {
      for await (const message of ws) {
        log.push(message.text());
        if (message.text() === 'last') throw new Error('enough');
      }
    };
    server.closed = () => void log.push('closed');
    const client = await wsClient(server.port);
    for (const text of ['a', 'b', 'last']) client.send(text);
    await eventually(() => errors).toEqual(['enough']);
    client.close();
    await eventually(() => log).toEqual(['a', 'b', 'last', 'closed']);
  });

  it('stays open when the loop is left, and yields nothing once it is gone', async () => {
    const server = await socketServer();
    const client = await wsClient(server.port);
    await eventually(() => server.clients.size).toBe(1);
    const ws = first(server);
    const reading = (async () => {
      for await (const message of ws) return message.text();
      return '';
    })();
    client.send('one');
    expect(await reading).toBe('one');
    const answer = nextMessage(client);
    await ws.send('still here');
    expect(String((await answer)[0])).toBe('still here');
    client.close();
    await endOf(client);
    await ws.close();
    for await (const _message of ws) throw new Error('it is gone');
  });

  it('whose messages nobody takes is not read from, until somebody does', async () => {
    const server = await socketServer();
    let iterator: AsyncIterator<W.Message> | undefined;
    server.established = (ws) => {
      iterator ??= ws[Symbol.asyncIterator]();
    };
    const client = await wsClient(server.port);
    const message = Buffer.alloc(1_000_000);
    // So much that no buffer of the system takes it.
    const count = 60;
    let written = 0;
    for (let i = 0; i < count; i++) client.send(message, () => written++);
    await eventually(() => written).toBeGreaterThan(0);
    // Whoever is not read from answers no Ping, while others are answered.
    let pongs = 0;
    client.on('pong', () => pongs++);
    client.ping();
    const other = await wsClient(server.port);
    const pong = new Promise((resolve) => other.once('pong', resolve));
    other.ping();
    await pong;
    expect([pongs, written < count]).toEqual([0, true]);
    for (let i = 0; i < count; i++) await iterator?.next();
    await eventually(() => pongs).toBe(1);
    expect(written).toBe(count);
  });
});

describe('a server', () => {
  it('yields what happens to all its connections, and ends when it is closed', async () => {
    const server = await socketServer();
    const got: string[] = [];
    const loop = (async () => {
      for await (const event of server) {
        if (event.type === 'receive') got.push(`receive ${event.message.text()}`);
        else if (event.type === 'closed') got.push(`closed ${event.why.code}`);
        else got.push('established');
      }
    })();
    const client = await wsClient(server.port);
    client.send('x');
    client.close(4000);
    await eventually(() => got.length).toBe(3);
    const other = await wsClient(server.port);
    const ends = endOf(other);
    await eventually(() => got.length).toBe(4);
    await server.close();
    await loop;
    await ends;
    expect(got).toEqual(['established', 'receive x', 'closed 4000', 'established', 'closed 1001']);
    for await (const _event of server) throw new Error('it is closed');
  });
});
