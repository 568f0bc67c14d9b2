/** WebSockets over web streams, both roles against each other, in memory. */
import { describe, expect, it } from 'vitest';
import { type ByteStreams, closePayload, frame, randomKeys, WebSocketStreams } from '../../src/websocket/index.ts';

/** Two ends of one connection. */
function pair(): [ByteStreams, ByteStreams] {
  const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

async function all(socket: WebSocketStreams): Promise<(string | Uint8Array)[]> {
  const messages: (string | Uint8Array)[] = [];
  for await (const message of socket.readable) messages.push(message);
  return messages;
}

describe('a WebSocket as streams', () => {
  it('carries texts and bytes both ways, and is closed by one side', async () => {
    const [near, far] = pair();
    const client = new WebSocketStreams(near, { role: 'client' });
    const server = new WebSocketStreams(far);
    const echo = (async () => {
      const writer = server.writable.getWriter();
      for await (const message of server.readable) await writer.write(message);
    })();
    const writer = client.writable.getWriter();
    const reader = client.readable.getReader();
    for (const message of ['héllo', Uint8Array.of(1, 2, 3), 'x'.repeat(100_000), '']) {
      await Promise.all([writer.write(message), reader.read().then(({ value }) => expect(value).toEqual(message))]);
    }
    await Promise.all([client.close(4000, 'done'), echo]);
    expect(await client.closed).toEqual({ code: 4000, reason: '', wasClean: true });
    expect(await server.closed).toEqual({ code: 4000, reason: 'done', wasClean: true });
    expect((await reader.read()).done).toBe(true);
    await expect(writer.write('late')).rejects.toMatchObject({ code: 'HV_FINISHED' });
  });

  it('is closed by closing what is written to, or by cancelling what is read', async () => {
    for (const close of [
      (socket: WebSocketStreams) => socket.writable.close(),
      (socket: WebSocketStreams) => socket.readable.cancel(),
    ]) {
      const [near, far] = pair();
      const server = new WebSocketStreams(far);
      const closing = close(new WebSocketStreams(near, { role: 'client' }));
      expect(await all(server)).toEqual([]);
      await closing;
      expect(await server.closed).toMatchObject({ code: 1000, wasClean: true });
    }
  });

  it('answers what came before a Close first, then the Close', async () => {
    const [near, far] = pair();
    const keys = randomKeys();
    const raw = near.writable.getWriter();
    const said = [frame('text', 'a', keys), frame('text', 'b', keys), frame('close', closePayload(4000, ''), keys)];
    void raw.write(Uint8Array.from(said.flatMap((bytes) => [...bytes])));
    const server = new WebSocketStreams(far);
    const writer = server.writable.getWriter();
    const echo = (async () => {
      for await (const message of server.readable) await writer.write(message);
    })();
    const got: number[] = [];
    for await (const bytes of near.readable) got.push(...bytes);
    await echo;
    expect(got).toEqual([0x81, 1, 0x61, 0x81, 1, 0x62, 0x88, 2, 0x0f, 0xa0]);
    await expect(writer.write('late')).rejects.toMatchObject({ code: 'HV_FINISHED' });
  });

  it('answers a Close also where it is closed itself meanwhile, and nothing is read', async () => {
    const [near, far] = pair();
    const raw = near.writable.getWriter();
    const keys = randomKeys();
    const close = frame('close', closePayload(4000, ''), keys);
    void raw.write(Uint8Array.from([...frame('text', 'a', keys), ...close]));
    const server = new WebSocketStreams(far);
    expect(await server.readable.getReader().read()).toEqual({ value: 'a', done: false });
    const closing = server.close(3000);
    const { value } = await near.readable.getReader().read();
    expect(value).toEqual(Uint8Array.of(0x88, 2, 0x0f, 0xa0));
    await closing;
  });

  it('tells a peer that breaks the rules, and one that goes', async () => {
    const [near, far] = pair();
    const server = new WebSocketStreams(far, { maxMessageBytes: 10 });
    const raw = near.writable.getWriter();
    void raw.write(frame('text', 'not masked'));
    await expect(all(server)).rejects.toMatchObject({ code: 'HV_WS_NOT_MASKED', answer: 1002 });
    expect(await server.closed).toMatchObject({ code: 1002, wasClean: false });
    const { value } = await near.readable.getReader().read();
    expect(value?.subarray(0, 4)).toEqual(Uint8Array.of(0x88, value?.[1] ?? 0, 0x03, 0xea));

    const [gone, left] = pair();
    const other = new WebSocketStreams(left);
    void gone.writable.close();
    expect(await all(other)).toEqual([]);
    expect(await other.closed).toMatchObject({ code: 1006, wasClean: false });
  });

  it('ends the connection when writing is aborted, and when reading it fails', async () => {
    const [near, far] = pair();
    const client = new WebSocketStreams(near, { role: 'client' });
    const server = new WebSocketStreams(far);
    await Promise.all([client.writable.abort(), all(server)]);
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(await server.closed).toMatchObject({ code: 1006 });
    const failing = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('reset')) });
    const lost = new WebSocketStreams({ readable: failing, writable: new WritableStream() });
    expect(await all(lost)).toEqual([]);
    expect(await lost.closed).toMatchObject({ code: 1006 });
  });

  it('ends a connection that takes and brings nothing any more, when writing is aborted', async () => {
    const told: string[] = [];
    const stuck: ByteStreams = {
      readable: new ReadableStream({ cancel: (reason) => void told.push(`cancelled: ${reason}`) }),
      writable: new WritableStream({ write: () => new Promise(() => {}) }),
    };
    const socket = new WebSocketStreams(stuck);
    const writer = socket.writable.getWriter();
    const sent = writer.write('never taken').catch(() => 'given up');
    const messages = all(socket);
    await writer.abort('too slow');
    expect(await messages).toEqual([]);
    expect(await socket.closed).toEqual({ code: 1006, reason: '', wasClean: false });
    expect(told).toEqual(['cancelled: too slow']);
    await sent;
  });

  it('waits for whoever takes the bytes', async () => {
    let taken = 0;
    let go: () => void = () => {};
    const slow = new WritableStream<Uint8Array>({
      write: () =>
        new Promise<void>((resolve) => {
          taken++;
          go = resolve;
        }),
    });
    const socket = new WebSocketStreams({ readable: new ReadableStream(), writable: slow }, { role: 'client' });
    const writer = socket.writable.getWriter();
    const first = writer.write('1');
    const second = writer.write('2');
    await Promise.race([first, new Promise((resolve) => setImmediate(resolve))]);
    expect(taken).toBe(1);
    go();
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(2);
    go();
    await second;
  });
});
