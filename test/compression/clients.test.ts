/** Clients of others that ask for compressed answers, and what they make of them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { needs } from '../helpers/needs.ts';
import { serve } from '../helpers/server.ts';
import { TEXT, textOf } from './asking.ts';

const SHORT = textOf(3_000);
const LONG = textOf(200_000);

const site = (): Promise<number> =>
  serve({
    call: (req) => ({
      status: 200,
      headers: TEXT,
      body: { '/short': SHORT, '/stream': [LONG, SHORT] }[req.path] ?? LONG,
    }),
  });
const TEXTS = { '/short': SHORT, '/long': LONG, '/stream': LONG + SHORT };

describe('fetch', () => {
  it('reads what it asks for by itself', async () => {
    const port = await site();
    for (const [path, text] of Object.entries(TEXTS)) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(answer.headers.get('content-encoding')).toMatch(/^(?:br|gzip|zstd)$/);
      expect((await answer.text()) === text).toBe(true);
    }
  });
});

describe.skipIf(!needs('curl', 'curl'))('curl --compressed', () => {
  const curl = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('curl', ['-sS', '--max-time', '60', ...args], { maxBuffer: 10_000_000 })).stdout;

  it.each([[], ['--http1.0'], ['-H', 'Accept-Encoding: gzip']])('reads all of it, %s', async (...args) => {
    const port = await site();
    for (const [path, text] of Object.entries(TEXTS)) {
      const shown = await curl('--compressed', '-D', '-', ...args, `http://127.0.0.1:${port}${path}`);
      const at = shown.indexOf('\r\n\r\n') + 4;
      const isCoded = /content-encoding: /i.test(shown.slice(0, at));
      expect(isCoded).toBe(path === '/short' || args[0] !== '--http1.0');
      expect(shown.slice(at) === text).toBe(true);
    }
  });
});
