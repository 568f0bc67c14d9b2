/** Bodies in memory, in files, and over their limits. */
import { readSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodySpool, releaseBody, type SpooledBody, spoolFileBytes } from '../../src/node/spool.ts';

function content(body: SpooledBody): Uint8Array {
  if (body.kind === 'memory') return body.bytes;
  const bytes = new Uint8Array(body.size + 10);
  const read = readSync(body.fd, bytes, 0, bytes.length, 0);
  return bytes.subarray(0, read);
}

describe('a body spool', () => {
  it('gives back what it was given, in memory or from a file, however it was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 300 }),
        (pieces, limit) => {
          const spool = new BodySpool(limit, 1_000_000);
          for (const piece of pieces) expect(spool.append(piece)).toBeNull();
          const body = spool.take();
          const whole = Buffer.concat(pieces);
          expect(Buffer.from(content(body))).toEqual(whole);
          expect(body.kind).toBe(whole.length > limit ? 'file' : 'memory');
          releaseBody(body);
        },
      ),
      { numRuns: 60 },
    );
    expect(spoolFileBytes()).toBe(0);
  });

  it('does not keep the buffer it was given', () => {
    const spool = new BodySpool(100, 100);
    const chunk = new Uint8Array([1, 2, 3]);
    spool.append(chunk);
    chunk.fill(9);
    expect([...content(spool.take())]).toEqual([1, 2, 3]);
  });

  it('says when the files of all bodies are full, and leaves nothing behind', () => {
    const first = new BodySpool(0, 100);
    const second = new BodySpool(10, 100);
    expect(first.append(new Uint8Array(60))).toBeNull();
    expect(second.append(new Uint8Array(10))).toBeNull();
    expect(second.append(new Uint8Array(31))).toBe('full');
    expect(spoolFileBytes()).toBe(60);
    first.discard();
    expect(spoolFileBytes()).toBe(0);
    expect(second.take()).toMatchObject({ kind: 'memory' });
  });

  it('reports a file that cannot be written', () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = '/nonexistent-folder';
    try {
      const spool = new BodySpool(0, 100);
      expect(spool.append(new Uint8Array(1))).toBe('failed');
      expect(spool.cause).toMatchObject({ code: 'ENOENT' });
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
    expect(spoolFileBytes()).toBe(0);
  });
});
