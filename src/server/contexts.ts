/** What is the same for all requests of a scheme (Rook: `rook.url_scheme`, `rook.errors`). */
import type { RequestContext } from '../app/request.ts';
import type { RookErrors } from '../types.ts';

const rookErrors: RookErrors = {
  cat: (...parts) => {
    process.stderr.write(parts.map(String).join(' '));
  },
  flush: () => {},
};

export const CONTEXTS: Readonly<Record<RequestContext['scheme'], RequestContext>> = {
  http: { scheme: 'http', errors: rookErrors },
  https: { scheme: 'https', errors: rookErrors },
};
