/** From request targets to paths: what climbs, hides or is malformed never names a file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWindowsTrap, requestPath, writtenPath } from '../../src/static/path.ts';

describe('a request target', () => {
  it.each([
    ['/', '/', '', true],
    ['/a', '/a', '', false],
    ['/a/', '/a', '', true],
    ['//a///b//', '/a/b', '', true],
    ['/./a/./b/.', '/a/b', '', true],
    ['/%61%2Fb', '/a/b', '', false],
    ['/a%252e', '/a%2e', '', false],
    ['/f%C3%BC', '/fü', '', false],
    ['/a?b=/../c', '/a', '', false],
    ['http://h:1/x/y?z', '/x/y', '', false],
    ['http://h', '/', '', true],
    ['http://h?q', '/', '', true],
    ['/..', '/..', 'parent', false],
    ['/a/%2e%2E/b', '/a/../b', 'parent', false],
    ['/a%2f..%2fb', '/a/../b', 'parent', false],
    ['/..foo/foo../a..b', '/..foo/foo../a..b', '', false],
    ['/.../....', '/.../....', '', false],
    ['/a%00b', '/a\0b', 'malformed', false],
    ['/100%', '/100%', 'malformed', false],
    ['/%zz', '/%zz', 'malformed', false],
    ['/%u002e%u002e/', '/%u002e%u002e', 'malformed', true],
    ['/%c0%ae%c0%ae/x', '/\xc0\xae\xc0\xae/x', 'malformed', false],
    ['/%e0%80%ae', '/\xe0\x80\xae', 'malformed', false],
    ['/%ed%a0%80', '/\xed\xa0\x80', 'malformed', false],
    ['/\xfc', '/\xfc', 'malformed', false],
    ['/a\\b', '/a\\b', 'backslash', false],
    ['/a%5c..%5cb', '/a\\..\\b', 'backslash', false],
    ['*', '', 'other', false],
    ['', '', 'other', false],
  ])('%j is the path %j (%j)', (target, path, fault, hasSlash) => {
    expect(requestPath(target)).toMatchObject({ path, fault, hasSlash });
  });

  it('keeps its query as it is written', () => {
    expect(requestPath('/a%20b?c=%20d?e').query).toBe('?c=%20d?e');
  });

  const piece = fc.constantFrom(
    '/',
    '/',
    '//',
    '.',
    '..',
    'a',
    'b',
    '%2e',
    '%2E',
    '%2f',
    '%25',
    '%',
    '%0',
    '%00',
    '%c3%a4',
    '%c0%ae',
    '\\',
    '%5c',
    'é',
    '~',
  );

  it('never gives a path without fault that has an empty segment, a dot segment, a NUL or a backslash', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const { path, fault } = requestPath(`/${pieces.join('')}`);
        if (fault !== '') return;
        expect(path).toMatch(/^\//);
        const segments = path === '/' ? [] : path.slice(1).split('/');
        for (const segment of segments) expect(['', '.', '..']).not.toContain(segment);
        expect(path).not.toMatch(/[\0\\]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is what a simple reading of its segments says', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const target = `/${pieces.join('')}`;
        const { path, fault } = requestPath(target);
        let decoded: string | null = null;
        try {
          decoded = decodeURIComponent(target);
        } catch {
          // Malformed.
        }
        if (decoded === null || /[\0]/.test(decoded) || target.includes('é')) {
          expect(['malformed', 'backslash']).toContain(fault);
          return;
        }
        const kept: string[] = [];
        for (const segment of decoded.split('/')) if (segment !== '' && segment !== '.') kept.push(segment);
        expect(path).toBe(`/${kept.join('/')}`);
        expect(fault).toBe(decoded.includes('\\') ? 'backslash' : kept.includes('..') ? 'parent' : '');
      }),
      { numRuns: 2000 },
    );
  });

  it('written again is read as the same path', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (segments) => {
        const names = segments.filter((name) => !/[\\/\0]/.test(name) && !/^\.{1,2}$/.test(name));
        const path = `/${names.join('/')}`;
        fc.pre(encodes(path));
        const written = writtenPath(path);
        expect(written).toMatch(/^\/(?!\/)[!-~]*$/);
        expect(requestPath(written)).toMatchObject({ path, fault: '' });
      }),
    );
  });
});

/** Without half of a surrogate pair. */
function encodes(text: string): boolean {
  try {
    encodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

describe('names that mean something else on Windows', () => {
  it.each(['C:', 'a::$DATA', 'con', 'CON.txt', 'nul', 'LPT1', 'com¹.log', 'a.', 'a ', 'a*', 'a?', 'AUX.tar.gz'])(
    '%j is one',
    (name) => expect(isWindowsTrap(name)).toBe(true),
  );
  it.each(['console', 'a.b', '.hidden', 'null', 'com', 'lpt10', 'ü'])('%j is none', (name) =>
    expect(isWindowsTrap(name)).toBe(false),
  );
});
