/** The head of a request as callbacks see it. Each fact is made when it is asked for. */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import type { HttpRequest } from '../app/request.ts';
import type { AppRequest } from '../types.ts';
import type { RequestHeader } from './types.ts';

class Facts implements RequestHeader {
  readonly #request: AppRequest;
  #headers: ReadonlyMap<string, string> | null = null;
  #raw: Uint8Array | null = null;

  constructor(request: AppRequest) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get resource(): string {
    return this.#request.url;
  }

  get httpVersion(): string {
    return `HTTP/${this.#request.httpVersion}`;
  }

  get requestLine(): string {
    return `${this.method} ${this.resource} ${this.httpVersion}`;
  }

  get headers(): ReadonlyMap<string, string> {
    this.#headers ??= new Map(Object.entries(this.#request.headers));
    return this.#headers;
  }

  get raw(): Uint8Array {
    // Servers give no other requests.
    this.#raw ??= Buffer.from((this.#request as HttpRequest).head, 'latin1');
    return this.#raw;
  }
}

/** What a request says of itself. */
export function requestHeader(request: AppRequest): RequestHeader {
  return new Facts(request);
}
