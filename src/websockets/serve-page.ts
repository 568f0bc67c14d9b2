/** One HTTP request of a server, from its arrival to its answer. */
import type { Takeover } from '../app/takeover.ts';
import type { AppRequest, AppResponse } from '../types.ts';
import type { Happening } from './dispatcher.ts';
import { WebsocketsError } from './errors.ts';
import { PageSocket } from './page-socket.ts';
import { requestHeader } from './request-header.ts';
import type { WebPage } from './types.ts';

const PLAIN = { 'Content-Type': 'text/plain; charset=UTF-8' } as const;
const NOT_FOUND: AppResponse = { status: 404, headers: PLAIN, body: '404 Not Found\n' };
const FAILED: AppResponse = { status: 500, headers: PLAIN, body: '500 Internal Server Error\n' };

/** The answer where the program failed. @param exposes Whether the client is told why (option `exposeErrors`). */
export function failed(error: unknown, exposes: boolean): AppResponse {
  return exposes ? { ...FAILED, body: `ERROR: ${error instanceof Error ? error.message : String(error)}` } : FAILED;
}

const NO_PAGE: AppResponse = {
  status: 426,
  headers: { ...PLAIN, Upgrade: 'websocket' },
  body: 'This server speaks WebSocket only.\n',
};

/**
 * What is to happen with a request.
 *
 * @param page The page function at that moment; null: there is none.
 * @param answer Takes the answer.
 * @param exposes As for {@link failed}.
 */
export function pageRequest(
  request: AppRequest,
  page: () => WebPage | null,
  answer: (answer: AppResponse | Takeover) => void,
  exposes: boolean,
): Happening {
  const socket = new PageSocket(request, answer);
  return {
    isNew: true,
    run: async (report) => {
      // While it waited its client may have left.
      if (socket.isGone) return;
      const serve = page();
      if (serve === null) {
        socket.respond(NO_PAGE);
        return;
      }
      try {
        const result = await serve(socket, requestHeader(request));
        if (result === false) return;
        if (!socket.responded) socket.respond(NOT_FOUND);
        else if (socket.isUnfinished) await socket.end();
      } catch (error) {
        if (!socket.responded) socket.respond(failed(error, exposes));
        else if (socket.isUnfinished) await socket.end().catch(() => {});
        // That a client has left is nobody's mistake.
        if (!(socket.isGone && error instanceof WebsocketsError && error.code === 'ERR_CLOSED')) report(error);
      }
    },
  };
}
