/** The I/O modes, and the test files that run in each. */

export type IoMode = 'inline' | 'thread';

/** Files that start servers and talk HTTP to them; test/structure.test.ts holds them to this list. */
export const IN_EACH_MODE: readonly string[] = [
  'test/compression/*.test.ts',
  'test/cli/{demo,demo-echo,serve,serve-browser}.test.ts',
  'test/examples/*.test.ts',
  'test/oracle/{api-differences,r-httpuv}.test.ts',
  'test/server/{abort,access,diagnostics,proxies,run,start,start-pipe,static-server,stats,stop}.test.ts',
  'test/server/{attack,socket,wire}/*.test.ts',
  'test/server/load/{connections,memory,sockets,stalled-readers}.test.ts',
  'test/smoke/*.test.ts',
  'test/static/live/*.test.ts',
  'test/streams/*.test.ts',
  'test/tls/*.test.ts',
  'test/websockets/*.test.ts',
];

/** Files that look into the I/O side, or replace a part of it, which they can do on their own thread alone. */
export const INLINE_ONLY: readonly string[] = ['test/server/fast-read*.test.ts'];

/** Files about what only the I/O thread makes possible, or about the thread itself. They run once. */
export const THREAD_ONLY: readonly string[] = [
  'test/thread/*.test.ts',
  'test/server/sync/*.test.ts',
  'test/server/load/{blocked,blocked-sockets}.test.ts',
  'test/package/io-thread.test.ts',
];
