/** Which static path a path lies below, and the checks and types that go with it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATIC_DEFAULTS } from '../../src/server/static-options.ts';
import { isCompressible, typeOf } from '../../src/static/mime.ts';
import { Routes, routeOf } from '../../src/static/route.ts';
import { type StaticMount, StaticTable } from '../../src/static/table.ts';
import { isSameText, parseValidation } from '../../src/static/validation.ts';
import type { StaticPathOptions } from '../../src/static-types.ts';

const mount = (url: string, options: Partial<StaticPathOptions> = {}): StaticMount => ({
  url,
  path: url === '/' ? '/files' : `/files${url}`,
  options: { ...STATIC_DEFAULTS, ...options },
});

const tableOf = (...urls: string[]): StaticTable => {
  const table = StaticTable.of(urls.map((url) => mount(url)));
  if (table === null) throw new Error('no static paths');
  return table;
};

describe('the longest static path', () => {
  it('is none without static paths', () => expect(StaticTable.of([])).toBeNull());

  it.each([
    ['/', '/', ''],
    ['/x', '/', '/x'],
    ['/s', '/s', ''],
    ['/s/x', '/s', '/x'],
    ['/sx', '/', '/sx'],
    ['/s/t', '/s/t', ''],
    ['/s/tu/v', '/s', '/tu/v'],
    ['/S', '/', '/S'],
  ])('of %s is %s, and %j is left', (path, url, rest) => {
    const match = tableOf('/', '/s', '/s/t').match(path);
    expect({ url: match?.mount.url, rest: match?.rest }).toEqual({ url, rest });
  });

  it('is none where only others lie', () => expect(tableOf('/s').match('/t/s')).toBeNull());

  it('is the one that trying all of them finds', () => {
    const segment = fc.constantFrom('a', 'b', 'aa');
    const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), path, (urls, asked) => {
        const below = urls.filter((url) => url === '/' || asked === url || asked.startsWith(`${url}/`));
        const best = below.sort((a, b) => b.length - a.length)[0];
        expect(tableOf(...urls).match(asked)?.mount.url).toBe(best);
      }),
    );
  });

  it('of a very long path is found without looking at each of its beginnings', () => {
    const path = '/a'.repeat(40_000);
    // Looking at each of them takes longer than a test may.
    for (let i = 0; i < 200; i++) expect(tableOf('/a').match(path)?.mount.url).toBe('/a');
  });
});

describe('a route', () => {
  const of = (target: string, options: Partial<StaticPathOptions> = {}, isWindows = false) => {
    const table = StaticTable.of([mount('/s', options), mount('/s/ex', { exclude: true })]);
    return table === null ? null : routeOf(table, target, isWindows);
  };

  it.each(['/t', '/s/ex', '/s/ex/a', '/s/a\\b', '/s/%5c', '*'])('%s belongs to the app', (target) =>
    expect(of(target)).toBeNull(),
  );
  it.each([
    ['/s', '/files/s', 0],
    ['/s/exa', '/files/s/exa', 0],
    ['/s/.a', '/files/s/.a', 404],
    ['/s/a/.b/c', '/files/s/a/.b/c', 404],
    ['/s/../t', '/files/s/../t', 400],
    ['/s/%', '/files/s/%', 400],
    ['/s/con', '/files/s/con', 0],
  ])('%s leads to %s and %i', (target, file, status) => expect(of(target)).toMatchObject({ file, status }));
  it('to a name with a dot is one with `dotfiles`', () => expect(of('/s/.a', { dotfiles: true })?.status).toBe(0));
  it.each(['/s/con', '/s/C:', '/s/a::$DATA', '/s/a./b'])('%s is nothing on Windows', (target) =>
    expect(of(target, {}, true)?.status).toBe(404),
  );

  it('is found again, and many others do not make it another', () => {
    const routes = new Routes(tableOf('/s'), false);
    const first = routes.of('/s/a');
    expect(routes.of('/s/a')).toBe(first);
    for (let i = 0; i < 5_000; i++) routes.of(`/s/${i}`);
    expect(routes.of('/s/a')).toMatchObject({ file: '/files/s/a', status: 0 });
    expect(Routes.over(null, false)).toBeNull();
  });
});

describe('a file with another path than it seemed to have', () => {
  const table = StaticTable.of([mount('/'), mount('/s'), mount('/s/ex', { exclude: true })]);
  const of = (target: string, isWindows = false) => (table === null ? null : routeOf(table, target, isWindows));

  it.each([
    ['/s/link', '/files/s/a.txt', true],
    ['/s/EX/a', '/files/s/ex/a', false],
    ['/s/link', '/files/s/ex', false],
    ['/s/link', '/files/s/exa', true],
    ['/link', '/files/a', true],
    ['/link', '/files/s/a', false],
    ['/link', '/files', true],
  ])('%s that is %s belongs to the same static path: %s', (target, real, isOwn) => {
    expect(of(target)?.owns(real)).toBe(isOwn);
  });

  it('may not hide a dot behind a short name of Windows', () => {
    expect(of('/s/GIT~1/config', true)?.owns('/files/s\\.git\\config')).toBe(false);
    expect(of('/s/A~1.TXT', true)?.owns('/files/s\\a long name.txt')).toBe(true);
  });
});

describe('a validation', () => {
  it.each(['"a" == "b"', '"a" = "b"', ' "a"=="b" '])('has the form %s', (text) =>
    expect(parseValidation(text)).toEqual({ name: 'a', value: 'b' }),
  );
  it('may be none', () => expect(parseValidation('')).toBeNull());
  it.each(['a == b', '"a" != "b"', '"a" === "b"', '"a" == "b" x', '"a b" == "c"'])('has not the form %s', (text) =>
    expect(() => parseValidation(text)).toThrow(RangeError),
  );
  it('compares texts as a whole', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), (a, b) => isSameText(a, b) === (a === b)),
    );
  });
});

describe('the type of a file', () => {
  it.each([
    ['a.html', 'text/html'],
    ['a.HTML', 'text/html'],
    ['a.tar.gz', 'application/gzip'],
    ['csv', 'text/csv'],
    ['.html', 'application/octet-stream'],
    ['a.unknown', 'application/octet-stream'],
    ['a.', 'application/octet-stream'],
    ['__proto__', 'application/octet-stream'],
    ['a.constructor', 'application/octet-stream'],
    ['a.js', 'text/javascript'],
    ['a.cjs', 'text/javascript'],
    ['a.mjs', 'text/javascript'],
    ['a.wasm', 'application/wasm'],
    ['a.wav', 'audio/wav'],
    ['a.svg', 'image/svg+xml'],
    ['a.Rmd', 'text/plain'],
    ['a.R', 'text/plain'],
    ['a.parquet', 'application/vnd.apache.parquet'],
    ['a.map', 'application/json'],
    ['a.webmanifest', 'application/manifest+json'],
  ])('of %s is %s', (name, type) => expect(typeOf(name)).toBe(type));

  it.each([
    'text/html',
    'text/csv',
    'application/json',
    'application/wasm',
    'image/svg+xml',
    'application/geo+json',
    'text/javascript',
    'font/ttf',
  ])('%s gains by compressing', (type) => expect(isCompressible(type)).toBe(true));
  it.each([
    'image/png',
    'application/gzip',
    'font/woff2',
    'video/mp4',
    'application/octet-stream',
    'application/zip',
    'image/avif',
  ])('%s does not', (type) => expect(isCompressible(type)).toBe(false));
});
