/** Every limit of a request just below and just above, over a real socket: whole, byte by byte, pipelined. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerOptions } from '../../../src/index.ts';
import { Wire } from '../../helpers/wire.ts';
import { expectRefusal, expectRow, type NotingServer, type Row, startNoting } from '../../helpers/wire-rows.ts';

async function serve(options: ServerOptions): Promise<NotingServer> {
  const on = await startNoting(options);
  onTestFinished(() => on.server.stop());
  return on;
}

/** A request whose head, empty line included, has exactly this many bytes. */
function headOf(bytes: number, fill: 'target' | 'value' | 'fields'): string {
  const rest = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const missing = bytes - rest.length;
  if (fill === 'target') return `GET /${'a'.repeat(missing)} HTTP/1.1\r\nHost: x\r\n\r\n`;
  if (fill === 'value') return `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(missing - 5)}\r\n\r\n`;
  const lines = Math.floor(missing / 4);
  return `GET / HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(lines - 1)}a:${' '.repeat(missing - 4 * lines)}\r\n\r\n`;
}

function post(fields: string, body: string): string {
  return `POST /a HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${body}`;
}

describe('maxHeadBytes', () => {
  it.each(['target', 'value', 'fields'] as const)('a head of exactly the limit is read: %s', async (fill) => {
    const here = await serve({ maxHeadBytes: 600 });
    const bytes = headOf(600, fill);
    expect(bytes.length).toBe(600);
    await expectRow(here, { name: fill, bytes, sees: [{ method: 'GET' }] });
  });

  it.each(['value', 'fields'] as const)('one byte more in the %s is 431', async (fill) => {
    await expectRow(await serve({ maxHeadBytes: 600 }), { name: fill, bytes: headOf(601, fill), refused: 431 });
  });

  it('a request line over the limit is 414', async () => {
    const bytes = `GET /${'a'.repeat(600)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    await expectRow(await serve({ maxHeadBytes: 600 }), { name: 'line', bytes, refused: 414 });
  });

  it('a request line that never ends is 414 as soon as it is too long', async () => {
    const here = await serve({ maxHeadBytes: 600 });
    const wire = await Wire.open(here.port);
    await wire.send(`GET /${'a'.repeat(600)}`);
    expectRefusal((await wire.untilEnd())[0], 414);
    wire.close();
  });

  it('a field section without any line end is 431 as soon as it is too long', async () => {
    const here = await serve({ maxHeadBytes: 600 });
    const wire = await Wire.open(here.port);
    await wire.send(`GET / HTTP/1.1\r\nHost: x\r\n${'a'.repeat(600)}`);
    expectRefusal((await wire.untilEnd())[0], 431);
    wire.close();
  });

  it('trailers count too', async () => {
    const here = await serve({ maxHeadBytes: 600 });
    const head = 'Transfer-Encoding: chunked';
    const below = post(head, `0\r\nT: ${'t'.repeat(300)}\r\n\r\n`);
    const above = post(head, `0\r\nT: ${'t'.repeat(600)}\r\n\r\n`);
    await expectRow(here, { name: 'below', bytes: below, sees: [{ method: 'POST' }] });
    await expectRow(here, { name: 'above', bytes: above, refused: 431 });
  });

  it('81,920 bytes are the default', async () => {
    const here = await serve({});
    for (const [bytes, status] of [
      [headOf(81_920, 'value'), 200],
      [headOf(81_921, 'value'), 431],
      [headOf(81_920, 'target'), 200],
      [`GET /${'a'.repeat(81_920)}`, 414],
    ] as const) {
      const wire = await Wire.open(here.port);
      await wire.send(bytes);
      expect((await wire.answers(1))[0]?.status).toBe(status);
      wire.close();
    }
  });

  it('262,144 bytes are the most that can be allowed', async () => {
    const here = await serve({ maxHeadBytes: 262_144 });
    const wire = await Wire.open(here.port);
    await wire.send(headOf(262_144, 'value'));
    expect((await wire.answers(1))[0]?.status).toBe(200);
    wire.close();
    await expect(startNoting({ maxHeadBytes: 262_145 })).rejects.toMatchObject({ code: expect.stringMatching(/^HV_/) });
  });
});

describe('maxFields', () => {
  const withFields = (count: number): string => `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(count - 1)}\r\n`;

  it('as many fields as allowed are read', async () => {
    await expectRow(await serve({ maxFields: 20 }), { name: '20', bytes: withFields(20), sees: [{ path: '/' }] });
  });

  it('one more is 431', async () => {
    await expectRow(await serve({ maxFields: 20 }), { name: '21', bytes: withFields(21), refused: 431 });
  });

  it('1,000 is the default', async () => {
    const here = await serve({});
    for (const [count, status] of [
      [1000, 200],
      [1001, 431],
    ] as const) {
      const wire = await Wire.open(here.port);
      await wire.send(withFields(count));
      expect((await wire.answers(1))[0]?.status).toBe(status);
      wire.close();
    }
  });
});

describe('maxBodyBytes', () => {
  const rows: readonly Row[] = [
    { name: 'a length of the limit', bytes: post('Content-Length: 8', '12345678'), sees: [{ body: '12345678' }] },
    { name: 'a length one over the limit', bytes: post('Content-Length: 9', '123456789'), refused: 413 },
    {
      name: 'chunks up to the limit',
      bytes: post('Transfer-Encoding: chunked', '4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n'),
      sees: [{ body: '12345678' }],
    },
    {
      name: 'chunks one over the limit',
      bytes: post('Transfer-Encoding: chunked', '4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n'),
      refused: 413,
    },
    {
      name: 'a length over the limit with an expectation',
      bytes: post('Expect: 100-continue\r\nContent-Length: 9', ''),
      refused: 413,
    },
  ];

  it.each(rows)('$name', async (row) => {
    await expectRow(await serve({ maxBodyBytes: 8 }), row);
  });

  it('413 comes before any of the body, and no 100 Continue before it', async () => {
    const here = await serve({ maxBodyBytes: 8 });
    const wire = await Wire.open(here.port);
    await wire.send(post('Expect: 100-continue\r\nContent-Length: 9', ''));
    const responses = await wire.untilEnd();
    expect(responses.length).toBe(1);
    expectRefusal(responses[0], 413);
    wire.close();
  });

  it('a client that goes on sending its body can still read the 413', async () => {
    const here = await serve({ maxBodyBytes: 8 });
    const wire = await Wire.open(here.port);
    await wire.send(post('Content-Length: 3000000', 'b'.repeat(100_000)), 'b'.repeat(900_000), 'b'.repeat(2_000_000));
    expectRefusal((await wire.untilEnd())[0], 413);
    expect(wire.ended).toBe('fin');
    wire.close();
  });

  it.each([
    ['a length of 2^32+5', post('Content-Length: 4294967301', 'hello')],
    ['a length of 2^31+5', post('Content-Length: 2147483653', 'hello')],
    ['a chunk of 2^32+5', post('Transfer-Encoding: chunked', '100000005\r\nhello')],
    ['a chunk of 2^31+5', post('Transfer-Encoding: chunked', '80000005\r\nhello')],
  ])('%s is not cut to 32 bits when the limit is off', async (_, bytes) => {
    const here = await serve({ maxBodyBytes: Number.POSITIVE_INFINITY });
    const wire = await Wire.open(here.port);
    await wire.send(bytes, '\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n');
    wire.halfClose();
    await wire.untilEnd();
    expect(here.seen).toEqual([]);
    expect(wire.received.includes('200')).toBe(false);
    wire.close();
  });
});

describe('maxChunkExtensionBytes', () => {
  /** A body of one-byte chunks whose extensions have these sizes, semicolon included. */
  const body = (...sizes: number[]): string => {
    const chunks = sizes.map((size) => `1;${'e'.repeat(size - 1)}\r\na\r\n`);
    return post('Transfer-Encoding: chunked', `${chunks.join('')}0\r\n\r\n`);
  };

  it('counts over all chunks of a message', async () => {
    const here = await serve({ maxChunkExtensionBytes: 100 });
    await expectRow(here, { name: 'below', bytes: body(50, 50), sees: [{ body: 'aa' }] });
    await expectRow(here, { name: 'above', bytes: body(50, 51), refused: 400 });
  });

  it.each([
    ['16,384 in all', [4096, 4096, 4096, 4096], 200],
    ['one more in all', [4096, 4096, 4096, 4095, 2], 400],
    ['4,096 on a line', [4096], 200],
    ['one more on a line', [4097], 400],
  ])('when not set: %s', async (_, sizes, status) => {
    const here = await serve({});
    const wire = await Wire.open(here.port);
    await wire.send(body(...sizes));
    expect((await wire.answers(1))[0]?.status).toBe(status);
    wire.close();
  });
});

describe('allowedHosts', () => {
  it.each([
    ['a host that is allowed', 'GET / HTTP/1.1\r\nHost: good:80\r\n\r\n', undefined],
    ['another spelling of it', 'GET / HTTP/1.1\r\nHost: GOOD\r\n\r\n', undefined],
    ['another host', 'GET / HTTP/1.1\r\nHost: evil\r\n\r\n', 421],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 421],
    ['an absolute target with another host', 'GET http://evil/ HTTP/1.1\r\nHost: good\r\n\r\n', 421],
  ])('%s', async (name, bytes, status) => {
    const here = await serve({ allowedHosts: ['good', 'x'] });
    await expectRow(
      here,
      status === undefined ? { name, bytes, sees: [{ path: '/' }] } : { name, bytes, refused: status },
    );
  });
});

describe('options', () => {
  it.each([
    ['an unknown name suggests the nearest', { maxBodyByte: 1 }, /maxBodyBytes/],
    ['a negative limit names the option', { maxFields: -1 }, /maxFields/],
    ['a limit that is no number names the option', { headTimeoutMs: '5' }, /headTimeoutMs/],
    ['NaN names the option', { maxBodyBytes: Number.NaN }, /maxBodyBytes/],
  ])('%s', async (_, options, message) => {
    await expect(startNoting(options as ServerOptions)).rejects.toThrow(message);
  });
});
