/** Lists of folders as a server gives them: what they show, and to how many. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type App, excludeStaticPath, staticPath } from '../../../src/index.ts';
import { testServer } from '../../helpers/server.ts';
import { untilEnd } from '../../helpers/wire.ts';
import { request, site, told } from './site.ts';

async function served(staticPaths: App['staticPaths']): Promise<number> {
  return (await testServer({ staticPaths: staticPaths ?? null, staticPathOptions: { listing: true } })).getPort();
}

describe('a list of a folder', () => {
  it('cannot be reached by a link into another static path that checks, or is the app’s', async () => {
    const root = site({ 'private/p.txt': 'p', 'ex/e.txt': 'e', 'own/o.txt': 'o' });
    for (const name of ['private', 'ex', 'own']) symlinkSync(name, join(root, `to-${name}`));
    symlinkSync('private/p.txt', join(root, 'to-p.txt'));
    const checked = staticPath(join(root, 'private'), { validation: '"k" == "v"' });
    const port = await served({ '/': root, '/private': checked, '/ex': excludeStaticPath() });
    expect(await told(port, '/to-private/')).toBe('404 404 Not Found\n');
    expect(await told(port, '/to-ex/')).toBe('404 404 Not Found\n');
    expect(await told(port, '/to-own/')).toContain('o.txt');
    const top = await told(port, '/');
    expect(top).toContain('to-own');
    for (const name of ['to-private', 'to-ex', 'to-p.txt']) expect(top).not.toContain(name);
    expect(await told(port, '/private/', { fields: { k: 'v' } })).toContain('p.txt');
  });

  it.skipIf(process.platform === 'win32')('leaves out what nobody could ask for', async () => {
    const port = await served({ '/': site({ 'a\\b.txt': 'the app’s', 'a%5Cb.txt': 'a file' }) });
    const page = await told(port, '/');
    expect(page).toContain('1 file,');
    expect(page).toContain('a%255Cb.txt');
  });

  it('has the first names when there are more than it shows', async () => {
    const names = Array.from({ length: 2_100 }, (_, i) => `many/${i}.txt`);
    const port = await served({
      '/': site({ ...Object.fromEntries(names.map((name) => [name, ''])), 'many/z/a': '' }),
    });
    const page = await told(port, '/many/');
    const shown = Array.from(page.matchAll(/<th scope="row"><a href="\.\/([^"]+)"/g), ([, name]) => name);
    expect(shown).toEqual(['z/', ...Array.from({ length: 1_999 }, (_, i) => `${i}.txt`)]);
  });

  it('comes to everybody who asks for one at the same time', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `many/${i}.txt`);
    const port = await served({ '/': site(Object.fromEntries(names.map((name) => [name, '']))) });
    // On one connection they are all there before the first folder has been read.
    const asked = 'GET /many/ HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(12);
    const { responses } = await untilEnd(port, [asked + request('/many/')], { methods: Array(13).fill('GET') });
    expect(responses.map(({ status }) => status)).toEqual(Array(13).fill(200));
  });
});
