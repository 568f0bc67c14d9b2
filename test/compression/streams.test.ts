/** Streams that are compressed while they are sent: in time, no faster than the client takes them, and to their end. */
import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { serve } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';
import { CODINGS, plain, TEXT, textOf } from './asking.ts';

const LONG = textOf(300_000);
const taking = (coding: string, path = '/'): string => get(path, `Accept-Encoding: ${coding}\r\n`);

/** A stream that goes on when the test says so. */
function stepwise(): { body: AsyncIterable<string>; give(text: string | null): void; readonly isOver: boolean } {
  const { readable, writable } = new TransformStream<string, string>(undefined, { highWaterMark: 100 });
  const writer = writable.getWriter();
  let isOver = false;
  writer.closed.catch(() => {}).finally(() => (isOver = true));
  return {
    body: readable as unknown as AsyncIterable<string>,
    give: (text) => void (text === null ? writer.close() : writer.write(text)).catch(() => {}),
    get isOver() {
      return isOver;
    },
  };
}

describe('what a slow producer gives', () => {
  it.each(['br', 'gzip'])('reaches a client that takes %s before there is more', async (coding) => {
    const { body, give } = stepwise();
    const port = await serve({ call: () => ({ status: 200, headers: TEXT, body }) });
    // The head leaves with the first chunk.
    give('first');
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'Accept-Encoding': coding } });
    expect(answer.headers.get('content-encoding')).toBe(coding);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    for (const [piece, next] of [
      ['first', 'second'],
      ['second', 'third'],
      ['third', null],
    ] as const) {
      let text = '';
      while (text.length < piece.length) text += Buffer.from((await reader.read()).value ?? []).toString();
      expect(text).toBe(piece);
      give(next);
    }
    expect((await reader.read()).done).toBe(true);
  });
});

