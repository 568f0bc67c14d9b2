/** permessage-deflate: messages through zlib. */
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
  type ZlibOptions,
} from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type CodecParams,
  codecParams,
  type DeflateCodec,
  type DeflateParams,
  withoutTail,
  withTail,
} from '../../src/websocket/deflate.ts';
import type { SessionEvent } from '../../src/websocket/events.ts';
import { frame, randomKeys } from '../../src/websocket/frames.ts';
import { WebSocketSession } from '../../src/websocket/session.ts';

const PLAIN: DeflateParams = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

/** A codec of Node's streams. */
function zlibCodec(params: CodecParams): DeflateCodec {
  const flush: ZlibOptions = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  const run = (
    stream: DeflateRaw | InflateRaw,
    data: Uint8Array,
    most: number,
    done: (error: unknown, bytes: Uint8Array) => void,
  ): void => {
    const parts: Uint8Array[] = [];
    let length = 0;
    let failure: unknown = null;
    const finish = (error: unknown): void => {
      if (failure !== null) return;
      failure = error ?? 'done';
      stream.removeAllListeners();
      stream.on('error', () => {});
      done(error, error ? new Uint8Array(0) : new Uint8Array(Buffer.concat(parts)));
    };
    stream.on('error', finish);
    stream.on('data', (part: Uint8Array) => {
      length += part.length;
      if (length > most) return finish('too large');
      parts.push(part);
    });
    stream.write(data);
    stream.flush(constants.Z_SYNC_FLUSH, () => finish(null));
  };
  const deflate = createDeflateRaw({ ...flush, windowBits: params.deflateBits });
  const inflate = createInflateRaw({ ...flush, windowBits: params.inflateBits });
  return {
    deflate(message, done) {
      run(deflate, message, Number.POSITIVE_INFINITY, (error, bytes) => {
        if (params.deflateResets) deflate.reset();
        done(error, bytes);
      });
    },
    inflate(data, maxBytes, done) {
      run(inflate, data, maxBytes, (error, bytes) => {
        if (params.inflateResets) inflate.reset();
        done(error, bytes);
      });
    },
  };
}

/** Two ends; `settle` passes bytes on until the server has told so many events. */
function pair(params: DeflateParams, thresholdBytes = 0) {
  let woken = (): void => {};
  const wake = (): void => woken();
  const make = (role: 'server' | 'client'): WebSocketSession =>
    new WebSocketSession({ role, codec: zlibCodec(codecParams(params, role)), thresholdBytes, wake });
  const [client, server] = [make('client'), make('server')];
  let wire = 0;
  const settle = async (wanted: number): Promise<SessionEvent[]> => {
    const told: SessionEvent[] = [];
    for (;;) {
      const next = new Promise<void>((resolve) => {
        woken = resolve;
      });
      for (const bytes of client.output()) {
        wire += bytes.length;
        server.feed(bytes);
      }
      told.push(...server.events());
      if (told.length >= wanted) return told;
      await next;
    }
  };
  return { client, server, settle, wireBytes: () => wire };
}

const said = (events: readonly SessionEvent[]): unknown[] =>
  events.map((one) => (one.type === 'message' ? one.data : one.type === 'error' ? one.error.code : one.type));

