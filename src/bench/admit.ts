/** Lets servers take part: those that can run here and answer rightly. */
import type { Row } from './report.ts';
import { CONTROL, CONTROLLED } from './scenarios.ts';
import { SERVERS, type ServerContender } from './servers/all.ts';
import { wrongAnswer } from './servers/check-answer.ts';
import type { ServerProcess } from './servers/process.ts';

/** The server of this name; the control is another process of the controlled one. */
export function contenderNamed(name: string): ServerContender | undefined {
  return SERVERS.find((server) => server.name === (name === CONTROL ? CONTROLLED : name));
}

/** What stands beside the name. */
export function titleOf(name: string): string {
  return name === CONTROL ? `${CONTROLLED} a second time` : (contenderNamed(name)?.title ?? '');
}

/**
 * Starts a server and checks its answers to one request and to `depth` requests together.
 *
 * @returns A process ready for load, or the row that says why there is none.
 */
export async function admit(name: string, depth: number): Promise<ServerProcess | Row> {
  const title = titleOf(name);
  const contender = contenderNamed(name);
  const missing = contender === undefined ? 'unknown' : contender.missing();
  if (contender === undefined || missing !== undefined) {
    return { contender: name, title, status: 'missing', ...(missing === undefined ? {} : { reason: missing }) };
  }
  let server: ServerProcess;
  try {
    server = await contender.start();
  } catch (error) {
    return { contender: name, title, status: 'wrong', reason: error instanceof Error ? error.message : String(error) };
  }
  const wrong = (await wrongAnswer(server.port, 1)) ?? (await wrongAnswer(server.port, depth));
  if (wrong === undefined) return server;
  await server.stop();
  return { contender: name, title, status: 'wrong', reason: wrong };
}
