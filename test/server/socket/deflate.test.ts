/** permessage-deflate over a real socket, RFC 7692, with the compressor of this test and with that of `ws`. */
import { randomBytes } from 'node:crypto';
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { PerMessageDeflate, ServerOptions } from '../../../src/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Talk, talk } from '../../helpers/talk.ts';
import { bytewise } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';
import { BrowserClient, WITH_WS } from '../../helpers/ws-browser.ts';
import {
  BINARY,
  CONTINUATION,
  closeFrame,
  FIN,
  frame,
  handshake,
  PING,
  RSV1,
  TEXT,
  textFrame,
  WsClient,
} from '../../helpers/ws-client.ts';

const OFFER = 'permessage-deflate; client_max_window_bits';

/** A client that has offered compression, and what was answered. */
async function deflating(
  settings: boolean | PerMessageDeflate = true,
  offer = OFFER,
  options: ServerOptions = {},
): Promise<{ on: Talk; client: WsClient; answer: string | undefined }> {
  const on = await talk({}, { perMessageDeflate: settings, ...options });
  const client = await WsClient.connect(on.port);
  await client.send(handshake({ 'Sec-WebSocket-Extensions': offer }));
  return { on, client, answer: field(await client.opened(), 'sec-websocket-extensions') };
}

/** One end of a compressed direction whose state outlasts messages. */
class Stream {
  readonly #stream;
  readonly #isDeflate: boolean;
  constructor(kind: 'deflate' | 'inflate', windowBits = 15) {
    this.#isDeflate = kind === 'deflate';
    this.#stream = this.#isDeflate ? createDeflateRaw({ windowBits }) : createInflateRaw({ windowBits });
  }
  async put(message: string | Buffer): Promise<Buffer> {
    const pieces: Buffer[] = [];
    const take = (piece: Buffer): void => void pieces.push(piece);
    this.#stream.removeAllListeners('error');
    this.#stream.on('data', take);
    this.#stream.write(this.#isDeflate ? message : Buffer.concat([message as Buffer, Buffer.of(0, 0, 255, 255)]));
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject);
      this.#stream.flush(constants.Z_SYNC_FLUSH, () => resolve());
    });
    this.#stream.off('data', take);
    const all = Buffer.concat(pieces);
    return this.#isDeflate ? all.subarray(0, -4) : all;
  }
}

const compressed = (data: Uint8Array, opcode = TEXT): Buffer => frame(FIN | RSV1 | opcode, data);
const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex');
/** Such a text does not repeat within its first 64 bytes, so that what a second copy costs tells of the context. */
const SOME = randomBytes(3_000).toString('base64');

