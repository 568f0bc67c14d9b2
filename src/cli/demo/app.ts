/** The demo's app: which path answers what. Everything goes through `call`, as any app's requests do. */
import type { App, AppRequest, AppResponse } from '../../index.ts';
import { deviationService } from './deviation.ts';
import { ECHO_PATH, echo } from './echo.ts';
import { PAGE, POLICY } from './page.ts';

const TEXT = 'text/plain; charset=utf-8';

function plain(status: number, body: string | Uint8Array, more: Readonly<Record<string, string>> = {}): AppResponse {
  const headers = { 'Content-Type': TEXT, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...more };
  return { status, headers, body };
}

function page(): AppResponse {
  return plain(200, PAGE, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY });
}

function deviation(req: AppRequest): AppResponse {
  const { status, value } = deviationService(req.text());
  return plain(status, `${JSON.stringify(value)}\n`, { 'Content-Type': 'application/json' });
}

/** What answers, by path and method. HEAD is answered as GET; the server leaves the body out. */
const ROUTES: ReadonlyMap<string, Readonly<Record<string, (req: AppRequest) => AppResponse>>> = new Map([
  ['/', { GET: page, POST: deviation }],
  ['/sd', { POST: deviation }],
]);

/** The origin that a page of this server has; any host name that got here is one. */
function isOwnPage(req: AppRequest): boolean {
  const { origin, host } = req.headers;
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host;
}

/**
 * The demo: a page at `/`, a WebSocket at `/echo` that sends back what it gets, and at `/sd` (and, as in the original, for
 * what is posted to `/`) the standard deviation of `{"data":[…]}`.
 */
export function demoApp(): App {
  return {
    onHeaders(req) {
      if (req.headers['sec-websocket-key'] === undefined) return undefined;
      if (req.path !== ECHO_PATH) return plain(404, `No WebSocket is at ${req.path}. The echo is at ${ECHO_PATH}.\n`);
      return isOwnPage(req) ? undefined : plain(403, 'Pages of other servers may not talk to this one.\n');
    },
    onWSOpen: echo,
    call(req) {
      if (req.path === ECHO_PATH) return plain(400, `${ECHO_PATH} is a WebSocket. The page at / opens it.\n`);
      const route = ROUTES.get(req.path);
      if (route === undefined) return plain(404, `Nothing is at ${req.path}. The page is at /.\n`);
      const method = req.method === 'HEAD' ? 'GET' : req.method;
      const answer = Object.hasOwn(route, method) ? route[method] : undefined;
      if (answer !== undefined) return answer(req);
      const allow = Object.keys(route).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]));
      return plain(405, `${req.path} takes ${allow.join(', ')}.\n`, { Allow: allow.join(', ') });
    },
  };
}
