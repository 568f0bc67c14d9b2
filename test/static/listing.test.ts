/** The page of a folder as text: names that mean something else, order, links. A browser reads it in test/cli. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListingEntry, listingPage } from '../../src/static/listing.ts';

const file = (name: string, size = 0, mtimeMs = 0): ListingEntry => ({ name, isDirectory: false, size, mtimeMs });
const folder = (name: string, mtimeMs = 0): ListingEntry => ({ name, isDirectory: true, size: 4096, mtimeMs });

/** Texts of the links of all rows, in order. */
function names(page: string): string[] {
  const body = page.slice(page.indexOf('<tbody>'));
  return Array.from(body.matchAll(/<th scope="row"><a [^>]*><bdi>([^<]*)<\/bdi>/g), ([, name = '']) => name);
}

/** Where the links of all rows lead, from an address. */
function targets(page: string, from: string): string[] {
  const body = page.slice(page.indexOf('<tbody>'));
  const links = Array.from(body.matchAll(/<th scope="row"><a href="([^"]*)"/g), ([, link = '']) => link);
  return links.map((link) => new URL(link.replaceAll('&amp;', '&'), `http://h${from}`).href.slice('http://h'.length));
}

describe('the order of a listing', () => {
  const entries = [
    file('track10.wav', 5, 3000),
    file('Track2.wav', 70, 1000),
    folder('zoo', 9000),
    file('éa', 1, 2000),
    file('f', 70, 0),
    folder('Attic', 100),
  ];
  it.each([
    ['', ['Attic', 'zoo', 'éa', 'f', 'Track2.wav', 'track10.wav']],
    ['?sort=name&order=desc', ['zoo', 'Attic', 'track10.wav', 'Track2.wav', 'f', 'éa']],
    ['?sort=size', ['Attic', 'zoo', 'éa', 'track10.wav', 'f', 'Track2.wav']],
    ['sort=size&order=desc', ['zoo', 'Attic', 'Track2.wav', 'f', 'track10.wav', 'éa']],
    ['?sort=time&order=asc', ['Attic', 'zoo', 'f', 'Track2.wav', 'éa', 'track10.wav']],
    ['?sort=constructor&order=up', ['Attic', 'zoo', 'éa', 'f', 'Track2.wav', 'track10.wav']],
  ])('with %j', (query, order) => {
    expect(names(listingPage('/', entries, query))).toEqual(order);
  });

  it('is said by aria-sort on one column, whose link turns it round', () => {
    const page = listingPage('/', entries, '?sort=size');
    expect(page.match(/aria-sort="\w+"/g)).toEqual(['aria-sort="ascending"']);
    expect(page).toContain(
      '<th scope="col" aria-sort="ascending"><a href="?sort=size&amp;order=desc">Size <span aria-hidden="true">▲</span></a></th>',
    );
    expect(page).toContain('<a href="?sort=time&amp;order=asc">Changed</a>');
    expect(listingPage('/', entries, '?order=desc')).toContain(
      'aria-sort="descending"><a href="?sort=name&amp;order=asc"',
    );
  });

  it('goes along to other folders', () => {
    const page = listingPage('/a/', [folder('b'), file('c')], '?sort=time&order=desc');
    expect(targets(page, '/a/')).toEqual(['/a/b/?sort=time&order=desc', '/a/c']);
    expect(page).toContain('<a href="../?sort=time&amp;order=desc" rel="up">');
  });
});

