/** What a figure was measured on. Reads the machine and the repository; measures nothing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

/** The facts that stand beside every figure. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  /** Short commit of this package's repository, with `+` when files differ from it; absent outside a repository. */
  readonly commit?: string;
  /** First line of `cc --version`, when a compiler took part. */
  readonly compiler?: string;
  /** Load average over one minute at the start: above the number of cores, expect wide intervals. */
  readonly load: number;
}

/** Collects the facts. `compiler` is handed in by whoever used one. */
export function describeMachine(compiler?: string): Machine {
  const commit = commitOf(fileURLToPath(new URL('../..', import.meta.url)));
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    os: `${systemName()} (${os.type()} ${os.release()}, ${os.arch()})`,
    node: process.version,
    v8: process.versions.v8,
    ...(commit === undefined ? {} : { commit }),
    ...(compiler === undefined ? {} : { compiler }),
    load: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** Major version of the running Node. */
export function nodeMajor(): number {
  return Number.parseInt(process.versions.node, 10);
}

/** The facts as lines for people. */
export function machineLines(machine: Machine): string[] {
  return [
    `machine   ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, load ${machine.load}`,
    `system    ${machine.os}`,
    `runtime   Node ${machine.node}, V8 ${machine.v8}`,
    ...(machine.commit === undefined ? [] : [`commit    ${machine.commit}`]),
    ...(machine.compiler === undefined ? [] : [`compiler  ${machine.compiler}`]),
  ];
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
