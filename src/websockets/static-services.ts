/** Pages from text and from files (R: `static_text_service`, `static_file_service`). They answer any path. */
import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { httpResponse } from './respond.ts';
import type { WebPage } from './types.ts';

const ALLOWED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);
const ALLOW = 'GET, HEAD, POST';

/** Options of both. */
export interface StaticServiceOptions {
  /** Default `text/html; charset=UTF-8`. */
  readonly contentType?: string;
}

/** What is served now. */
interface Content {
  readonly bytes: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A page of a fixed text.
 * @returns A page function that gives it for every path; methods but GET, HEAD and POST get 405.
 * @example
 * const server = await create_server({ webpage: static_text_service('<h1>Hello</h1>') });
 * @see R: `websockets::static_text_service`
 */
export function staticTextService(text: string | Uint8Array, options: StaticServiceOptions = {}): WebPage {
  if (typeof text !== 'string' && !(text instanceof Uint8Array))
    throw new TypeError('text is a string or a Uint8Array');
  const content: Content = { bytes: typeof text === 'string' ? text : new Uint8Array(text) };
  return service(options, async () => content);
}

/**
 * A page from a file, which is read again when it has changed.
 * @returns A page function that gives its bytes for every path, and 404 while it is not there.
 * @throws The system's error when the file cannot be read now.
 * @example
 * const server = await create_server({ webpage: static_file_service('page.html') });
 * @see R: `websockets::static_file_service`
 */
export function staticFileService(file: string | URL, options: StaticServiceOptions = {}): WebPage {
  let seen = statSync(file);
  let content = contentOf(readFileSync(file), seen.mtime);
  return service(options, async () => {
    try {
      const now = await stat(file);
      if (now.mtimeMs !== seen.mtimeMs || now.size !== seen.size) {
        content = contentOf(await readFile(file), now.mtime);
        seen = now;
      }
      return content;
    } catch {
      return null;
    }
  });
}

function contentOf(bytes: Uint8Array, changed: Date): Content {
  return { bytes, headers: { 'Last-Modified': changed.toUTCString() } };
}

function service({ contentType }: StaticServiceOptions, current: () => Promise<Content | null>): WebPage {
  const type = contentType ?? 'text/html; charset=UTF-8';
  return async (socket, { method }) => {
    if (!ALLOWED.has(method)) {
      return httpResponse(socket, 405, 'text/plain; charset=UTF-8', '405 Method Not Allowed\n', { Allow: ALLOW });
    }
    const content = await current();
    if (content === null) return httpResponse(socket, 404, 'text/plain; charset=UTF-8', '404 Not Found\n');
    return httpResponse(socket, 200, type, content.bytes, content.headers ?? {});
  };
}
