/**
 * Where the sockets of this test run live. The files that `IN_EACH_MODE` names run once in each;
 * they start their servers through what stands here, and say `io` themselves only when a test is about `io`.
 */
import type { ServerOptions } from '../../src/types.ts';
import type { IoMode } from './modes.ts';

/** The mode of this run; programs that a test starts read the same variable. */
export const mode: IoMode = process.env['HTTPUV_TEST_IO'] === 'thread' ? 'thread' : 'inline';

/** Adds the mode to options that do not name one. R's `quiet`, a boolean in their place, has no room for it. */
function withMode(options: ServerOptions | boolean | undefined): ServerOptions | boolean {
  return typeof options === 'boolean' ? options : { io: mode, ...options };
}

/** The same starting function, in the mode of this run. */
export function inMode<Host, Port, Handler, Started>(
  start: (host: Host, port: Port, app: Handler, options?: ServerOptions | boolean) => Started,
): (host: Host, port: Port, app: Handler, options?: ServerOptions | boolean) => Started {
  return (host, port, app, options) => start(host, port, app, withMode(options));
}
