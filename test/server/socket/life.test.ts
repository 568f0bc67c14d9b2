/** The life of a WebSocket as the app sees it: handlers and what they throw, closing from either side, and the end. */
import { describe, expect, it } from 'vitest';
import { deferred } from '../../../src/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { shownMessage, type Talk, talk } from '../../helpers/talk.ts';
import { BINARY, closeFrame, FIN, frame, PING, textFrame, WsClient } from '../../helpers/ws-client.ts';

function boom(): never {
  throw new Error('boom');
}

describe('the request that opened one', () => {
  it('tells the app what it was, and of no body, for as long as the app holds it', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port, { X: 'kept' });
    await client.send(textFrame('hi'));
    await client.take(1);
    const { request } = on.opened[0] ?? {};
    expect(request).toMatchObject({
      method: 'GET',
      httpVersion: '1.1',
      remoteAddress: '127.0.0.1',
      bodyMode: 'buffer',
    });
    expect([request?.headers['x'], request?.SERVER_PORT, request?.text()]).toEqual(['kept', `${on.port}`, '']);
    expect(request?.earlyHints({ Link: '</a>' })).toBe(false);
    await expect(request?.formData()).rejects.toMatchObject({ code: 'HV_NOT_A_FORM' });
    expect(await new Response(request?.stream()).text()).toBe('');
  });

  it('gives an empty stream where onHeaders wished for one', async () => {
    const on = await talk({
      onHeaders(req) {
        req.bodyMode = 'stream';
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(textFrame('hi'));
    await client.take(1);
    expect(await new Response(on.opened[0]?.request.stream()).text()).toBe('');
  });
});

describe('messages', () => {
  it('are heard in their order, each by all handlers in turn', async () => {
    const heard: string[] = [];
    const on = await talk({
      onWSOpen(ws) {
        for (const name of ['a', 'b'])
          ws.onMessage((isBinary, message) => void heard.push(`${name} ${shownMessage(isBinary, message)}`));
      },
    });
    using client = await WsClient.open(on.port);
    const numbers = Array.from({ length: 200 }, (_, i) => i);
    await client.send(
      Buffer.concat(numbers.map((i) => (i % 2 === 0 ? textFrame(`${i}`) : frame(FIN | BINARY, `${i}`)))),
    );
    await client.take(200);
    expect(heard).toEqual(
      numbers.flatMap((i) => ['a', 'b'].map((name) => `${name} ${i % 2 === 0 ? '' : 'bytes '}${i}`)),
    );
  });

  it('are not given to a handler that was taken away', async () => {
    const heard: unknown[] = [];
    const on = await talk({
      onWSOpen(ws) {
        const remove = ws.onMessage((_, message) => {
          heard.push(message);
          remove();
          remove();
        });
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(textFrame('1'), textFrame('2'));
    expect(await client.take(2)).toEqual(['text 1', 'text 2']);
    expect(heard).toEqual(['1']);
  });

  it('of a packet are answered in one write', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    const packet = Buffer.concat(Array.from({ length: 10 }, (_, i) => textFrame(`${i}`)));
    let fewest = Number.POSITIVE_INFINITY;
    // The I/O thread may be so quick that it takes the first answers before the app has given the last one.
    for (let round = 1; round <= 50 && fewest > 1; round++) {
      let events = 0;
      const count = (): void => void events++;
      client.wire.socket.on('data', count);
      await client.send(packet);
      await client.take(10 * round);
      client.wire.socket.off('data', count);
      fewest = Math.min(fewest, events);
    }
    expect(fewest).toBe(1);
  });

  it('keep their bytes, whatever the app does with the ones it has sent', async () => {
    const on = await talk({
      onWSOpen(ws) {
        const bytes = new Uint8Array(100_000).fill(1);
        expect(ws.send(bytes)).toBe(100_000);
        bytes.fill(2);
        expect([ws.send(bytes.buffer), ws.send(new DataView(bytes.buffer, 1, 2)), ws.send('é')]).toEqual([
          100_000, 2, 2,
        ]);
      },
    });
    using client = await WsClient.open(on.port);
    await client.take(4);
    expect(client.frames.map(({ payload }) => [payload.length, new Set(payload).size, payload[0]])).toEqual([
      [100_000, 1, 1],
      [100_000, 1, 2],
      [2, 1, 2],
      [2, 2, 0xc3],
    ]);
  });
});

describe('a handler that fails', () => {
  const FAILURES: readonly (readonly [how: string, fail: () => unknown])[] = [
    ['throws', boom],
    ['gives a promise that rejects', () => Promise.reject(new Error('boom'))],
    [
      'gives a thenable that rejects later',
      () => {
        const { thenable, reject } = deferred<void>();
        setTimeout(() => reject(new Error('boom')), 1);
        return thenable;
      },
    ],
  ];

  /** Checks the Close, the one line, and that another connection goes on. */
  async function failed(on: Talk, client: WsClient, name: string, before: string[] = []): Promise<void> {
    using beside = await WsClient.open(on.port, { X: 'beside' });
    await beside.send(textFrame('hi'));
    expect(await beside.take(1)).toEqual(['text hi']);
    expect(await client.take(before.length + 1)).toEqual([...before, `close 1011 Error in ${name}`]);
    await client.send(textFrame('late'), closeFrame(1011));
    await client.untilEnd();
    await eventually(() => on.closes).toEqual(['1011']);
    expect(on.errors).toEqual([`${name} failed: boom`]);
    await beside.send(textFrame('still'));
    expect(await beside.take(2)).toEqual(['text hi', 'text still']);
    expect(on.heard).not.toContain('late');
  }

  it.each(FAILURES)('onWSOpen %s', async (_, fail) => {
    const on = await talk({
      onWSOpen: (ws) => (ws.request.headers['x'] === 'beside' ? undefined : fail()) as undefined,
    });
    using client = await WsClient.open(on.port);
    await failed(on, client, 'onWSOpen');
  });

  it.each(FAILURES)('onMessage %s', async (_, fail) => {
    const on = await talk({
      onWSOpen(ws) {
        if (ws.request.headers['x'] !== 'beside') ws.onMessage(fail as () => void);
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(textFrame('x'));
    await failed(on, client, 'onMessage', ['text x']);
  });

  it('is the last one to hear that message, and no other is heard', async () => {
    const heard: unknown[] = [];
    const on = await talk({
      onWSOpen(ws) {
        ws.onMessage((_, message) => (message === 'bad' ? boom() : undefined));
        ws.onMessage((_, message) => void heard.push(message));
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(Buffer.concat([textFrame('good'), textFrame('bad'), textFrame('behind')]));
    expect(await client.take(3)).toEqual(['text good', 'text bad', 'close 1011 Error in onMessage']);
    expect([heard, on.heard, on.errors.length]).toEqual([['good'], ['good', 'bad'], 1]);
  });

  it.each(FAILURES)('onClose %s: one line, and the other handlers hear it, too', async (_, fail) => {
    const heard: unknown[] = [];
    const on = await talk({
      onWSOpen(ws) {
        ws.onClose(fail as () => void);
        ws.onClose((...how) => void heard.push(how));
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(closeFrame(3000, 'bye'));
    expect(await client.untilEnd()).toEqual(['close 3000']);
    await eventually(() => on.errors).toEqual(['onClose failed: boom']);
    expect([on.closes, heard]).toEqual([['3000 bye'], [[3000, 'bye', true]]]);
  });
});

describe('closing', () => {
  it('by the app: nothing is sent behind it, and nothing more is heard', async () => {
    const states: number[] = [];
    const sent: unknown[] = [];
    const on = await talk({
      onWSOpen(ws) {
        states.push(ws.readyState);
        ws.onMessage(() => {
          ws.close(4000, 'bye');
          ws.close(4001, 'again');
          states.push(ws.readyState);
          sent.push(ws.send('late'), ws.ping());
        });
        ws.onClose(() => {
          states.push(ws.readyState);
          sent.push(ws.send('later'), ws.bufferedAmount);
        });
      },
    });
    using client = await WsClient.open(on.port);
    await client.send(Buffer.concat([textFrame('go'), textFrame('behind')]));
    expect(await client.take(2)).toEqual(['text go', 'close 4000 bye']);
    // Until the client agrees it may go on talking; nobody listens.
    await client.send(textFrame('unheard'), frame(FIN | PING, 'unanswered'), closeFrame(4000, 'agreed'));
    expect(await client.untilEnd()).toEqual(['text go', 'close 4000 bye']);
    expect(client.ended).toBe('fin');
    await eventually(() => on.closes).toEqual(['4000 agreed']);
    expect([on.heard, states, sent]).toEqual([['go'], [1, 2, 3], [-1, false, -1, 0]]);
    expect(on.errors).toEqual([]);
  });

  it('takes a code that may be sent, and says 1000 when there is none', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    const [ws] = on.opened;
    for (const code of [
      0,
      1,
      999,
      1004,
      1005,
      1006,
      1015,
      1016,
      2999,
      5000,
      1000.5,
      Number.NaN,
      '1000' as unknown as number,
    ]) {
      expect(() => ws?.close(code)).toThrow(RangeError);
    }
    expect(ws?.readyState).toBe(1);
    ws?.close();
    expect(await client.take(1)).toEqual(['close 1000']);
  });

  it('cuts a reason at the last character that fits into 123 bytes', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    on.opened[0]?.close(3000, `a${'€'.repeat(60)}`);
    expect(await client.take(1)).toEqual([`close 3000 a${'€'.repeat(40)}`]);
  });

  it('from both sides at once is agreed on', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    const sending = client.send(closeFrame(3001, 'mine'));
    on.opened[0]?.close(3002, 'yours');
    await sending;
    const [only, ...more] = await client.untilEnd();
    expect(['close 3001', 'close 3002 yours']).toContain(only);
    expect(more).toEqual([]);
    await eventually(() => on.closes).toEqual(['3001 mine']);
  });

  it('reaches who sends what is no message: a TypeError, and nothing is sent', async () => {
    const on = await talk();
    using client = await WsClient.open(on.port);
    const [ws] = on.opened;
    for (const message of [undefined, null, 1, true, {}, [1], new Date()]) {
      expect(() => ws?.send(message as unknown as string)).toThrow(TypeError);
    }
    for (const handler of [undefined, null, 'x', {}]) {
      expect(() => ws?.onMessage(handler as unknown as () => void)).toThrow(TypeError);
      expect(() => ws?.onClose(handler as unknown as () => void)).toThrow(TypeError);
    }
    ws?.send('ok');
    expect(await client.take(1)).toEqual(['text ok']);
  });
});
