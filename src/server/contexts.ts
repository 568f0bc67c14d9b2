/** What is the same for all requests of a scheme (Rook: `rook.url_scheme`, `rook.errors`). */
import type { RequestContext } from '../app/request.ts';
import type { RookErrors } from '../body-types.ts';
import { type TrustSettings, trustOf } from '../node/trust.ts';

const rookErrors: RookErrors = {
  cat: (...parts) => {
    process.stderr.write(parts.map(String).join(' '));
  },
  flush: () => {},
};

const CONTEXTS: Readonly<Record<RequestContext['scheme'], RequestContext>> = {
  http: { scheme: 'http', trust: null, errors: rookErrors },
  https: { scheme: 'https', trust: null, errors: rookErrors },
};

/** That of a server. */
export function contextOf(scheme: RequestContext['scheme'], trustProxy: TrustSettings | null): RequestContext {
  const context = CONTEXTS[scheme];
  return trustProxy === null ? context : { ...context, trust: trustOf(trustProxy) };
}