describe('names in a listing', () => {
  it('show as they are, and their links lead to them, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !name.includes('/') && !/^\.{1,2}$/.test(name)),
        fc.constantFrom('/', '/deep/er/', '/deep/er', '/a b%/ü?#/'),
        (name, path) => {
          const page = listingPage(path, [file(name)], '');
          const url = path.split('/').map(encodeURIComponent).join('/');
          const parent = url.endsWith('/') ? url : `${url}/`;
          expect(targets(page, url).map(decodeURIComponent)).toEqual([decodeURIComponent(parent) + name]);
          const [shown = ''] = names(page);
          const text = shown.replace(/&(?:amp|lt|gt|quot|#39);/g, (each) => ENTITIES[each] ?? '');
          expect(text.replace(/[\u2400-\u2421]/g, '·')).toBe(name.replace(/[\0-\x1f\x7f\u2400-\u2421]/g, '·'));
        },
      ),
    );
  });
  const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

  it.each([
    ['<script>alert(1)', '&lt;script&gt;alert(1)'],
    ['" onmouseover="x', '&quot; onmouseover=&quot;x'],
    ["it's & that", 'it&#39;s &amp; that'],
    ['line\nfeed', 'line␊feed'],
  ])('%j cannot leave its place', (name, shown) => {
    for (const page of [listingPage('/', [file(name)], ''), listingPage(`/${name}/`, [], '')]) {
      expect(page).toContain(`<bdi>${shown}</bdi>`);
      expect(page).not.toContain(name.includes('\n') ? name : `>${name}<`);
    }
  });

  it.each(['javascript:alert(1)', '//evil.example', 'http://evil.example/', '?sort=size', '#top', '..%2f', '%2e%2e'])(
    '%j stays a name below the folder',
    (name) => {
      const [target = ''] = targets(listingPage('/a/', [file(name)], ''), '/a/');
      expect(target).toBe(`/a/${encodeURIComponent(name)}`);
    },
  );
});

describe('the folders above', () => {
  /** Every link of the navigation, from an address. */
  const above = (path: string): string[] => {
    const [, list = ''] = /<nav [^>]*>(.*)<\/nav>/.exec(listingPage(path, [], '')) ?? [];
    const url = `http://h${path}`;
    return Array.from(list.matchAll(/href="([^"]*)"/g), ([, link = '']) => new URL(link, url).pathname);
  };
  it.each([
    ['/', ['/']],
    ['/a/', ['/', '/a/']],
    ['/a', ['/', '/a/']],
    ['/a/b/c/', ['/', '/a/', '/a/b/', '/a/b/c/']],
    ['/a/b/c', ['/', '/a/', '/a/b/', '/a/b/c/']],
  ])('of %s are linked', (path, links) => {
    expect(above(path)).toEqual(links);
  });

  it('have no link up from the top', () => {
    expect(listingPage('/', [], '')).not.toContain('rel="up"');
    expect(listingPage('/a/', [], '')).toContain('<a href="../" rel="up">');
  });
});

describe('sizes and times of a listing', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_048_575, '1.0 MiB'],
    [1_048_576, '1.0 MiB'],
    [1_572_864, '1.5 MiB'],
    [5 * 2 ** 30, '5.0 GiB'],
    [Number.MAX_SAFE_INTEGER, '8.0 PiB'],
  ])('%d bytes are %s', (size, text) => {
    expect(listingPage('/', [file('a', size)], '')).toContain(`<data value="${size}">${text}</data>`);
  });

  it.each([
    [Date.UTC(2020, 1, 29, 23, 59, 59, 999), '<time datetime="2020-02-29T23:59:59Z">2020-02-29 23:59 UTC</time>'],
    [-1, '<time datetime="1969-12-31T23:59:59Z">1969-12-31 23:59 UTC</time>'],
    [Number.NaN, '<td>unknown</td>'],
    [1e300, '<td>unknown</td>'],
  ])('time %d', (ms, html) => {
    expect(listingPage('/', [file('a', 0, ms)], '')).toContain(html);
  });

  it('are counted in the caption, and of very many only the first are rows', () => {
    expect(listingPage('/', [], '')).toContain('<caption>0 folders, 0 files, by name, ascending</caption>');
    expect(listingPage('/', [folder('a'), file('b')], '?sort=time&order=desc')).toContain(
      '<caption>1 folder, 1 file, by time of change, descending</caption>',
    );
    const page = listingPage(
      '/',
      Array.from({ length: 2_001 }, (_, at) => file(`f${at}`)),
      '',
    );
    expect(page).toContain('<caption>2,000 of more than 2,000 files and folders, by name, ascending</caption>');
    expect([names(page).length, names(page).at(-1)]).toEqual([2_000, 'f1999']);
  });
});