describe('compressed messages', () => {
  it.each<[string, Partial<DeflateParams>]>([
    ['with context take-over', {}],
    ['without', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
    ['with a small window', { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
  ])('arrive in order, %s', async (_, change) => {
    const { client, settle } = pair({ ...PLAIN, ...change }, 10);
    const long = Array.from({ length: 2000 }, (_, i) => `é${i * 7}`).join();
    const messages = [long, 'short', '', long, Uint8Array.of(1, 2), new Uint8Array(100_000), 'é', long];
    for (const message of messages) client.send(message);
    client.close();
    expect(said(await settle(messages.length + 1))).toEqual([...messages, 'close']);
  });

  it('make use of the messages before', async () => {
    const text = Array.from({ length: 300 }, (_, i) => (i * 7919) % 1000).join();
    const sizes: number[] = [];
    for (const clientNoContextTakeover of [false, true]) {
      const { client, settle, wireBytes } = pair({ ...PLAIN, clientNoContextTakeover });
      client.send(text);
      client.send(text);
      await settle(2);
      sizes.push(wireBytes());
    }
    expect(sizes[0]).toBeLessThan((sizes[1] ?? 0) * 0.7);
  });

  it('may be empty', async () => {
    const { client, settle } = pair(PLAIN);
    for (const message of ['', '', 'a', '']) client.send(message);
    expect(said(await settle(4))).toEqual(['', '', 'a', '']);
  });

  it('are whole before the Close that comes behind them, and before the end', async () => {
    const { client, server, settle } = pair(PLAIN);
    client.send('a'.repeat(50_000));
    client.send('b');
    const told = await settle(2);
    server.finish();
    told.push(...server.events());
    expect(said(told)).toEqual(['a'.repeat(50_000), 'b', 'close']);
    expect(told.at(-1)).toMatchObject({ code: 1006 });
  });

  it('wait, when the connection ends while one of them is inflated', async () => {
    const { client, server, settle } = pair(PLAIN);
    const compressed = Buffer.from(deflateRawSync('Hello', { finishFlush: constants.Z_SYNC_FLUSH }));
    server.feed(frame('text', withoutTail(compressed), randomKeys(), true));
    server.finish();
    expect(server.events()).toEqual([]);
    expect(said(await settle(2))).toEqual(['Hello', 'close']);
    expect(client.state).toBe('open');
  });

  it.each<[string, Uint8Array, string, number]>([
    ['longer than the limit', deflateRawSync(new Uint8Array(20_000_000)), 'HV_WS_MESSAGE_TOO_LARGE', 1009],
    ['malformed', Uint8Array.of(0xff, 0xff, 0xff), 'HV_WS_BAD_COMPRESSION', 1007],
    ['not UTF-8', deflateRawSync(Uint8Array.of(0xc0, 0x80)), 'HV_WS_BAD_UTF8', 1007],
  ])('that are %s fail the connection, and what comes behind is not told', async (_, data, code, answer) => {
    const { server, settle } = pair(PLAIN);
    const keys = randomKeys();
    const good = withoutTail(deflateRawSync('good', { finishFlush: constants.Z_SYNC_FLUSH }));
    server.feed(
      Buffer.concat([frame('text', good, keys, true), frame('text', data, keys, true), frame('text', good, keys)]),
    );
    const told = await settle(3);
    expect(said(told)).toEqual(['good', code, 'close']);
    expect(told.at(-1)).toMatchObject({ code: answer });
    expect(server.mayEnd).toBe(true);
  });

  it('are not accepted where compression was not negotiated', () => {
    const session = new WebSocketSession();
    session.feed(frame('text', Uint8Array.of(0), randomKeys(), true));
    expect(said(session.events())).toEqual(['HV_WS_RESERVED_BIT', 'close']);
  });

  it('that the compressor fails at close the connection with 1011', () => {
    const broken: DeflateCodec = {
      deflate: (_, done) => done(new Error('no memory'), new Uint8Array(0)),
      inflate: () => {},
    };
    const session = new WebSocketSession({ codec: broken });
    session.send('x'.repeat(2000));
    expect(said(session.events())).toEqual(['HV_DEFLATE', 'close']);
    expect(Buffer.concat(session.output()).toString('hex')).toBe('880203f3');
  });

  it('that come back from the compressor too late are not sent', () => {
    let late = (): void => {};
    const slow: DeflateCodec = {
      deflate: (message, done) => {
        late = () => done(null, message);
      },
      inflate: () => {},
    };
    const session = new WebSocketSession({ codec: slow });
    session.send('x'.repeat(2000));
    session.send('short');
    expect(session.bufferedBytes).toBe(2005);
    session.feed(Uint8Array.of(0xbf));
    late();
    expect(Buffer.concat(session.output()).subarray(0, 1)).toEqual(Buffer.of(0x88));
    expect(session.mayEnd).toBe(true);
  });
});

describe('the four bytes behind a flush', () => {
  it('are taken away and put back', () => {
    const data = Uint8Array.of(1, 0, 0, 0xff, 0xff);
    expect(withoutTail(data)).toEqual(Uint8Array.of(1));
    expect(withTail(Uint8Array.of(1))).toEqual(data);
    expect(withoutTail(Uint8Array.of(0, 0, 0xff, 0xff))).toEqual(Uint8Array.of(0));
    expect(withoutTail(Uint8Array.of(0xff, 0xff))).toEqual(Uint8Array.of(0xff, 0xff));
  });
});
