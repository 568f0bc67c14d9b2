/** Lets servers take part: those that can run here and answer rightly. */
import type { Row } from './report.ts';
import { SERVERS, type ServerContender } from './servers/all.ts';
import type { ServerProcess } from './servers/process.ts';

/** Asks a server whether it answers rightly: undefined, or what is wrong as a sentence. */
export type Check = (port: number) => Promise<string | undefined>;

/** The server of this name. */
export function contenderNamed(name: string): ServerContender | undefined {
  return SERVERS.find((server) => server.name === name);
}

/** What stands beside the name. */
export function titleOf(name: string): string {
  return contenderNamed(name)?.title ?? '';
}

/**
 * Starts a server and checks it.
 *
 * @param files A folder whose files it is to serve.
 * @returns A process ready for load, or the row that says why there is none.
 */
export async function admit(name: string, check: Check, files?: string): Promise<ServerProcess | Row> {
  const title = titleOf(name);
  const contender = contenderNamed(name);
  const missing = contender === undefined ? 'unknown' : contender.missing();
  if (contender === undefined || missing !== undefined) {
    return { contender: name, title, status: 'missing', ...(missing === undefined ? {} : { reason: missing }) };
  }
  let server: ServerProcess;
  try {
    server = await contender.start(files);
  } catch (error) {
    return { contender: name, title, status: 'wrong', reason: error instanceof Error ? error.message : String(error) };
  }
  const wrong = await check(server.port);
  if (wrong === undefined) return server;
  await server.stop();
  return { contender: name, title, status: 'wrong', reason: wrong };
}
