/**
 * Loads the built room `thread` with chosen changes of its text: hooks by which an exploration sees shared memory, small
 * sizes, stand-ins for neighbours – and mutants, defects that an exploration has to find.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

const DIST = new URL('../../dist/', import.meta.url);

/** By file of the room, texts that stand in it exactly once, and what stands there instead. */
export type Changes = Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;

export interface Loaded {
  readonly bell: typeof import('../../src/thread/bell.ts');
  readonly ring: typeof import('../../src/thread/ring.ts');
  readonly outbox: typeof import('../../src/thread/outbox.ts');
  readonly control: typeof import('../../src/thread/control.ts');
  /** Any file of the room. */
  file<T>(name: string): Promise<T>;
}

/** Shared memory as explorations see it. */
const HOOKS: Changes = {
  'ring.js': [
    ['words ?? new Uint32Array(memory)', 'globalThis.exploredWords(memory)'],
    ['Buffer.from(memory)', 'globalThis.exploredBytes(memory)'],
  ],
};

/** Objects whose state is being told. */
const open = new Set<object>();

/** The state of objects as text: of those of the room all private fields, see {@link withDigests}. */
export function digest(...values: readonly unknown[]): string {
  return JSON.stringify(values.map(stateOf));
}

function stateOf(value: unknown): unknown {
  if (typeof value === 'function') return null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(stateOf);
  if ('digest' in value && typeof value.digest === 'function') {
    // What leads back to where we came from is told there.
    if (open.has(value)) return null;
    open.add(value);
    const state: unknown = value.digest();
    open.delete(value);
    return state;
  }
  if (Object.getPrototypeOf(value) === Object.prototype) return Object.values(value).map(stateOf);
  return value instanceof Uint8Array ? value.length : null;
}

/** Fields that decide about nothing in an exploration: what `probe` of the link knows, which asks after a second. */
const WITHOUT_EFFECT = /^(?:seenTurns|seenAt|askedAt)$/;

/** Gives every class a method that tells its private fields, so that none is forgotten. */
function withDigests(text: string): string {
  return text.replaceAll(/^(?:export )?(?:abstract )?class [^{]*\{\n[\s\S]*?^\}/gm, (body) => {
    const names = [...body.matchAll(/^ {4}#(\w+)(?: = .*|;)$/gm)].map(([, name = '']) => name);
    const fields = names.filter((name) => !WITHOUT_EFFECT.test(name)).map((name) => `this.#${name}`);
    if (fields.length === 0) return body;
    return body.replace('{\n', () => `{\n    digest() { return [${fields.join()}].map(globalThis.exploredState); }\n`);
  });
}

Object.assign(globalThis, { exploredState: stateOf });

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Loads the room with the hooks and these changes. */
export async function load(...changes: readonly Changes[]): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-explored-'));
  folders.push(folder);
  mkdirSync(join(folder, 'thread'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const file of readdirSync(new URL('thread', DIST)).filter((name) => name.endsWith('.js'))) {
    let text = readFileSync(new URL(`thread/${file}`, DIST), 'utf8');
    for (const change of [HOOKS, ...changes]) {
      for (const [from, to] of change[file] ?? []) {
        if (text.split(from).length !== 2) throw new Error(`${file} does not have this exactly once: ${from}`);
        text = text.replace(from, () => to);
      }
    }
    text = withDigests(text);
    text = text.replaceAll(/from '\.\.\/([^']+)'/g, (_, path: string) => `from '${new URL(path, DIST).href}'`);
    writeFileSync(join(folder, 'thread', file), text.replace(/\n\/\/# sourceMappingURL=.*/, ''));
  }
  const file = <T>(name: string): Promise<T> =>
    import(/* @vite-ignore */ pathToFileURL(join(folder, 'thread', name)).href) as Promise<T>;
  return {
    bell: await file('bell.js'),
    ring: await file('ring.js'),
    outbox: await file('outbox.js'),
    control: await file('control.js'),
    file,
  };
}
