/** Compressed forms of files: which client gets which, what it is told of them, and how often they are made. */
import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StaticPathInit } from '../../../src/index.ts';
import { testServer } from '../../helpers/server.ts';
import { field, type WireResponse } from '../../helpers/wire-response.ts';
import { ask, CHANGED, facts, put, site } from './site.ts';

const SCRIPT = 'const answer = 42;\n'.repeat(200);
const LONG = 'a long line of a long text\n'.repeat(20_000);
/** Bytes without any order. */
const NOISE = Buffer.concat(Array.from({ length: 100 }, (_, i) => createHash('sha256').update(String(i)).digest()));

async function served(root: string, options: StaticPathInit = {}): Promise<number> {
  return (await testServer({ staticPaths: { '/': root }, staticPathOptions: options })).getPort();
}

const take = (coding: string): Record<string, string> => ({ 'Accept-Encoding': coding });

function plain({ body }: WireResponse, coding: string | undefined): string {
  if (coding === 'br') return brotliDecompressSync(body).toString();
  return (coding === 'gzip' ? gunzipSync(body) : body).toString();
}

describe('a text', () => {
  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.5, gzip', 'gzip'],
    ['*', 'br'],
    ['gzip;q=0', undefined],
    ['deflate', undefined],
    ['identity', undefined],
  ])('for a client that takes %s comes as %s', async (accepted, coding) => {
    const port = await served(site({ 'a.js': SCRIPT, 'long.txt': LONG }));
    for (const [name, text] of [
      ['a.js', SCRIPT],
      ['long.txt', LONG],
    ]) {
      const answer = await ask(port, `/${name}`, { fields: take(accepted) });
      expect([answer.status, field(answer, 'Content-Encoding')]).toEqual([200, coding]);
      expect(plain(answer, coding) === text).toBe(true);
      expect(field(answer, 'Vary')).toBe('Accept-Encoding');
      expect(answer.framing).toBe('length');
      const head = await ask(port, `/${name}`, { fields: take(accepted), method: 'HEAD' });
      expect(facts(head)).toEqual(facts(answer));
    }
  });

  it('has a tag in each form, by which it is known again', async () => {
    const port = await served(site({ 'a.js': SCRIPT }));
    const tags = new Set<string>();
    for (const coding of ['br', 'gzip', 'identity']) {
      const etag = field(await ask(port, '/a.js', { fields: take(coding) }), 'ETag') ?? '';
      tags.add(etag);
      const again = await ask(port, '/a.js', { fields: { ...take(coding), 'If-None-Match': etag } });
      expect([coding, again.status, field(again, 'ETag')]).toEqual([coding, 304, etag]);
    }
    expect(tags.size).toBe(3);
  });

  it('is known again before it was ever compressed', async () => {
    const root = site({ 'a.js': SCRIPT });
    const etag = field(await ask(await served(root), '/a.js', { fields: take('br') }), 'ETag') ?? '';
    const fields = { ...take('br'), 'If-None-Match': etag };
    expect((await ask(await served(root), '/a.js', { fields })).status).toBe(304);
  });

  it('has the tag of the options as a weak one, so that nobody mixes parts of two forms', async () => {
    const port = await served(site({ 'a.js': SCRIPT }), { headers: { ETag: '"v1"' } });
    for (const [coding, etag] of [
      ['gzip', 'W/"v1"'],
      ['identity', '"v1"'],
    ] as const) {
      expect(field(await ask(port, '/a.js', { fields: take(coding) }), 'ETag')).toBe(etag);
      expect((await ask(port, '/a.js', { fields: { ...take(coding), 'If-None-Match': etag } })).status).toBe(304);
    }
  });

  it('comes as it is in parts', async () => {
    const port = await served(site({ 'a.js': SCRIPT }));
    const answer = await ask(port, '/a.js', { fields: { ...take('gzip'), Range: 'bytes=0-4' } });
    expect([answer.status, field(answer, 'Content-Encoding'), answer.body.toString()]).toEqual([
      206,
      undefined,
      'const',
    ]);
  });

  it('that changes is compressed again', async () => {
    const root = site({ 'a.js': SCRIPT });
    const port = await served(root);
    for (let i = 0; i < 4; i++) {
      const text = `// ${i}\n${SCRIPT}`;
      put(root, 'a.js', text, i);
      expect(plain(await ask(port, '/a.js', { fields: take('gzip') }), 'gzip') === text).toBe(true);
    }
  });

  it('that changes is compressed again, although it seems to be as old and as long', async () => {
    const root = site({ 'a.js': SCRIPT });
    const port = await served(root);
    for (const digit of '0123') {
      const text = SCRIPT.replace('42', `4${digit}`);
      put(root, 'a.js', text);
      expect(plain(await ask(port, '/a.js', { fields: take('gzip') }), 'gzip') === text).toBe(true);
    }
  });

  it('that many ask for at once comes to all of them', async () => {
    const port = await served(site({ 'long.txt': LONG, 'b.txt': LONG.toUpperCase() }));
    const asks = Array.from({ length: 60 }, (_, i) =>
      ask(port, i % 2 === 0 ? '/long.txt' : '/b.txt', { fields: take(i % 3 === 0 ? 'br' : 'gzip') }),
    );
    for (const [i, answer] of (await Promise.all(asks)).entries()) {
      const text = plain(answer, field(answer, 'Content-Encoding'));
      expect(text === (i % 2 === 0 ? LONG : LONG.toUpperCase()), `answer ${i}`).toBe(true);
    }
  });
});