describe('a stream', () => {
  it('has its trailers behind it', async () => {
    const port = await serve({
      call: () => ({ status: 200, headers: TEXT, body: [LONG, 'end'], trailers: () => ({ 'X-Sum': '7' }) }),
    });
    using wire = await Wire.open(port);
    for (const coding of CODINGS) await wire.send(taking(coding));
    for (const answer of await wire.answers(CODINGS.length)) {
      expect(answer.trailers).toEqual([['X-Sum', '7']]);
      expect(plain(answer).toString() === `${LONG}end`).toBe(true);
    }
  });

  it('may be empty', async () => {
    const port = await serve({ call: () => ({ status: 200, headers: TEXT, body: [] }) });
    for (const coding of CODINGS) {
      using wire = await Wire.open(port);
      await wire.send(taking(coding));
      const [answer] = await wire.answers(1);
      expect([answer && field(answer, 'Content-Encoding'), answer && plain(answer).length]).toEqual([coding, 0]);
    }
  });

  it('keeps its place among other answers', async () => {
    const port = await serve({
      call: (req) => ({ status: 200, headers: TEXT, body: req.path === '/s' ? [req.path, LONG] : req.path }),
    });
    using wire = await Wire.open(port);
    await wire.send(taking('gzip', '/1') + taking('gzip', '/s') + taking('br', '/s') + taking('gzip', '/2'));
    const texts = (await wire.answers(4)).map((answer) => plain(answer).toString().slice(0, 2));
    expect(texts).toEqual(['/1', '/s', '/s', '/2']);
  });

  it('that has as many bytes as it says is compressed all the same, and is cut when it has not', async () => {
    const errors: string[] = [];
    const port = await serve(
      {
        call: (req) => ({
          status: 200,
          headers: { ...TEXT, 'Content-Length': LONG.length },
          body: req.path === '/less' ? [LONG.slice(1)] : [LONG],
        }),
      },
      { logger: (_, message) => errors.push(message) },
    );
    using wire = await Wire.open(port);
    await wire.send(taking('gzip'));
    const [answer] = await wire.answers(1);
    expect([answer?.framing, answer && plain(answer).toString() === LONG]).toEqual(['chunked', true]);
    await wire.send(taking('gzip', '/less'));
    await wire.until(() => wire.ended !== 'open', 'end');
    expect(wire.responses().length).toBe(1);
    expect(errors.join()).toContain(`Content-Length is ${LONG.length}`);
  });

  it('that fails in the middle cuts the connection behind what it gave, and one that fails before is a 500', async () => {
    const port = await serve({
      call: (req) => ({
        status: 200,
        headers: TEXT,
        body: (function* () {
          if (req.path !== '/early') yield 'what there is';
          throw new Error('no more');
        })(),
      }),
    });
    const { responses } = await untilEnd(port, [get('/early', 'Accept-Encoding: gzip\r\nConnection: close\r\n')]);
    expect(responses.map(({ status }) => status)).toEqual([500]);
    using wire = await Wire.open(port);
    await wire.send(taking('gzip'));
    await wire.until(() => wire.ended !== 'open', 'end');
    expect(wire.responses()).toEqual([]);
    const raw = wire.received.subarray(wire.received.indexOf('\r\n\r\n') + 4);
    const gunzip = createGunzip();
    let text = '';
    gunzip.on('data', (part) => (text += part)).on('error', () => {});
    // The first chunk: its size, then as many bytes.
    const line = raw.indexOf('\r\n');
    const size = Number.parseInt(raw.toString('latin1', 0, line), 16);
    gunzip.write(raw.subarray(line + 2, line + 2 + size));
    const second = raw.subarray(line + 4 + size);
    const next = second.indexOf('\r\n');
    gunzip.write(second.subarray(next + 2, next + 2 + Number.parseInt(second.toString('latin1', 0, next), 16)));
    await eventually(() => text).toBe('what there is');
  });

  it('is given no faster than its client takes it', async () => {
    let given = 0;
    const port = await serve({
      call: () => ({
        status: 200,
        headers: TEXT,
        body: (function* () {
          for (; given < 400; given++) yield randomBytes(131_072);
        })(),
      }),
    });
    const headers = { 'Accept-Encoding': 'br' };
    const answer = await new Promise<IncomingMessage>((resolve) => request({ port, headers }, resolve).end());
    let before = -1;
    await eventually(async () => {
      const isStill = given === before && given > 0;
      before = given;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return isStill && given === before;
    }).toBe(true);
    // What the kernel takes of a connection, and what is on its way here: far from all.
    expect(given).toBeLessThan(200);
    let bytes = 0;
    for await (const part of answer.pipe(createBrotliDecompress())) bytes += part.length;
    expect([given, bytes]).toEqual([400, 400 * 131_072]);
  });
});

it('clients that vanish give their compressors back', async () => {
  const streams: ReturnType<typeof stepwise>[] = [];
  const port = await serve({
    call: (req) => {
      if (req.path === '/whole') return { status: 200, headers: TEXT, body: LONG };
      const stream = stepwise();
      streams.push(stream);
      stream.give('x');
      return { status: 200, headers: TEXT, body: stream.body };
    },
  });
  const coding = async (): Promise<string | undefined> => {
    const { responses } = await untilEnd(port, [get('/whole', 'Accept-Encoding: gzip\r\nConnection: close\r\n')]);
    return responses[0] && field(responses[0], 'Content-Encoding');
  };
  for (let round = 0; round < 2; round++) {
    const wires = await Promise.all(Array.from({ length: 70 }, () => Wire.open(port)));
    for (const wire of wires) await wire.send(taking('gzip'));
    for (const wire of wires) await wire.until(() => wire.received.includes('\r\n\r\n'), 'head');
    // As many as there may be are busy: others get their answers as they are.
    expect(await coding()).toBeUndefined();
    expect(wires.filter((wire) => wire.received.includes('Content-Encoding: gzip')).length).toBe(64);
    // Without more to send, only a reset tells that nobody listens any more.
    for (const wire of wires) wire.socket.resetAndDestroy();
    await eventually(() => streams.every((stream) => stream.isOver)).toBe(true);
    await eventually(coding).toBe('gzip');
  }
});
