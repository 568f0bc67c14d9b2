/** Holds all pages of the project to what a reader anywhere can use: links lead somewhere, versions are the real ones. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { links, page, ROOT, tableUnder } from './markdown.ts';

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

const TOP = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
const PAGES = [...TOP, ...['src', 'native', 'asm', 'test'].flatMap(pagesIn)];

describe('pages', () => {
  it('include those that every project has', () => {
    expect(TOP).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']));
  });

  it.each(PAGES)('links of %s lead to something', (path) => {
    const inside = links(page(path)).filter((target) => !/^https?:/.test(target));
    const dead = inside.filter((target) => !existsSync(join(ROOT, dirname(path), target)));
    expect(dead).toEqual([]);
  });

  it.each(PAGES)('%s names no path of one machine and no host to download from', (path) => {
    const text = page(path);
    expect(text.match(/(?:^|[\s`'"(])\/(?:home|root|tmp|work|mnt|Users|var|opt)\/\S*/g)).toBeNull();
    expect(
      text.match(/registry\.\S+|npmjs\.\S+|(?:proxy|mirror)\.[a-z]\S+|:\/\/[^/\s]*:\d{4}(?!\d)(?<!:8080)/g),
    ).toBeNull();
  });

  it.each(PAGES)('%s names files of the project that exist', (path) => {
    const named = page(path).matchAll(/`((?:src|test|native|asm)\/[\w./-]+)`/g);
    const missing = Array.from(named, ([, file = '']) => file).filter(
      (file) => !existsSync(join(ROOT, file)) && !/\.gen\.\w+$/.test(file),
    );
    expect(missing).toEqual([]);
  });
});

describe('CONTRIBUTING', () => {
  it('tells the pinned versions of package.json and of the gate', () => {
    const { devDependencies } = JSON.parse(page('package.json')) as { devDependencies: Record<string, string> };
    const pins = tableUnder(page('CONTRIBUTING.md'), 'Pinned tools');
    for (const [tool = '', version = ''] of pins) {
      if (tool === 'emcc') expect(page('.ci/run')).toContain(`emscripten=${version}`);
      else expect({ tool, version: devDependencies[tool] }).toEqual({ tool, version });
    }
    expect(pins.length).toBeGreaterThan(4);
  });
});

describe('CHANGELOG', () => {
  it('has an entry for the version of package.json', () => {
    const { version } = JSON.parse(page('package.json')) as { version: string };
    expect(page('CHANGELOG.md')).toContain(`## ${version}\n`);
  });
});

describe('the gate', () => {
  it('can be run', () => {
    for (const script of ['.ci/run', 'build.sh']) expect(statSync(join(ROOT, script)).mode & 0o111).not.toBe(0);
  });
});
