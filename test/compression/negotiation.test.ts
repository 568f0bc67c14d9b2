/** Who gets which coding, and which answers get none. */
import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { AppResponse, ServerOptions } from '../../src/index.ts';
import { eventStream } from '../../src/index.ts';
import { serve, testServer } from '../helpers/server.ts';
import { field } from '../helpers/wire-response.ts';
import { type Asked, ask, CODINGS, facts, plain, TEXT, textOf } from './asking.ts';

const SHORT = textOf(3_000);
const LONG = textOf(100_000);
const best = CODINGS[0];

const answering = (answer: Partial<AppResponse>, options: ServerOptions = {}): Promise<number> =>
  serve({ call: () => ({ status: 200, headers: TEXT, body: SHORT, ...answer }) }, options);

describe('a client that says', () => {
  it.each<[string, string | undefined]>([
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', best],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0.001', 'br'],
    ['*', best],
    ['*;q=0.5, gzip;q=0.6', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0, br;q=0.000, zstd;q=0', undefined],
    ['gzip;q=0.5, identity', undefined],
    ['identity', undefined],
    ['xgzipx', undefined],
    ['deflate', undefined],
    ['', undefined],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['*;q=0', undefined],
    [`${'a,'.repeat(600)}gzip`, undefined],
  ])('"%s" gets %s', async (accept, coding) => {
    for (const body of [SHORT, LONG]) {
      const answer = await ask(await answering({ body }), accept);
      expect([field(answer, 'Content-Encoding'), field(answer, 'Vary')]).toEqual([coding, 'Accept-Encoding']);
      expect(plain(answer).toString() === body).toBe(true);
    }
  });

  it('it in two fields is understood', async () => {
    const answer = await ask(await answering({}), 'br;q=0.5', { fields: 'Accept-Encoding: gzip\r\n' });
    expect(field(answer, 'Content-Encoding')).toBe('gzip');
  });

  it('that it refuses what has no coding gets one for whatever may have one', async () => {
    const port = await answering({ headers: { 'Content-Type': 'image/png' }, body: 'abc' });
    const answer = await ask(port, 'identity;q=0, gzip');
    expect([field(answer, 'Content-Encoding'), plain(answer).toString()]).toEqual(['gzip', 'abc']);
    expect(field(await ask(port, 'gzip'), 'Content-Encoding')).toBeUndefined();
  });

  it('something else each time is understood each time', async () => {
    const port = await answering({});
    for (const [accept, coding] of [
      ['gzip', 'gzip'],
      ['br', 'br'],
      [null, undefined],
      ['gzip', 'gzip'],
      ['nope', undefined],
    ] as const)
      expect(field(await ask(port, accept), 'Content-Encoding')).toBe(coding);
  });
});

/** Answers that are sent byte for byte as the app gave them, with the fields of the app alone. */
const AS_THEY_ARE: Readonly<Record<string, Partial<AppResponse>>> = {
  'that is short': { body: textOf(1_023) },
  'that is short, and a stream that says so': { headers: { ...TEXT, 'Content-Length': 3 }, body: ['abc'] },
  'that has a coding': { headers: { ...TEXT, 'Content-Encoding': 'deflate' }, body: deflateSync(SHORT) },
  "that has R's way to say no": { headers: { ...TEXT, 'content-encoding': 'identity' } },
  'that is a part': { status: 206, headers: { ...TEXT, 'Content-Range': 'bytes 0-2999/5000' } },
  'that is called a part': { status: 206 },
  'that may not be changed on its way': { headers: { ...TEXT, 'Cache-Control': 'max-age=9, no-transform' } },
  'that has a digest': { headers: { ...TEXT, 'Content-Digest': 'sha-256=:AA==:' } },
  'that says no': { compress: false },
  'of a type that is compressed': { headers: { 'Content-Type': 'image/jpeg' } },
  'of gzip': { headers: { 'Content-Type': 'application/gzip' }, body: gzipSync(LONG) },
  'without a type': { headers: {} },
  'of events that are written by hand': { headers: { 'Content-Type': 'text/event-stream' }, body: [`data: ${SHORT}`] },
};

