/** What Linux tells of a process without the process's help. Elsewhere nothing of it can be read. */
import { readFileSync } from 'node:fs';

/** What a server process has used. */
export interface Usage {
  /** User and system time of all its threads since it started, microseconds. */
  readonly cpuMicros: number;
  /** Time on a processor of the thread it was started with; absent where the system does not tell. */
  readonly mainMicros?: number;
  readonly residentBytes: number;
}

/** Where process figures can be read from outside. */
export function hasProc(): boolean {
  return process.platform === 'linux';
}

/** What a process has used; its CPU time is counted in ticks of 10 ms. */
export function usageOfProcess(pid: number): Usage {
  // Fields 14 and 15 are user and system time in ticks of 1/100 s; the name in field 2 may hold spaces.
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return withMainThread(pid, { cpuMicros: ticks * 10_000, residentBytes: Number(resident?.[1] ?? Number.NaN) * 1024 });
}

/** Adds the time of the main thread, which has the number of its process, to what is known of a process. */
export function withMainThread(pid: number, usage: Usage): Usage {
  const mainMicros = mainThreadMicros(pid);
  return mainMicros === undefined ? usage : { ...usage, mainMicros };
}

function mainThreadMicros(pid: number): number | undefined {
  if (!hasProc()) return undefined;
  try {
    // Nanoseconds on a processor, nanoseconds waiting for one, time slices. A kernel without the statistics says 0.
    const nanos = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1'), 10);
    return nanos > 0 ? nanos / 1000 : undefined;
  } catch {
    return undefined;
  }
}