describe('permessage-deflate', () => {
  it('is off unless it is asked for', async () => {
    const { client, on, answer } = await deflating(false);
    expect(answer).toBeUndefined();
    await client.send(compressed(hex('f248cdc9c90700')));
    expect((await client.untilEnd())[0]).toMatch(/^close 1002 /);
    expect(on.heard).toEqual([]);
  });

  it.each<[offer: string, settings: boolean | PerMessageDeflate, answer: string | undefined]>([
    ['permessage-deflate', true, 'permessage-deflate'],
    [OFFER, true, 'permessage-deflate'],
    ['x, permessage-deflate', true, 'permessage-deflate'],
    [OFFER, { clientMaxWindowBits: 10 }, 'permessage-deflate; client_max_window_bits=10'],
    ['permessage-deflate; client_max_window_bits=9', true, 'permessage-deflate; client_max_window_bits=9'],
    ['permessage-deflate', { clientMaxWindowBits: 10 }, undefined],
    ['permessage-deflate; server_max_window_bits=9', true, 'permessage-deflate; server_max_window_bits=9'],
    ['permessage-deflate; server_max_window_bits=8', true, undefined],
    ['permessage-deflate; server_max_window_bits=8, permessage-deflate', true, 'permessage-deflate'],
    ['permessage-deflate; server_no_context_takeover', true, 'permessage-deflate; server_no_context_takeover'],
    ['permessage-deflate; client_no_context_takeover', true, 'permessage-deflate; client_no_context_takeover'],
    [
      'permessage-deflate',
      { serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 12 },
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12',
    ],
  ])('answers %s under %j', async (offer, settings, answer) => {
    const { client, answer: got } = await deflating(settings, offer);
    expect(got).toBe(answer);
    await client.send(textFrame('plain'));
    expect(await client.take(1)).toEqual(['text plain']);
    client.close();
  });

  it.each([
    ['one block', ['f2 48 cd c9 c9 07 00']],
    ['with the context of the message before', ['f2 48 cd c9 c9 07 00', 'f2 00 11 00 00']],
    ['a block without compression', ['00 05 00 fa ff 48 65 6c 6c 6f 00']],
    ['a final block', ['f3 48 cd c9 c9 07 00 00', 'f2 48 cd c9 c9 07 00', 'f3 48 cd c9 c9 07 00 00']],
    ['a final block at its very end', ['f3 48 cd c9 c9 07 00', 'f2 48 cd c9 c9 07 00']],
    ['two blocks', ['f2 48 05 00 00 00 ff ff ca c9 c9 07 00']],
  ])('reads %s, as in RFC 7692 section 7.2.3', async (_, messages) => {
    const { client, on } = await deflating();
    for (const cut of [(bytes: Buffer) => [bytes], bytewise]) {
      on.heard.length = 0;
      for (const bytes of messages) await client.send(...cut(compressed(hex(bytes))));
      await eventually(() => on.heard).toEqual(messages.map(() => 'Hello'));
      // The context goes on; a message that ends it makes room for the next round.
      await client.send(compressed(hex('f3 48 cd c9 c9 07 00 00')));
      await eventually(() => on.heard.length).toBe(messages.length + 1);
    }
    expect(client.ended).toBe('open');
    client.close();
  });

  it('reads a message in fragments, with a Ping between them, and an empty one', async () => {
    const { client, on } = await deflating();
    await client.send(
      frame(RSV1 | TEXT, hex('f248cd')),
      frame(FIN | PING, 'p'),
      frame(FIN | CONTINUATION, hex('c9c90700')),
    );
    await client.send(compressed(hex('00'), BINARY), compressed(hex('')));
    await eventually(() => on.heard).toEqual(['Hello', 'bytes ', '']);
    client.close();
  });

  it('compresses from the threshold on, and shorter messages are sent as they are', async () => {
    const { client } = await deflating({ thresholdBytes: 100 });
    await client.send(textFrame('x'.repeat(99)), textFrame('x'.repeat(100)));
    await client.take(2);
    expect(client.frames.map(({ rsv, payload }) => [rsv, payload.length < 99])).toEqual([
      [0, false],
      [RSV1, true],
    ]);
    expect(String(await new Stream('inflate').put(client.frames[1]?.payload as Buffer))).toBe('x'.repeat(100));
    client.close();
  });

  it('has a threshold of 1,024 bytes when none is set', async () => {
    const { client } = await deflating();
    await client.send(textFrame('x'.repeat(1_023)), textFrame('x'.repeat(1_024)));
    await client.take(2);
    expect(client.frames.map(({ rsv }) => rsv)).toEqual([0, RSV1]);
    client.close();
  });

  it.each([
    [false, 15],
    [true, 15],
    [false, 9],
  ])(
    'sends with serverNoContextTakeover %s and a window of %i bits',
    async (serverNoContextTakeover, serverMaxWindowBits) => {
      const { client } = await deflating({ serverNoContextTakeover, serverMaxWindowBits });
      for (const message of [SOME, SOME, SOME]) await client.send(textFrame(message));
      await client.take(3);
      const [first = 0, second = 0] = client.frames.map(({ payload }) => payload.length);
      // A window of 512 bytes does not reach the copy either.
      expect(second < first / 10).toBe(!serverNoContextTakeover && serverMaxWindowBits === 15);
      const lasting = new Stream('inflate', serverMaxWindowBits);
      for (const { payload } of client.frames) {
        const inflater = serverNoContextTakeover ? new Stream('inflate', serverMaxWindowBits) : lasting;
        expect(String(await inflater.put(payload))).toBe(SOME);
      }
      client.close();
    },
  );

  it.each([
    [false, 15],
    [true, 15],
    [false, 10],
  ])(
    'reads with clientNoContextTakeover %s and a window of %i bits',
    async (clientNoContextTakeover, clientMaxWindowBits) => {
      const { client, on } = await deflating({ clientNoContextTakeover, clientMaxWindowBits });
      const lasting = new Stream('deflate', clientMaxWindowBits);
      const messages = ['a', SOME, SOME, 'b', SOME];
      for (const message of messages) {
        const deflater = clientNoContextTakeover ? new Stream('deflate', clientMaxWindowBits) : lasting;
        await client.send(compressed(await deflater.put(message)));
      }
      await eventually(() => on.heard.length).toBe(messages.length);
      expect(on.heard).toEqual(messages);
      client.close();
    },
  );

  it('refuses what needs the context that was given up', async () => {
    const { client, on } = await deflating({ clientNoContextTakeover: true });
    const lasting = new Stream('deflate');
    await client.send(compressed(await lasting.put(SOME)), compressed(await lasting.put(SOME)));
    expect((await client.untilEnd()).at(-1)).toMatch(/^close 1007 /);
    await eventually(() => on.closes.length).toBe(1);
    expect(on.heard).toEqual([SOME]);
  });

  it('keeps the order of compressed and plain messages, Pings and the Close', async () => {
    const { client, on } = await deflating({ thresholdBytes: 10_000 });
    const deflater = new Stream('deflate');
    const long = randomBytes(40_000).toString('base64').slice(0, 9_000);
    const pieces: Buffer[] = [];
    for (let i = 0; i < 30; i++) pieces.push(compressed(await deflater.put(`${i} ${long}`)), textFrame(`${i}`));
    const expected = Array.from({ length: 30 }, (_, i) => [`${i} ${long}`, `${i}`]).flat();
    await client.send(Buffer.concat(pieces));
    await client.take(60);
    expect(client.frames.map(({ payload }) => String(payload)).map((got, i) => got === expected[i])).toEqual(
      Array(60).fill(true),
    );
    await client.send(Buffer.concat([compressed(await deflater.put('last')), closeFrame(1000, 'bye')]));
    expect((await client.untilEnd()).at(-1)).toBe('close 1000');
    await eventually(() => on.closes).toEqual(['1000 bye']);
    expect(on.heard).toEqual([...expected, 'last']);
  });
});

