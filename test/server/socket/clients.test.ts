/** WebSockets with clients that others have written: `ws` and undici. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket as WsSocket } from 'ws';
import { eventually } from '../../helpers/eventually.ts';
import { talk } from '../../helpers/talk.ts';
import { BrowserClient, WITH_UNDICI, WITH_WS } from '../../helpers/ws-browser.ts';

const MIB = 1_048_576;
const SIZES = [0, 1, 125, 126, 65_535, 65_536, MIB, 16 * MIB];

/** A text of so many bytes, not all of them ASCII. */
function textOf(size: number): string {
  return size < 4 ? 'x'.repeat(size) : 'é漢😀'.slice(0, 1) + 'abcdefgh'.repeat(Math.ceil(size / 8)).slice(0, size - 2);
}

describe.each([WITH_WS, WITH_UNDICI])('%s', (kind) => {
  it.each(SIZES)('gets back %i bytes, as text and as bytes', async (size) => {
    const on = await talk(
      {
        onWSOpen: (ws) => {
          ws.onMessage((_, message) => {
            ws.send(message);
          });
        },
      },
      {},
      false,
    );
    await using client = await BrowserClient.open(kind, on.port);
    const message = textOf(size);
    expect(Buffer.byteLength(message)).toBe(size);
    client.socket.send(message);
    expect((await client.next()) === message).toBe(true);
    const bytes = randomBytes(size);
    client.socket.send(bytes);
    const got = await client.next();
    expect(Buffer.isBuffer(got) && got.equals(bytes)).toBe(true);
    expect(on.heard.map((one) => one.length)).toEqual([message.length, 'bytes '.length + size]);
    // `talk` compares types.
    expect(on.opened.length).toBe(1);
  });

  it('gets many messages back in their order', async () => {
    const on = await talk();
    await using client = await BrowserClient.open(kind, on.port);
    const messages = Array.from({ length: 3_000 }, (_, i) => `${i} ${'x'.repeat((i * 37) % 400)}`);
    for (const message of messages) client.socket.send(message);
    for (const message of messages) expect(await client.next()).toBe(message);
  });

  it('is told a code and a reason, and tells one', async () => {
    const on = await talk(
      {
        onWSOpen: (ws) => {
          ws.onMessage((_, message) => ws.close(4321, `wegen ${message} – genügt`));
        },
      },
      {},
      false,
    );
    const client = await BrowserClient.open(kind, on.port);
    client.socket.send('x');
    expect(await client.closed()).toEqual([4321, 'wegen x – genügt', true]);
    const other = await BrowserClient.open(kind, on.port);
    other.socket.close(3210, 'adiós');
    expect(await other.closed()).toEqual([3210, '', true]);
    const silent = await BrowserClient.open(kind, on.port);
    silent.socket.close();
    expect((await silent.closed())?.[0]).toBe(1005);
    await eventually(() => on.closes).toEqual([expect.stringMatching(/^4321/), '3210 adiós', '1005']);
  });

  it('is given the subprotocol that was chosen', async () => {
    const on = await talk({ handleProtocols: (offered) => [...offered][1] ?? false });
    await using client = await BrowserClient.open(kind, on.port, {}, ['a', 'b']);
    expect([client.socket.protocol, on.opened[0]?.protocol]).toEqual(['b', 'b']);
  });

  it('that is not let in is not opened', async () => {
    const on = await talk({ onHeaders: () => ({ status: 403 }) });
    await expect(BrowserClient.open(kind, on.port)).rejects.toThrow();
    expect(on.opened.length).toBe(0);
  });

  it('that sends more than maxMessageBytes is closed with 1009', async () => {
    const on = await talk({}, { maxMessageBytes: 1_000 });
    const client = await BrowserClient.open(kind, on.port);
    client.socket.send('x'.repeat(1_000));
    expect(await client.next()).toBe('x'.repeat(1_000));
    client.socket.send('x'.repeat(1_001));
    expect((await client.closed())?.[0]).toBe(1009);
    await eventually(() => on.closes.length).toBe(1);
    expect(on.heard).toEqual(['x'.repeat(1_000)]);
  });
});

describe('ws', () => {
  it('sends fragments, with Pings between them', async () => {
    const on = await talk();
    const client = new WsSocket(`ws://127.0.0.1:${on.port}/`);
    await once(client, 'open');
    const pongs: string[] = [];
    client.on('pong', (data: Buffer) => pongs.push(String(data)));
    const echo = once(client, 'message') as Promise<[Buffer, boolean]>;
    const parts = Array.from({ length: 20 }, (_, i) => randomBytes(1 + i * 500));
    for (const [i, part] of parts.entries()) {
      client.send(part, { binary: true, fin: i === parts.length - 1 });
      if (i % 5 === 0) {
        client.ping(`p${i}`);
        // A Pong for each Ping is only owed when it was sent before the next Ping came.
        await eventually(() => pongs.length).toBe(1 + i / 5);
      }
    }
    const [got, isBinary] = await echo;
    expect([got.equals(Buffer.concat(parts)), isBinary]).toEqual([true, true]);
    expect(pongs).toEqual(['p0', 'p5', 'p10', 'p15']);
    client.close();
    await once(client, 'close');
  });

  it('answers our Pings, which carry what the app says', async () => {
    const on = await talk();
    const client = new WsSocket(`ws://127.0.0.1:${on.port}/`);
    const pinged: string[] = [];
    client.on('ping', (data: Buffer) => pinged.push(String(data)));
    await once(client, 'open');
    const [ws] = on.opened;
    expect([ws?.ping('a'), ws?.ping(Buffer.from('b')), ws?.ping()]).toEqual([true, true, true]);
    await eventually(() => pinged).toEqual(['a', 'b', '']);
    expect(() => ws?.ping('x'.repeat(126))).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    client.close();
    await eventually(() => on.closes.length).toBe(1);
    expect(ws?.ping()).toBe(false);
  });

  it('whose connection is cut is told as 1006', async () => {
    const on = await talk();
    const client = new WsSocket(`ws://127.0.0.1:${on.port}/`);
    await once(client, 'open');
    client.terminate();
    await eventually(() => on.closes).toEqual(['1006 dirty']);
  });
});
