/** How a WebSocket ends without the app's doing: the client goes, the server stops, somebody does not answer. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { talk } from '../../helpers/talk.ts';
import { BrowserClient, WITH_UNDICI, WITH_WS } from '../../helpers/ws-browser.ts';
import { BINARY, closeFrame, FIN, frame, handshake, PING, TEXT, textFrame, WsClient } from '../../helpers/ws-client.ts';

describe('an end without a Close is 1006, once', () => {
  it.each<[how: string, end: (client: WsClient) => void]>([
    ['FIN', (client) => client.wire.halfClose()],
    ['a reset', (client) => void client.wire.socket.resetAndDestroy()],
    ['both ends at once', (client) => client.close()],
  ])('%s', async (_, end) => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    await client.send(textFrame('x'), frame(TEXT, 'half'), frame(FIN, 'y').subarray(0, 3));
    await client.take(1);
    end(client);
    await eventually(() => on.closes).toEqual(['1006 dirty']);
    expect([on.opened[0]?.readyState, on.opened[0]?.send('x')]).toEqual([3, -1]);
    await on.server.stop();
    expect([on.closes, on.heard, on.errors]).toEqual([['1006 dirty'], ['x'], []]);
  });
});

describe('messages together with the Close behind them', () => {
  const last = Buffer.concat([textFrame('a'), frame(FIN | BINARY, 'b'), closeFrame(4000, 'bye')]);

  it('are answered before it', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    await client.send(last);
    expect(await client.untilEnd()).toEqual(['text a', 'binary 62', 'close 4000']);
    await eventually(() => on.closes).toEqual(['4000 bye']);
    expect([on.heard, on.errors, on.opened[0]?.send('late')]).toEqual([['a', 'bytes b'], [], -1]);
  });

  it('are answered also to a client that ends its side with them, behind the handshake in one packet', async () => {
    const on = await talk();
    using client = await WsClient.connect(on.port);
    await client.send(Buffer.concat([Buffer.from(handshake()), last]));
    client.wire.halfClose();
    expect(await client.untilEnd()).toEqual(['text a', 'binary 62', 'close 4000']);
  });

  it('are answered until the app closes; what it says later is not sent, and it is told so', async () => {
    const sent: unknown[] = [];
    const on = await talk(
      {
        onWSOpen: (ws) => {
          ws.onMessage(async (isBinary) => {
            sent.push(ws.send('at once'));
            if (isBinary) ws.close(3000, 'mine');
            await new Promise((resolve) => ws.onClose(() => resolve(undefined)));
            sent.push(ws.send('late'));
          });
        },
      },
      {},
      false,
    );
    using client = await WsClient.open(on.port);
    await client.send(last);
    expect(await client.untilEnd()).toEqual(['text at once', 'text at once', 'close 4000']);
    await eventually(() => sent).toEqual([7, 7, -1, -1]);
    expect(on.closes).toEqual(['4000 bye']);
  });
});

it('one that is gone reaches nobody, also when another has its place', async () => {
  const on = await talk();
  for (let round = 0; round < 5; round++) {
    using gone = await WsClient.open(on.port);
    gone.close();
    await eventually(() => on.closes.length).toBe(round + 1);
  }
  using client = await WsClient.open(on.port);
  for (const ws of on.opened.slice(0, 5)) {
    expect([ws.send('to nobody'), ws.ping(), ws.bufferedAmount]).toEqual([-1, false, 0]);
    ws.close(4000);
  }
  await client.send(textFrame('x'));
  expect(await client.take(1)).toEqual(['text x']);
  on.opened[5]?.close(3000);
  expect(await client.take(2)).toEqual(['text x', 'close 3000']);
});

describe('stop', () => {
  it('tells all 1001, and resolves when they have agreed', async () => {
    const on = await talk();
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, i) => BrowserClient.open(i % 2 === 0 ? WITH_WS : WITH_UNDICI, on.port)),
    );
    const stopped = on.server.stop();
    const codes = await Promise.all(clients.map(async (client) => (await client.closed())?.[0]));
    await stopped;
    expect(codes).toEqual(Array(20).fill(1001));
    await eventually(() => on.closes).toEqual(Array(20).fill('1001'));
    expect(on.opened.map((ws) => ws.send('late'))).toEqual(Array(20).fill(-1));
    expect(on.errors).toEqual([]);
  });

  it('sends what was said before, then 1001', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    on.opened[0]?.send('goodbye');
    const stopped = on.server.stop();
    expect(await client.take(2)).toEqual(['text goodbye', 'close 1001']);
    await client.send(textFrame('unheard'), closeFrame(1001));
    await stopped;
    expect(await client.untilEnd()).toEqual(['text goodbye', 'close 1001']);
    await eventually(() => on.closes).toEqual(['1001']);
    expect(on.heard).toEqual([]);
  });

  it('resolves when the app has heard of all ends, also of those just before it', async () => {
    for (let round = 0; round < 20; round++) {
      const before: number[] = [];
      const on = await talk({ onStop: () => void before.push(on.closes.length) });
      const clients = await Promise.all(Array.from({ length: 4 }, () => WsClient.open(on.port)));
      await eventually(() => on.opened.length).toBe(4);
      for (const client of clients.slice(round % 2)) client.wire.socket.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, round % 3));
      const stopped = on.server.stop();
      if (round % 2 === 1) clients[0]?.wire.socket.resetAndDestroy();
      await stopped;
      expect([before, on.closes.length]).toEqual([[4], 4]);
    }
  });

  it('waits closeTimeoutMs for one that does not answer', async () => {
    const on = await talk({}, { closeTimeoutMs: 100 });
    using client = await WsClient.open(on.port);
    await on.server.stop();
    expect(await client.untilEnd()).toEqual(['close 1001']);
    await eventually(() => on.closes).toEqual(['1006 dirty']);
  });

  it('with a time of grace tells them at once, too, and lets requests finish', async () => {
    const gates: (() => void)[] = [];
    const on = await talk({
      call: () => new Promise((resolve) => gates.push(() => resolve({ status: 200, body: 'done' }))),
    });
    using client = await WsClient.open(on.port);
    const answer = fetch(`http://127.0.0.1:${on.port}/`);
    await eventually(() => gates.length).toBe(1);
    const stopped = on.server.stop({ graceMs: 60_000 });
    expect(await client.take(1)).toEqual(['close 1001']);
    await client.send(closeFrame(1001));
    await client.untilEnd();
    gates[0]?.();
    expect(await (await answer).text()).toBe('done');
    await stopped;
  });

  it('within onWSOpen and onMessage is the end, too', async () => {
    const on = await talk({
      onWSOpen: (ws) => {
        ws.onMessage(() => void on.server.stop());
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(textFrame('stop'));
    expect(await client.take(2)).toEqual(['text stop', 'close 1001']);
    await client.send(closeFrame(1001));
    await client.untilEnd();
    await eventually(() => on.closes).toEqual(['1001']);
  });
});

describe('closeTimeoutMs', () => {
  it('ends the connection of a client that does not answer a Close', async () => {
    const on = await talk({}, { closeTimeoutMs: 100 });
    using client = await WsClient.open(on.port);
    on.opened[0]?.close(3000, 'bye');
    await client.take(1);
    await client.send(textFrame('I will not'), frame(FIN | PING));
    expect(await client.untilEnd()).toEqual(['close 3000 bye']);
    await eventually(() => on.closes).toEqual(['1006 dirty']);
    expect(on.heard).toEqual([]);
  });
});

describe('pings', () => {
  it('are sent in their time, and who sends nothing at all behind so many of them is cut off', async () => {
    const on = await talk({}, { pingIntervalMs: 1, maxMissedPongs: 2 });
    using client = await WsClient.open(on.port);
    await client.wire.until(() => client.ended !== 'open', 'end');
    expect(client.shown).toEqual(['ping', 'ping']);
    await eventually(() => on.closes).toEqual(['1006 dirty']);
  });

  it('are not sent when both are off', async () => {
    const on = await talk({}, { pingIntervalMs: 0, maxMissedPongs: 0 });
    using probe = await WsClient.open((await talk({}, { pingIntervalMs: 1 })).port);
    using client = await WsClient.open(on.port);
    await probe.take(2);
    await client.send(textFrame('x'));
    expect(await client.take(1)).toEqual(['text x']);
  });
});
