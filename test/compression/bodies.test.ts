/** Answers of every kind in every coding: what arrives is what the app gave, and HEAD is told the same as GET. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResponseBody } from '../../src/index.ts';
import { serve } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';
import { ask, CODINGS, facts, plain, TEXT, textOf } from './asking.ts';

const SHORT = textOf(3_000);
const LONG = textOf(300_000);
const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): (() => { file: string }) => {
  writeFileSync(join(folder, name), content);
  return () => ({ file: join(folder, name) });
};
function* pieces(text: string, length: number): Generator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}
async function* slowly(text: string): AsyncGenerator<string> {
  for (const piece of pieces(text, 1_000)) {
    await new Promise((resolve) => setImmediate(resolve));
    yield piece;
  }
}

const KINDS: Readonly<Record<string, readonly [text: string, make: () => ResponseBody]>> = {
  'a short text': [SHORT, () => SHORT],
  'a text beyond ASCII': [`é${SHORT}漢`, () => `é${SHORT}漢`],
  'short bytes': [SHORT, () => Buffer.from(SHORT)],
  'a text that is not short': [LONG.slice(0, 40_000), () => LONG.slice(0, 40_000)],
  'a long text': [LONG, () => LONG],
  'long bytes': [LONG, () => new TextEncoder().encode(LONG)],
  'a short file': [SHORT, file('short', SHORT)],
  'a file': [LONG.slice(0, 40_000), file('file', LONG.slice(0, 40_000))],
  'a long file': [LONG, file('long', LONG)],
  'a Blob': [LONG, () => new Blob([LONG])],
  'a generator': [LONG, () => pieces(LONG, 777)],
  'an async generator': [SHORT, () => slowly(SHORT)],
  'a web stream': [LONG, () => new Blob([LONG]).stream()],
  'a Node stream': [LONG, () => Readable.from(pieces(LONG, 40_000))],
};

describe.each(Object.entries(KINDS))('%s', (_, [text, make]) => {
  it('arrives in each coding, and the connection goes on', async () => {
    const port = await serve({ call: () => ({ status: 200, headers: { ...TEXT, ETag: '"a"' }, body: make() }) });
    using wire = await Wire.open(port);
    for (const coding of CODINGS) await wire.send(`GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: ${coding}\r\n\r\n`);
    const answers = await wire.answers(CODINGS.length);
    for (const [i, answer] of answers.entries()) {
      expect(facts(answer)).toMatchObject({
        'content-encoding': CODINGS[i],
        vary: 'Accept-Encoding',
        etag: 'W/"a"',
        'content-type': TEXT['Content-Type'],
      });
      expect(answer.body.length).toBeLessThan(Buffer.byteLength(text) / 2);
      expect(plain(answer).toString() === text).toBe(true);
    }
  });

  it('is told to HEAD as to GET', async () => {
    const port = await serve({ call: () => ({ status: 200, headers: { ...TEXT, ETag: '"a"' }, body: make() }) });
    for (const coding of CODINGS) {
      const [got, head] = [await ask(port, coding), await ask(port, coding, { method: 'HEAD' })];
      expect(facts(head)).toEqual(facts(got));
    }
  });

  it('is sent as it is to a client that does not ask for more, and caches are told why', async () => {
    const port = await serve({ call: () => ({ status: 200, headers: { ...TEXT, ETag: '"a"' }, body: make() }) });
    const answer = await ask(port, null);
    expect(answer.body.toString() === text).toBe(true);
    const told = facts(answer);
    expect([told.vary, told.etag, told['content-encoding']]).toEqual(['Accept-Encoding', '"a"', undefined]);
    expect(facts(await ask(port, null, { method: 'HEAD' }))).toEqual(told);
  });
});

it('a long body without any order is whole', async () => {
  const bytes = randomBytes(3_000_000);
  const port = await serve({ call: () => ({ status: 200, headers: TEXT, body: bytes }) });
  for (const coding of CODINGS) {
    const answer = await ask(port, coding);
    expect([field(answer, 'Content-Encoding'), answer.framing]).toEqual([coding, 'chunked']);
    expect(plain(answer).equals(bytes)).toBe(true);
  }
});

it('many at once are whole, whoever gets a compressor', async () => {
  const made = (n: number): string => `${n} ${LONG}${createHash('sha256').update(String(n)).digest('hex')}`;
  const port = await serve({ call: (req) => ({ status: 200, headers: TEXT, body: made(Number(req.path.slice(1))) }) });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => ask(port, CODINGS[n % CODINGS.length] ?? '', { path: `/${n}` })),
  );
  for (const [n, answer] of answers.entries()) expect(plain(answer).toString() === made(n), `answer ${n}`).toBe(true);
  expect(answers.filter((answer) => field(answer, 'Content-Encoding') !== undefined).length).toBeGreaterThan(30);
});

it('bytes that are sent while they are compressed are counted for onAccess', async () => {
  const entries: number[] = [];
  const port = await serve(
    { call: (req) => ({ status: 200, headers: TEXT, body: req.path === '/long' ? LONG : SHORT }) },
    { onAccess: ({ bytes }) => entries.push(bytes) },
  );
  const sizes = [await ask(port, 'gzip'), await ask(port, 'gzip', { path: '/long' })].map(({ body }) => body.length);
  await expect.poll(() => entries).toEqual(sizes);
  expect(LONG.length).toBeGreaterThan(2 * Math.max(...sizes));
});