describe('a compressed message fails', () => {
  const alone = (data: Buffer): Buffer => deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const bomb = (size: number): Buffer => alone(Buffer.alloc(size));

  it.each<[what: string, code: number, frames: () => Buffer[]]>([
    ['that is one byte too long when it is inflated', 1009, () => [compressed(bomb(50_001), BINARY)]],
    ['that would be very long', 1009, () => [compressed(bomb(30_000_000), BINARY)]],
    ['that is too long before it is inflated', 1009, () => [compressed(randomBytes(50_001), BINARY)]],
    ['whose data are none', 1007, () => [compressed(hex('ff ff ff'))]],
    ['whose second message has no data', 1007, () => [compressed(hex('f248cdc9c90700')), compressed(hex('07 07 07'))]],
    ['whose text is no UTF-8', 1007, () => [compressed(alone(hex('61 ff')))]],
    [
      'whose continuation is marked, too',
      1002,
      () => [frame(RSV1 | TEXT, hex('f248cd')), frame(FIN | RSV1 | CONTINUATION, hex('c9c90700'))],
    ],
    ['that is a marked Ping', 1002, () => [frame(FIN | RSV1 | PING)]],
  ])('%s, with %i', async (_, code, frames) => {
    const { client, on } = await deflating(true, OFFER, { maxMessageBytes: 50_000 });
    using beside = await WsClient.open(on.port);
    await beside.send(textFrame('beside 1'));
    await client.send(compressed(bomb(50_000), BINARY));
    await eventually(() => on.heard.length).toBe(2);
    await client.take(1);
    await client.send(Buffer.concat([...frames(), textFrame('behind')]));
    await beside.send(textFrame('beside 2'));
    expect((await client.untilEnd()).at(-1)).toMatch(new RegExp(`^close ${code} \\S`));
    expect(client.ended).toBe('fin');
    await eventually(() => on.closes.length).toBe(1);
    expect(on.closes[0]).toMatch(new RegExp(`^${code} .* dirty$`));
    expect(await beside.take(2)).toEqual(['text beside 1', 'text beside 2']);
    expect(on.heard.filter((message) => message.startsWith('beh'))).toEqual([]);
  });
});

describe('ws', () => {
  it.each<[settings: PerMessageDeflate, theirs: object]>([
    [{ thresholdBytes: 1 }, { threshold: 0 }],
    [{ thresholdBytes: 1, serverNoContextTakeover: true }, { threshold: 0 }],
    [{ thresholdBytes: 1, clientNoContextTakeover: true }, { threshold: 0 }],
    [{ thresholdBytes: 1, serverMaxWindowBits: 9, clientMaxWindowBits: 9 }, { threshold: 0 }],
    [
      { thresholdBytes: 1 },
      {
        threshold: 0,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 11,
        clientMaxWindowBits: 12,
      },
    ],
  ])('talks under %j, offering %j', async (perMessageDeflate, theirs) => {
    const on = await talk({}, { perMessageDeflate });
    await using client = await BrowserClient.open(WITH_WS, on.port, { perMessageDeflate: theirs });
    expect(client.socket.extensions).toContain('permessage-deflate');
    const messages = ['', 'x', SOME, SOME, 'ä€😀'.repeat(20_000), 'x'.repeat(1_048_576), `${SOME}!`];
    for (const message of messages) client.socket.send(message);
    for (const message of messages) expect((await client.next()) === message).toBe(true);
    const bytes = randomBytes(300_000);
    client.socket.send(bytes);
    expect(bytes.equals((await client.next()) as Buffer)).toBe(true);
  });
});
