/**
 * Reads the WebSocket fixtures: one case per "###" heading, a `frames` block (input) and a `told` block (what a reader must
 * tell). test/fixtures/websocket/README.txt explains the notation; this file is its definition.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { quote } from '../helpers/fixtures.ts';

export interface WsFixture {
  readonly file: string;
  readonly title: string;
  readonly role: 'server' | 'client';
  readonly deflate: boolean;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  readonly input: Uint8Array;
  /** Lines; none when nothing is told. */
  readonly expected: readonly string[];
}

const ROOT = fileURLToPath(new URL('../fixtures/websocket', import.meta.url));
const CASE = /^### (.+)\n([\s\S]*?)```frames(.*)\n([\s\S]*?)\n```\n```told\n([\s\S]*?)\n```$/gm;

/** All cases below test/fixtures/websocket. */
export function wsFixtures(): WsFixture[] {
  const files = readdirSync(ROOT).filter((file) => file !== 'README.txt');
  return files.sort().flatMap((file) => parse(file, readFileSync(`${ROOT}/${file}`, 'utf8')));
}

function parse(file: string, text: string): WsFixture[] {
  const found = [...text.matchAll(CASE)];
  const headings = text.split('\n').filter((line) => line.startsWith('### ')).length;
  if (found.length !== headings) throw new Error(`${file}: ${headings} headings, but ${found.length} complete cases`);
  return found.map(([, title = '', , words = '', input = '', expected = '']) => {
    const settings = new Map(words.trim().split(/\s+/).filter(Boolean).map(nameAndValue));
    for (const name of settings.keys()) {
      if (!['client', 'deflate', 'maxMessageBytes', 'maxFragments'].includes(name)) throw new Error(`unknown: ${name}`);
    }
    return {
      file,
      title,
      role: settings.has('client') ? 'client' : 'server',
      deflate: settings.has('deflate'),
      maxMessageBytes: settings.get('maxMessageBytes') ?? 16_777_216,
      maxFragments: settings.get('maxFragments') ?? 131_072,
      input: Uint8Array.from(decode(input)),
      expected: expected === 'nothing' ? [] : expected.split('\n'),
    };
  });
}

function nameAndValue(word: string): [string, number] {
  const [name = '', value = '1'] = word.split('=');
  return [name, Number(value)];
}

const TOKEN = /\s+|([0-9a-f]{8})\{((?:[^}"]|"[^"]*")*)\}|"([^"]*)"|([0-9a-f]{2})/gy;

/** Bytes of a `frames` block. */
function decode(block: string): number[] {
  const bytes: number[] = [];
  const tokens = new RegExp(TOKEN);
  let at = 0;
  for (let match = tokens.exec(block); match !== null; match = tokens.exec(block)) {
    const [, key, masked, text, hex] = match;
    at = tokens.lastIndex;
    if (key !== undefined) {
      const mask = decode(key);
      bytes.push(...mask, ...decode(masked ?? '').map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
    } else if (text !== undefined) for (const byte of letters(text)) bytes.push(byte);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
  }
  if (at !== block.length) throw new Error(`cannot be read: ${block.slice(at, at + 40)}`);
  return bytes;
}

const ESCAPE = /\\(?:\((.*?)\*(\d+)\)|x([0-9a-f]{2})|([rnt0\\]))|([^\\]+)/gu;
const NAMED: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '0': 0, '\\': 92 };

function letters(text: string): number[] {
  return [...text.matchAll(ESCAPE)].flatMap(([, run, times, hex, name, plain]) => {
    if (run !== undefined) return Array.from({ length: Number(times) }, () => letters(run)).flat();
    if (hex !== undefined) return [Number.parseInt(hex, 16)];
    return name === undefined ? [...Buffer.from(plain ?? '')] : [NAMED[name] ?? 0];
  });
}

export { quote };
