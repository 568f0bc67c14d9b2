/** Files that block, forbid, shrink, grow or are replaced: nobody waits, and no announced length holds wrong bytes. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  openSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StaticPathInit } from '../../../src/index.ts';
import { missing, needs } from '../../helpers/needs.ts';
import { testServer } from '../../helpers/server.ts';
import { Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';
import { ask, put, request, site, told } from './site.ts';

const MIB = 1_048_576;

async function served(root: string, options: StaticPathInit = {}): Promise<number> {
  const call = () => ({ status: 299, body: 'app' });
  return (await testServer({ call, staticPaths: { '/': root }, staticPathOptions: options })).getPort();
}

/** A client that has read the head and a little of the body, and now waits. */
async function paused(port: number, target: string): Promise<Wire> {
  const wire = await Wire.open(port);
  await wire.send(request(target));
  await wire.until(() => wire.received.length > 1_000, 'first bytes');
  wire.socket.pause();
  return wire;
}

/** Reads what is left; the bytes behind the head, and whether they are as many as were announced. */
async function rest(wire: Wire): Promise<{ body: Buffer; isWhole: boolean }> {
  wire.socket.resume();
  await wire.until(() => wire.ended !== 'open', 'end');
  const bytes = wire.received;
  const head = bytes.indexOf('\r\n\r\n');
  const announced = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1]);
  const body = bytes.subarray(head + 4);
  return { body, isWhole: body.length === announced };
}

describe('what is no file', () => {
  it.skipIf(!needs('mkfifo', 'coreutils'))('a FIFO is not found, and nobody waits for it', async () => {
    const root = site({ 'a.txt': 'a' });
    execFileSync('mkfifo', [join(root, 'fifo'), join(root, 'index.html'), join(root, 'a.txt.gz')]);
    const port = await served(root);
    expect(await told(port, '/fifo')).toBe('404 404 Not Found\n');
    expect(await told(port, '/', { method: 'HEAD' })).toBe('404 ');
    expect(await told(port, '/a.txt', { fields: { 'Accept-Encoding': 'gzip' } })).toBe('200 a');
  });

  it('a device is not found', async () => {
    const root = site({ 'a.txt': 'a' });
    symlinkSync('/dev/zero', join(root, 'zero'));
    symlinkSync('/dev/tty', join(root, 'tty'));
    for (const followSymlinks of [true, false]) {
      const port = await served(root, { followSymlinks });
      for (const name of ['zero', 'tty']) expect(await told(port, `/${name}`)).toBe('404 404 Not Found\n');
    }
  });

  it('a socket is not found', async () => {
    const root = site({ 'a.txt': 'a' });
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(join(root, 'socket'), resolve));
    expect(await told(await served(root), '/socket')).toBe('404 404 Not Found\n');
    listener.close();
  });
});

describe('links', () => {
  it('lead out only with `followSymlinks`', async () => {
    const root = site({ 'a.txt': 'a' });
    symlinkSync(site({ 'b.txt': 'b' }), join(root, 'out'));
    expect(await told(await served(root), '/out/b.txt')).toBe('404 404 Not Found\n');
    expect(await told(await served(root, { followSymlinks: true }), '/out/b.txt')).toBe('200 b');
  });

  it('that are put in the place of a file or folder that was served lead nowhere', async () => {
    const root = site({ 'a.txt': 'inside', 'sub/a.txt': 'inside' });
    const secret = site({ 'a.txt': 'secret' });
    const port = await served(root);
    expect(await told(port, '/a.txt')).toBe('200 inside');
    expect(await told(port, '/sub/a.txt')).toBe('200 inside');
    unlinkSync(join(root, 'a.txt'));
    symlinkSync(join(secret, 'a.txt'), join(root, 'a.txt'));
    renameSync(join(root, 'sub'), join(root, 'old'));
    symlinkSync(secret, join(root, 'sub'));
    expect(await told(port, '/a.txt')).toBe('404 404 Not Found\n');
    expect(await told(port, '/sub/a.txt')).toBe('404 404 Not Found\n');
  });

  it('the same file may be inside of one static path and outside of another', async () => {
    const root = site({ 'a.txt': 'a', 'sub/x': '' });
    symlinkSync('../a.txt', join(root, 'sub/link.txt'));
    const server = await testServer({ staticPaths: { '/all': root, '/sub': join(root, 'sub') } });
    expect(await told(server.getPort(), '/all/sub/link.txt')).toBe('200 a');
    expect(await told(server.getPort(), '/sub/link.txt')).toBe('404 404 Not Found\n');
    expect(await told(server.getPort(), '/all/sub/link.txt')).toBe('200 a');
  });
});

const hasUsers = process.getuid !== undefined || missing('this system has no users: run these tests on Linux');

