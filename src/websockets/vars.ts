/** The variables of a request: those of its query, then those of a form that it brings (R: `http_vars`). */
import { WebsocketsError } from './errors.ts';
import type { HttpSocket, RequestHeader, Vars } from './types.ts';

const MOST_BODY_BYTES = 1_048_576;
const FORM = 'application/x-www-form-urlencoded';

/**
 * The variables of a GET or POST request.
 *
 * @param socket What the page function was given.
 * @param header The same.
 * @returns Null when there are none. A property gives the first value of a name, iteration all pairs in order; null is the value
 *   of a name without `=`.
 * @throws WebsocketsError `ERR_BODY` for a POST whose body is no urlencoded form, has more than 1 MiB, or is gone.
 * @example
 * const vars = await http_vars(socket, header);
 * console.log(vars?.name);
 * @see R: `websockets::http_vars`
 */
export async function httpVars(socket: HttpSocket, header: RequestHeader): Promise<Vars | null> {
  const asked = pairsOf(queryOf(header.resource));
  const pairs = header.method === 'POST' ? asked.concat(await formOf(socket, header)) : asked;
  return pairs.length === 0 ? null : varsOf(pairs);
}

function queryOf(resource: string): string {
  const bare = resource.split('#', 1)[0] ?? '';
  const start = bare.indexOf('?');
  return start < 0 ? '' : bare.slice(start + 1);
}

async function formOf(socket: HttpSocket, header: RequestHeader): Promise<[string, string | null][]> {
  const bytes = await socket.body(MOST_BODY_BYTES);
  const type = header.headers.get('content-type');
  if (bytes.length === 0 && type === undefined) return [];
  if (type?.split(';', 1)[0]?.trim().toLowerCase() !== FORM) {
    throw new WebsocketsError('ERR_BODY', `the body of a form is ${FORM}, not ${type ?? 'without a type'}`);
  }
  return pairsOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

function pairsOf(text: string): [string, string | null][] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decoded(part), null] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
    });
}

/** The rules of forms, which the host knows: a value of one variable. Most have nothing that the host is needed for. */
function decoded(text: string): string {
  if (!text.includes('%')) return text.includes('+') ? text.replaceAll('+', ' ') : text;
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}

function varsOf(pairs: readonly (readonly [string, string | null])[]): Vars {
  const vars: Record<string, string | null> = Object.create(null);
  for (const [name, value] of pairs) if (!Object.hasOwn(vars, name)) vars[name] = value;
  Object.defineProperty(vars, Symbol.iterator, { value: () => pairs.map((pair) => [...pair])[Symbol.iterator]() });
  return vars as Vars; // It was given its iterator just now.
}
