/** A server whose app notes all that it hears of WebSockets, and echoes messages. */
import type { App, AppWebSocket, ServerOptions, WebServer } from '../../src/index.ts';
import { testServer } from './server.ts';

/** One message as the app was given it; bytes as latin1 text behind `bytes `. */
export type Heard = string;

export interface Talk {
  readonly server: WebServer;
  readonly port: number;
  /** In the order in which they were opened. */
  readonly opened: AppWebSocket[];
  /** Messages of all of them. */
  readonly heard: Heard[];
  /** `code reason` and, when it was not clean, `dirty`. */
  readonly closes: string[];
  /** Requests that `call` answered, by path. */
  readonly called: string[];
  /** Log entries as `LEVEL message`. */
  readonly log: string[];
  /** Those of level ERROR. */
  readonly errors: string[];
}

export function shownMessage(isBinary: boolean, message: string | Uint8Array): Heard {
  if (isBinary !== (typeof message !== 'string')) throw new Error('isBinary tells another type than the message has');
  return typeof message === 'string' ? message : `bytes ${Buffer.from(message).toString('latin1')}`;
}

/**
 * @param app Members in place of the usual ones, or beside them. Its `onWSOpen` runs behind ours.
 */
export async function talk(app: App = {}, options: ServerOptions = {}, echoes = true): Promise<Talk> {
  const opened: AppWebSocket[] = [];
  const heard: Heard[] = [];
  const closes: string[] = [];
  const called: string[] = [];
  const log: string[] = [];
  const errors: string[] = [];
  const server = await testServer(
    {
      call: (req) => {
        called.push(req.path);
        return { status: 200, body: req.path };
      },
      ...app,
      onWSOpen(ws) {
        opened.push(ws);
        ws.onMessage((isBinary, message) => {
          heard.push(shownMessage(isBinary, message));
          if (echoes) ws.send(message);
        });
        ws.onClose((code, reason, wasClean) => {
          closes.push(`${code} ${reason}${wasClean ? '' : ' dirty'}`.replace('  ', ' ').trim());
        });
        return app.onWSOpen?.(ws);
      },
    },
    {
      logger: (level, message) => {
        log.push(`${level} ${message}`);
        if (level === 'ERROR') errors.push(message);
      },
      ...options,
    },
  );
  return { server, port: server.getPort(), opened, heard, closes, called, log, errors };
}