describe('permissions', () => {
  it.skipIf(!hasUsers)('that are missing are 403, or the app’s matter with `fallthrough`', async () => {
    const root = site({ 'a.txt': 'a', 'closed/b.txt': 'b', 'open.txt': 'open' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'a.txt'), 0o000);
    chmodSync(join(root, 'closed'), 0o000);
    // Files in it may be read, but not their names.
    put(root, 'silent/b.txt', 'b');
    chmodSync(join(root, 'silent'), 0o311);
    const listing = await served(root, { listing: true });
    const port = await served(root);
    const falling = await served(root, { fallthrough: true });
    // Root may read everything: it becomes somebody else for a moment.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      for (const target of ['/a.txt', '/closed/b.txt', '/closed/none']) {
        expect(await told(port, target)).toBe('403 403 Forbidden\n');
        expect(await told(falling, target)).toBe('299 app');
      }
      expect(await told(port, '/open.txt')).toBe('200 open');
      expect(await told(listing, '/silent/b.txt')).toBe('200 b');
      expect(await told(listing, '/silent/')).toBe('403 403 Forbidden\n');
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const name of ['closed', 'silent']) chmodSync(join(root, name), 0o755);
    }
    chmodSync(join(root, 'a.txt'), 0o644);
    expect(await told(port, '/a.txt')).toBe('200 a');
  });
});

describe('a large file that changes while it is sent', () => {
  const SIZE = 64 * MIB;
  const large = (): { root: string; path: string } => {
    const root = site({ 'small.txt': 's' });
    const path = join(root, 'large.bin');
    const fd = openSync(path, 'w');
    ftruncateSync(fd, SIZE);
    closeSync(fd);
    return { root, path };
  };

  it('shrinks: the connection ends before the announced length', async () => {
    const { root, path } = large();
    const wire = await paused(await served(root), '/large.bin');
    truncateSync(path, 2 * MIB);
    const { body, isWhole } = await rest(wire);
    expect(isWhole).toBe(false);
    expect(body.every((byte) => byte === 0)).toBe(true);
  });

  it('is overwritten in its place: no byte of the new content comes', async () => {
    const { root, path } = large();
    const wire = await paused(await served(root), '/large.bin');
    writeFileSync(path, Buffer.alloc(SIZE, 'N'));
    const { body, isWhole } = await rest(wire);
    expect(isWhole).toBe(false);
    expect(body.includes('N')).toBe(false);
  });

  it('is overwritten in its place by a longer one: no byte of that comes', async () => {
    const { root, path } = large();
    const wire = await paused(await served(root), '/large.bin');
    writeFileSync(path, Buffer.alloc(SIZE + MIB, 'N'));
    const { body, isWhole } = await rest(wire);
    expect([isWhole, body.includes('N')]).toEqual([false, false]);
  });

  it('is overwritten by a longer one while its answer waits for another: no byte of that comes', async () => {
    const { root } = large();
    const path = put(root, 'next.bin', Buffer.alloc(MIB, 'O'));
    const port = await served(root);
    const wire = await Wire.open(port);
    await wire.send(request('/large.bin', { fields: { Connection: 'keep-alive' } }) + request('/next.bin'));
    await wire.until(() => wire.received.length > 1_000, 'first bytes');
    wire.socket.pause();
    // Behind this answer the server has looked at both requests.
    expect(await told(port, '/small.txt')).toBe('200 s');
    writeFileSync(path, Buffer.alloc(2 * MIB, 'N'));
    await rest(wire);
    expect(wire.received.includes('NN')).toBe(false);
  });

  it('is replaced by another one: the old one comes whole', async () => {
    const { root, path } = large();
    const port = await served(root);
    const wire = await paused(port, '/large.bin');
    put(root, 'new.bin', Buffer.alloc(SIZE, 'N'));
    renameSync(join(root, 'new.bin'), path);
    const { body, isWhole } = await rest(wire);
    expect([isWhole, body.includes('N')]).toEqual([true, false]);
    expect((await ask(port, '/large.bin', { fields: { Range: 'bytes=0-0' } })).body.toString()).toBe('N');
  });

  it('is removed: it comes whole all the same', async () => {
    const { root, path } = large();
    const wire = await paused(await served(root), '/large.bin');
    unlinkSync(path);
    expect((await rest(wire)).isWhole).toBe(true);
  });

  it('grows: what was announced comes, and no more', async () => {
    const { root, path } = large();
    const wire = await paused(await served(root), '/large.bin');
    appendFileSync(path, 'more');
    const { body, isWhole } = await rest(wire);
    expect([isWhole, body.includes('more')]).toEqual([true, false]);
  });
});

describe('a small file that is written all the time', () => {
  it('comes whole in one of its states, with the tag and length of that state', async () => {
    const root = site({ 'a.txt': '0' });
    const port = await served(root);
    const tags = new Map<string, string>();
    for (let i = 0; i < 60; i++) {
      const content = String(i % 10).repeat(1 + ((i * 7919) % 100_000));
      const asked = ask(port, '/a.txt');
      // By renaming, so that each state is a whole one.
      put(root, 'next', content, i);
      renameSync(join(root, 'next'), join(root, 'a.txt'));
      const answer = await asked;
      const text = answer.body.toString();
      expect(new Set(text).size).toBe(1);
      const tag = field(answer, 'ETag') ?? '';
      expect(tags.get(tag) ?? text).toBe(text);
      tags.set(tag, text);
    }
  });
});
