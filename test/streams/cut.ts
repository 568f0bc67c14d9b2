/** Reads answers that may end before their time. */
import type { App, ServerOptions } from '../../src/index.ts';
import { testServer } from '../helpers/server.ts';
import { Wire, type WireEnd } from '../helpers/wire.ts';
import type { WireResponse } from '../helpers/wire-response.ts';

export interface Cut {
  /** Answers that are whole. */
  readonly whole: readonly WireResponse[];
  readonly raw: string;
  readonly end: WireEnd;
  /** Log entries of level ERROR. */
  readonly errors: readonly string[];
}

/** What a server with this app answers until it ends the connection, and what it logs meanwhile. */
export async function untilCut(app: App, request: string, options: ServerOptions = {}): Promise<Cut> {
  const errors: string[] = [];
  const logger = (level: string, line: string): void => void (level === 'ERROR' && errors.push(line));
  const server = await testServer(app, { logger, ...options });
  using wire = await Wire.open(server.getPort());
  await wire.send(request);
  await wire.until(() => wire.ended !== 'open', 'end of the connection');
  // What is reset is not whole, whatever it looks like.
  const whole = wire.responses().filter(({ framing }) => framing !== 'until-close' || wire.ended === 'fin');
  return { whole, raw: wire.received.toString('latin1'), end: wire.ended, errors };
}