describe('what does not gain by it', () => {
  it.each<[string, string | Buffer]>([
    ['a.png', LONG],
    ['a.js', 'short'],
    ['noise.txt', NOISE],
  ])('%s comes as it is', async (name, content) => {
    const port = await served(site({ [name]: content }));
    for (let i = 0; i < 2; i++) {
      const answer = await ask(port, `/${name}`, { fields: take('gzip, br') });
      expect([answer.status, field(answer, 'Content-Encoding')]).toEqual([200, undefined]);
      expect(answer.body.equals(Buffer.from(content))).toBe(true);
    }
  });

  it('is everything without `compress`, and nothing varies without both options', async () => {
    const port = await served(site({ 'a.js': SCRIPT }), { compress: false });
    expect(field(await ask(port, '/a.js', { fields: take('br') }), 'Content-Encoding')).toBeUndefined();
    const neither = await served(site({ 'a.js': SCRIPT }), { compress: false, precompressed: false });
    expect(field(await ask(neither, '/a.js', { fields: take('br') }), 'Vary')).toBeUndefined();
  });
});

describe('a file that was compressed before', () => {
  /** Not what would be made here, so that the two can be told apart. */
  const before = gzipSync('compressed before');

  it('is sent in place of the other one, with the type of that', async () => {
    const root = site({ 'a.js': SCRIPT, 'a.js.gz': before });
    const port = await served(root);
    const answer = await ask(port, '/a.js', { fields: take('gzip') });
    expect(plain(answer, 'gzip')).toBe('compressed before');
    expect(facts(answer)).toMatchObject({
      'content-type': 'text/javascript',
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      etag: expect.stringMatching(/^"[0-9a-f]+-[0-9a-f]+-gzip"$/),
    });
    expect(field(await ask(port, '/a.js.gz'), 'Content-Type')).toBe('application/gzip');
    expect(field(await ask(port, '/a.js.gz'), 'Content-Encoding')).toBeUndefined();
    const large = Buffer.concat(Array.from({ length: 9_000 }, () => before));
    put(root, 'a.js.gz', large);
    expect((await ask(port, '/a.js', { fields: take('gzip') })).body.equals(large)).toBe(true);
  });

  it('is sent also of a type that is not compressed here', async () => {
    const port = await served(site({ 'a.bin': LONG, 'a.bin.gz': before, 'b.bin': LONG }));
    const answer = await ask(port, '/a.bin', { fields: take('gzip') });
    expect(plain(answer, field(answer, 'Content-Encoding'))).toBe('compressed before');
    const alone = await ask(port, '/b.bin', { fields: take('gzip') });
    expect([field(alone, 'Content-Encoding'), field(alone, 'Vary')]).toEqual([undefined, 'Accept-Encoding']);
  });

  it('is passed over when it is older, or when the option is off', async () => {
    const root = site({ 'a.js': SCRIPT, 'a.js.gz': before });
    const old = new Date(CHANGED - 60_000);
    utimesSync(`${root}/a.js.gz`, old, old);
    const port = await served(root);
    expect(plain(await ask(port, '/a.js', { fields: take('gzip') }), 'gzip')).toBe(SCRIPT);
    const off = await served(site({ 'a.js': SCRIPT, 'a.js.gz': before }), { precompressed: false });
    expect(plain(await ask(off, '/a.js', { fields: take('gzip') }), 'gzip')).toBe(SCRIPT);
  });
});
