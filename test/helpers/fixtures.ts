/**
 * Reads the parser fixtures: Markdown with one case per "###" heading, an `http` block (input) and a `records` block
 * (what a parser must tell). test/fixtures/README.md explains the notation; this file is its definition.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ALLOW } from '../../src/wasm/constants.gen.ts';

/** Limits, and pause and allow flags in one sum; what is absent has the default. */
export interface FixtureSettings {
  readonly maxHeadBytes: number;
  readonly maxFields: number;
  readonly maxChunkExtensionBytes: number;
  readonly maxBodyBytes: number;
  readonly pause: number;
}

export interface Fixture {
  readonly file: string;
  readonly title: string;
  readonly kind: 'request' | 'response';
  readonly settings: FixtureSettings;
  readonly input: Uint8Array;
  readonly expected: readonly string[];
}

const DEFAULTS: FixtureSettings = {
  maxHeadBytes: 81_920,
  maxFields: 1000,
  maxChunkExtensionBytes: 16_384,
  maxBodyBytes: 134_217_728,
  pause: 0,
};

const ROOT = fileURLToPath(new URL('../fixtures', import.meta.url));

/** All fixtures below test/fixtures in which nothing is forgiven. */
export function fixtures(): Fixture[] {
  return read((file) => !file.startsWith('lenient/'));
}

/** Those in which something is. */
export function lenientFixtures(): Fixture[] {
  return read((file) => file.startsWith('lenient/'));
}

function read(isWanted: (file: string) => boolean): Fixture[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.md') && !file.endsWith('README.md') && isWanted(file))
    .sort()
    .flatMap((file) => parse(file, readFileSync(`${ROOT}/${file}`, 'utf8')));
}

const CASE = /^### (.+)\n([\s\S]*?)```http(.*)\n([\s\S]*?)\n```\n```records\n([\s\S]*?)\n```$/gm;

/** The cases of one file. Every heading must be followed by both blocks. */
export function parse(file: string, text: string): Fixture[] {
  const found = [...text.matchAll(CASE)];
  const headings = text.split('\n').filter((line) => line.startsWith('### ')).length;
  if (found.length !== headings) throw new Error(`${file}: ${headings} headings, but ${found.length} complete cases`);
  return found.map(([, title = '', , words = '', input = '', expected = '']) => {
    const settings: Record<string, number> = { ...DEFAULTS };
    let kind: Fixture['kind'] = 'request';
    for (const word of words.trim().split(/\s+/).filter(Boolean)) {
      const [name = '', value] = word.split('=');
      if (name === 'response') kind = 'response';
      else if (name === 'allow') settings['pause'] = (settings['pause'] ?? 0) + allowed(file, value);
      else if (!(name in settings)) throw new Error(`${file}: ${title}: unknown setting ${name}`);
      else settings[name] = Number(value);
    }
    // The loop above only assigns numbers to the names of DEFAULTS.
    const complete = settings as unknown as FixtureSettings;
    return { file, title, kind, settings: complete, input: decode(input), expected: expected.split('\n') };
  });
}

/** The sum of flags named as in `bare-lf+target-bytes`. */
function allowed(file: string, names = ''): number {
  return names.split('+').reduce((sum, name) => {
    const flag = Object.entries(ALLOW).find(([key]) => key.toLowerCase().replaceAll('_', '-') === name)?.[1];
    if (flag === undefined) throw new Error(`${file}: nothing to allow is called ${name}`);
    return sum + flag;
  }, 0);
}

const ESCAPE = /\\(?:\((.*?)\*(\d+)\)|x([0-9a-f]{2})|([rnt0\\]))/g;
const LETTERS: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** Bytes of an `http` block: every line ends with CR LF, unless its last character is a lone backslash. */
export function decode(block: string): Uint8Array {
  const plain = (text: string): string =>
    text.replace(ESCAPE, (_, run?: string, times?: string, hex?: string, letter?: string) => {
      if (run !== undefined) return plain(run).repeat(Number(times));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return LETTERS[letter ?? ''] ?? '';
    });
  const text = block
    .split('\n')
    .map((line) => (/(?<!\\)(?:\\\\)*\\$/.test(line) ? plain(line.slice(0, -1)) : `${plain(line)}\r\n`))
    .join('');
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Text of a record: bytes outside of visible ASCII escaped, runs of 32 and more equal bytes written as \(x*32). */
export function quote(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (bytes[at + run] === bytes[at]) run++;
    const one = escapeByte(bytes[at] ?? 0);
    if (run >= 32) text += `\\(${one}*${run})`;
    else text += one.repeat(run);
    at += run;
  }
  return `"${text}"`;
}

function escapeByte(byte: number): string {
  if (byte === 0x5c) return '\\\\';
  if (byte === 0x22) return '\\x22';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
