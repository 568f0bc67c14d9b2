/**
 * Load by `wrk`, when it is installed: written in C, so it takes less of the machine from the server than any script.
 * It is told what to send, and prints its sums, through a small Lua file. Its time unit is the second.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadTool, requestFor } from './load.ts';
import { sumsOf } from './spawned.ts';

/** The first words of wrk's version line, undefined when it is not installed. */
export function wrkVersion(): string | undefined {
  const asked = spawnSync('wrk', ['--version'], { encoding: 'utf8' });
  // wrk prints its version and then its usage, with status 1.
  return /^wrk \S+/.exec(asked.stdout ?? '')?.[0];
}

/** An answer that takes longer is an error to wrk. Its own two seconds are little for a long file on a busy machine. */
const PATIENCE = '60s';

/** wrk as a load tool. */
export const wrk: LoadTool = {
  name: 'wrk',
  async drive(plan) {
    const directory = await mkdtemp(join(tmpdir(), 'httpuv-bench-'));
    try {
      const script = join(directory, 'plan.lua');
      await writeFile(script, luaFor(plan.depth, plan.path));
      const seconds = Math.max(1, Math.round(plan.timeMs / 1000));
      const words = [
        '-t1',
        `-c${plan.connections}`,
        `-d${seconds}s`,
        '--timeout',
        PATIENCE,
        '-s',
        script,
        `${plan.isTls === true ? 'https' : 'http'}://127.0.0.1:${plan.port}${plan.path ?? '/'}`,
      ];
      return await sumsOf('wrk', words, seconds * 1000);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** A Lua file: pipelining needs a `request` function; without one wrk sends the same bytes without asking Lua. */
export function luaFor(depth: number, path?: string): string {
  const batch =
    depth > 1
      ? `local batch = string.rep(${JSON.stringify(requestFor(path))}, ${depth})\nfunction request() return batch end\n`
      : '';
  return `${batch}function done(summary, latency)
  local e = summary.errors
  io.write(string.format('SUMS %d %d %d %d SLOWEST %d\\n', summary.requests, summary.duration,
    latency:percentile(50), e.connect + e.read + e.write + e.status + e.timeout, latency.max))
end
`;
}
