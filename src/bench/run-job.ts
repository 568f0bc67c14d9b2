/** Runs a comparison in this process. */
import { broadcastBench } from './broadcast-bench.ts';
import { webSocketBench } from './echo-bench.ts';
import type { Job } from './job.ts';
import { parserBench } from './parser-bench.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import { serverBench } from './server-bench.ts';
import { staticBench } from './static-bench.ts';
import { tlsBench } from './tls-bench.ts';

/** Runs a comparison in this process. */
export async function runJob({ comparison, options, roundsBefore = 0 }: Job, progress: Progress): Promise<Report> {
  const told = { ...options, roundsBefore, progress };
  switch (comparison) {
    case 'parser':
      return parserBench(told);
    case 'server':
      return serverBench(told);
    case 'websocket':
      return webSocketBench(told);
    case 'static':
      return staticBench(told);
    case 'tls':
      return tlsBench(told);
    case 'broadcast':
      return broadcastBench(told);
  }
}
