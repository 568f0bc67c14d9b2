/** Folders of files for one test file, and requests whose target goes out exactly as it is written. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { untilEnd } from '../../helpers/wire.ts';
import { field, type WireResponse } from '../../helpers/wire-response.ts';

/** When the files of a site were changed: a whole second, so that dates tell it. */
export const CHANGED = Date.UTC(2020, 0, 2, 3, 4, 5);

const roots: string[] = [];
// Here, because tests that make a folder can no longer say what is to be done behind all of them.
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

/** Makes a folder with these files; it is removed behind the tests of the file. */
export function site(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), 'httpuv-static-'));
  roots.push(root);
  for (const [name, content] of Object.entries(files)) put(root, name, content);
  return root;
}

/** Writes a file that seems to have been changed at {@link CHANGED}, or `seconds` later. */
export function put(root: string, name: string, content: string | Buffer, seconds = 0): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const at = new Date(CHANGED + seconds * 1000);
  utimesSync(path, at, at);
  return path;
}

export interface Asked {
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes of a request that ends its connection. */
export function request(target: string, { method = 'GET', fields = {}, body = '' }: Asked = {}): string {
  const lines = Object.entries({ Host: 'x', Connection: 'close', ...fields }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** Asks on a connection of its own. The target is latin1. */
export async function ask(port: number, target: string, asked: Asked = {}): Promise<WireResponse> {
  const { responses } = await untilEnd(port, [request(target, asked)], { methods: [asked.method ?? 'GET'] });
  if (responses.length !== 1 || responses[0] === undefined) throw new Error(`${responses.length} answers to ${target}`);
  return responses[0];
}

/** Status and body as text. */
export async function told(port: number, target: string, asked: Asked = {}): Promise<string> {
  const { status, body } = await ask(port, target, asked);
  return `${status} ${body.toString('utf8')}`;
}

/** Fields but Date and Connection, by lower-case name. */
export function facts(response: WireResponse): Record<string, string> {
  const names = response.fields
    .map(([name]) => name.toLowerCase())
    .filter((name) => !/^(?:date|connection)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, field(response, name) ?? '']));
}
