/** The servers that are compared, in the order of the table. */
import { hasProc, hasRHttpuv, type ServerProcess, startNodeServer, startRServer } from './process.ts';

/** A server program of the comparison. */
export interface ServerContender {
  readonly name: string;
  readonly title: string;
  /** Undefined when it can run here, else what would help. */
  missing(): string | undefined;
  start(): Promise<ServerProcess>;
}

/** All servers; the control is the first one a second time. */
export const SERVERS: readonly ServerContender[] = [
  node('raw-net', 'node:net with a canned answer'),
  node('node-http', 'node:http'),
  node('httpuv-inline', "this package, io: 'inline'"),
  {
    name: 'r-httpuv',
    title: "R's httpuv",
    missing() {
      if (!hasProc()) return 'its CPU time can only be read on Linux';
      return hasRHttpuv() ? undefined : 'apt-get install r-base-core r-cran-httpuv';
    },
    start: startRServer,
  },
];

function node(name: string, title: string): ServerContender {
  return { name, title, missing: () => undefined, start: () => startNodeServer(name) };
}
