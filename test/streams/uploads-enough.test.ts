/** Bodies that the app does not read to their end. */
import { describe, expect, it } from 'vitest';
import type { AppRequest } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { get, post } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';
import { head, Seen } from './seen.ts';

describe('an app that has enough', () => {
  it('reads no more behind its answer, and the connection goes on', async () => {
    let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
    let late: Promise<unknown> | null = null;
    const server = await testServer(
      {
        async call(req) {
          if (req.path === '/next') return { status: 200, body: 'next' };
          reader = req.stream().getReader();
          const first = await reader.read();
          late = reader.read();
          late.catch(() => {});
          return { status: 200, body: `${first.value?.length}` };
        },
      },
      { bodyMode: 'stream' },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(head(20), 'x'.repeat(10));
    expect((await wire.answers(1))[0]?.body.toString()).toBe('10');
    await expect(late).rejects.toMatchObject({ code: 'HV_BODY_GONE' });
    await wire.send('y'.repeat(10), get('/next'));
    expect((await wire.answers(2))[1]?.body.toString()).toBe('next');
  });

  it('may cancel, and may ask too late', async () => {
    const codes: unknown[] = [];
    let kept: AppRequest | null = null;
    const server = await testServer(
      {
        async call(req) {
          if (req.path === '/cancel') await req.stream().cancel();
          else if (req.path === '/late') kept = req;
          return { status: 200, body: req.path };
        },
      },
      { bodyMode: 'stream' },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(post('/cancel', 'abc'), post('/late', 'abc'), get('/next'));
    expect((await wire.answers(3)).map(({ body }) => body.toString())).toEqual(['/cancel', '/late', '/next']);
    const late = kept as AppRequest | null;
    await late
      ?.stream()
      .getReader()
      .read()
      .catch((error: { code: string }) => codes.push(error.code));
    expect(codes).toEqual(['HV_BODY_GONE']);
  });

  it('loses the stream when it fails, and its server goes on', async () => {
    const server = await testServer(
      {
        async call(req) {
          if (req.path === '/next') return { status: 200, body: 'next' };
          await req.stream().getReader().read();
          throw new Error('enough');
        },
      },
      { bodyMode: 'stream' },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(post('/', 'abc'), get('/next'));
    expect((await wire.answers(2)).map(({ status }) => status)).toEqual([500, 200]);
  });

  it('is stopped in the middle, and hears of it', async () => {
    const seen = new Seen();
    const server = await testServer(
      { call: async (req) => ({ status: 200, body: String(await seen.read(req)) }) },
      { bodyMode: 'stream' },
    );
    using wire = await Wire.open(server.getPort());
    await wire.send(head(10), 'abc');
    await eventually(() => seen.bytes).toBe(3);
    await server.stop();
    await eventually(() => seen.end).toBe('HV_CLIENT_GONE');
  });
});