describe('an answer', () => {
  it.each(Object.entries(AS_THEY_ARE))('%s is sent as it is', async (_, answer) => {
    const port = await answering(answer);
    const [got, without] = [await ask(port, 'gzip, br'), await ask(port, null)];
    expect(facts(got)).toEqual(facts(without));
    expect(field(got, 'Vary')).toBeUndefined();
    expect(got.body.equals(without.body)).toBe(true);
    expect(facts(await ask(port, 'gzip', { method: 'HEAD' }))).toEqual(
      facts(await ask(port, null, { method: 'HEAD' })),
    );
  });

  it('204 has no coding', async () => {
    const port = await answering({ status: 204, headers: { ...TEXT, ETag: '"a"' } });
    expect(facts(await ask(port, 'gzip'))).toEqual(facts(await ask(port, null)));
  });

  it.each([
    ['of a text', TEXT, 'gzip', { etag: 'W/"a"', vary: 'Accept-Encoding' }],
    ['that says no type', {}, 'gzip', { etag: 'W/"a"', vary: 'Accept-Encoding' }],
    ['to a client that takes no coding', TEXT, 'identity', { etag: '"a"', vary: 'Accept-Encoding' }],
    ['of an image', { 'Content-Type': 'image/png' }, 'gzip', { etag: '"a"' }],
  ])('304 %s says of the form what 200 has said', async (_, headers, accepted, told) => {
    const port = await answering({ status: 304, headers: { ...headers, ETag: '"a"' }, body: null });
    const { etag, vary } = facts(await ask(port, accepted)) as { etag?: string; vary?: string };
    expect({ etag, ...(vary === undefined ? {} : { vary }) }).toEqual(told);
  });

  it('that would become no shorter is sent as it is, and caches are told that others might', async () => {
    const body = randomBytes(2_000);
    const port = await answering({ body });
    for (const method of ['GET', 'HEAD']) {
      const told = facts(await ask(port, 'gzip', { method }));
      expect(told).toEqual({ 'content-type': TEXT['Content-Type'], vary: 'Accept-Encoding', 'content-length': '2000' });
    }
  });

  it('of an error of the app is no answer of the app', async () => {
    const port = await serve(
      {
        call: () => {
          throw new Error(SHORT);
        },
      },
      { exposeErrors: true },
    );
    const answer = await ask(port, 'gzip');
    expect([answer.status, field(answer, 'Content-Encoding'), field(answer, 'Vary')]).toEqual([
      500,
      undefined,
      undefined,
    ]);
  });

  it('with any status of its own is compressed, and so is one of onHeaders', async () => {
    const port = await serve({ onHeaders: () => ({ status: 404, headers: TEXT, body: SHORT }) });
    const answer = await ask(port, 'gzip');
    expect([answer.status, plain(answer).toString() === SHORT]).toEqual([404, true]);
    expect(field(answer, 'Content-Encoding')).toBe('gzip');
  });

  it('has the fields of the app in their order, with Vary as one field', async () => {
    const headers = [
      ['Vary', 'Origin'],
      ['Content-Type', 'text/html'],
      ['ETag', '"a"'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ] as const;
    const answer = await ask(await answering({ headers }), 'gzip');
    expect(answer.fields.filter(([name]) => !/^(?:date|connection|content-length)$/i.test(name))).toEqual([
      ['Vary', 'Origin, Accept-Encoding'],
      ['Content-Type', 'text/html'],
      ['ETag', 'W/"a"'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['Content-Encoding', 'gzip'],
    ]);
  });

  it('of an event stream is not compressed', async () => {
    const port = await serve({
      call: (req) => {
        const events = eventStream({ request: req });
        events.send(SHORT);
        events.close();
        return events.response;
      },
    });
    const answer = await ask(port, 'gzip');
    expect([field(answer, 'Content-Encoding'), answer.body.toString('utf8', 0, 6)]).toEqual([undefined, 'data: ']);
  });
});

describe('HTTP/1.0', () => {
  const old: Asked = { version: '1.0', fields: 'X-Old: 1\r\n' };

  it('gets what is compressed at once, with its length', async () => {
    const answer = await ask(await answering({}), 'gzip', old);
    expect([field(answer, 'Content-Encoding'), answer.framing, plain(answer).toString() === SHORT]).toEqual([
      'gzip',
      'length',
      true,
    ]);
  });

  it('gets everything else as it is: there are no chunks', async () => {
    for (const [body, framing] of [
      [LONG, 'length'],
      [[LONG], 'until-close'],
    ] as const) {
      const answer = await ask(await answering({ body }), 'gzip', old);
      expect([field(answer, 'Content-Encoding'), answer.framing, field(answer, 'Vary')]).toEqual([
        undefined,
        framing,
        'Accept-Encoding',
      ]);
      expect(answer.body.toString() === LONG).toBe(true);
    }
  });
});

describe('the option compress', () => {
  it('switches it off', async () => {
    const answer = await ask(await answering({}, { compress: false }), 'gzip');
    expect(facts(answer)).toEqual({ 'content-type': TEXT['Content-Type'], 'content-length': '3000' });
  });

  it.each([
    [{ thresholdBytes: 0 }, 1, undefined],
    [{ thresholdBytes: 2_000 }, 1_999, undefined],
    [{ thresholdBytes: 2_000 }, 2_000, 'gzip'],
    [{}, 1_024, 'gzip'],
    [true, 1_023, undefined],
  ] as const)('%j: a body of %i bytes has the coding %s', async (compress, bytes, coding) => {
    const port = await answering({ body: textOf(bytes) }, { compress });
    expect(field(await ask(port, 'gzip'), 'Content-Encoding')).toBe(coding);
  });

  it.each([
    ['yes', /compress must be true, false, or an object/],
    [{ thresholdBytes: -1 }, /compress\.thresholdBytes must be/],
    [{ thresholdBytes: 1.5 }, /compress\.thresholdBytes must be/],
    [{ thresholdByte: 1 }, /thresholdBytes/],
  ])('may not be %j', async (compress, message) => {
    const start = testServer({}, { compress } as unknown as ServerOptions);
    await expect(start).rejects.toMatchObject({ code: 'HV_BAD_OPTION', message: expect.stringMatching(message) });
  });

  it('of an answer is a boolean', async () => {
    const errors: string[] = [];
    const port = await serve(
      { call: () => ({ status: 200, compress: 'no' }) as unknown as AppResponse },
      { logger: (_, message) => errors.push(message) },
    );
    expect((await ask(port, 'gzip')).status).toBe(500);
    await expect.poll(() => errors.join()).toContain('compress is "no"; it is true or false');
  });
});
