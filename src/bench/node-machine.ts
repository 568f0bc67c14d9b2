/** Collects the facts about the machine in Node, and in Deno and Bun, which have Node's modules. Measures nothing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../version.ts';
import type { Machine } from './machine.ts';

/** Collects the facts. `compiler` is handed in by whoever used one. */
export function describeMachine(compiler?: string): Machine {
  const commit = commitOf(fileURLToPath(new URL('../..', import.meta.url)));
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    os: `${systemName()} (${os.type()} ${os.release()}, ${os.arch()})`,
    ...runtimeFacts(),
    version: VERSION,
    ...(commit === undefined ? {} : { commit }),
    ...(compiler === undefined ? {} : { compiler }),
    load: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** The name of the runtime. Deno and Bun tell a version of Node, too: the one they are compatible with. */
export function runtimeName(): 'Node' | 'Deno' | 'Bun' {
  if (process.versions['bun'] !== undefined) return 'Bun';
  return process.versions['deno'] === undefined ? 'Node' : 'Deno';
}

/** Major version of the running Node; 0 in runtimes that only have its modules. */
export function nodeMajor(): number {
  return runtimeName() === 'Node' ? Number.parseInt(process.versions.node, 10) : 0;
}

function runtimeFacts(): Pick<Machine, 'runtime' | 'engine' | 'node' | 'v8'> {
  const { v8, deno, bun, webkit = '' } = process.versions;
  switch (runtimeName()) {
    case 'Bun':
      // A commit: there are no other versions of it.
      return { runtime: `Bun ${bun}`, engine: `JavaScriptCore ${webkit.slice(0, 12)}`.trimEnd() };
    case 'Deno':
      return { runtime: `Deno ${deno}`, engine: `V8 ${v8}`, v8 };
    case 'Node':
      return { runtime: `Node ${process.version}`, engine: `V8 ${v8}`, node: process.version, v8 };
  }
}

function systemName(): string {
  try {
    const found = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'));
    return found?.[1] ?? os.type();
  } catch {
    return os.type();
  }
}

function commitOf(directory: string): string | undefined {
  const git = (...words: string[]) => spawnSync('git', ['-C', directory, ...words], { encoding: 'utf8' });
  const head = git('rev-parse', '--short', 'HEAD');
  if (head.status !== 0) return undefined;
  const changed = git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== '';
  return head.stdout.trim() + (changed ? '+' : '');
}
