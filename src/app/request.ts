/**
 * The request object of the app: R's Rook environment and a typed view of the same facts. Everything is made when it
 * is first asked for. It knows neither connections nor threads.
 */
import { HttpuvError } from '../errors.ts';
import type { AppRequest, RookErrors, RookInput } from '../types.ts';
import { VERSION } from '../version.ts';
import { FLAG } from '../wasm/constants.gen.ts';
import { BodyInput, type BodySource, MemoryBody } from './body.ts';
import type { RequestHead } from './head.ts';

/** Ends of the connection, looked up when the app asks. */
export interface Addresses {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** What the server hands in beside the head. */
export interface RequestContext {
  readonly addresses: Addresses;
  readonly scheme: 'http' | 'https';
  /** Where `rook.errors` goes. */
  readonly errors: RookErrors;
}

type Fields = Record<string, string>;

/** Objects of this class inherit nothing, and making them is cheaper than `Object.create(null)`. */
const NoNames = function NoNames() {} as unknown as new () => Fields;
NoNames.prototype = Object.create(null);

/** One request. Use the `AppRequest` type; this class adds what the server calls. */
export class HttpRequest implements AppRequest {
  readonly [name: `HTTP_${string}`]: string | undefined;
  readonly SCRIPT_NAME = '' as const;
  readonly #head: RequestHead;
  readonly #context: RequestContext;
  #headers: Fields | null = null;
  #rawHeaders: readonly string[] | null = null;
  #httpNames: Map<string, string> | null = null;
  #query: URLSearchParams | null = null;
  #locals: Record<string, unknown> | null = null;
  #source: BodySource = NOTHING;
  #input: BodyInput | null = null;
  #bytes: Uint8Array | null = null;
  #controller: AbortController | null = null;
  #isAborted = false;

  constructor(head: RequestHead, context: RequestContext) {
    this.#head = head;
    this.#context = context;
  }

  get method(): string {
    return this.#head.method;
  }
  get url(): string {
    return this.#head.target;
  }
  get path(): string {
    const { target } = this.#head;
    const path = (this.#head.flags & FLAG.ABSOLUTE_TARGET) === 0 ? target : splitAbsolute(target).path;
    const end = path.indexOf('?');
    const bare = end < 0 ? path : path.slice(0, end);
    return bare === '' ? '/' : bare;
  }
  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.QUERY_STRING);
    return this.#query;
  }
  get httpVersion(): '1.0' | '1.1' {
    return (this.#head.flags & FLAG.VERSION_1_1) !== 0 ? '1.1' : '1.0';
  }
  get remoteAddress(): string {
    return this.#context.addresses.remoteAddress;
  }
  get remotePort(): number {
    return this.#context.addresses.remotePort;
  }
  get headers(): Fields {
    this.#headers ??= joinedFields(this.#head);
    return this.#headers;
  }
  get rawHeaders(): readonly string[] {
    if (this.#rawHeaders === null) {
      const flat: string[] = [];
      for (let i = 0; i < this.#head.fieldCount; i++) flat.push(this.#head.name(i), this.#head.value(i));
      this.#rawHeaders = flat;
    }
    return this.#rawHeaders;
  }
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(clientGone());
    }
    return this.#controller.signal;
  }
  get locals(): Record<string, unknown> {
    this.#locals ??= {};
    return this.#locals;
  }

  get body(): Uint8Array {
    if (this.#bytes !== null) return this.#bytes;
    const bytes = this.#bodyInput().whole();
    // What came from a file is read anew at each access, so that it does not stay in memory.
    if (this.#source instanceof MemoryBody) this.#bytes = bytes;
    return bytes;
  }
  text(): string {
    return new TextDecoder().decode(this.body);
  }
  json(): unknown {
    return JSON.parse(this.text());
  }

  get REQUEST_METHOD(): string {
    return this.method;
  }
  get PATH_INFO(): string {
    return this.path;
  }
  get QUERY_STRING(): string {
    const { target } = this.#head;
    const at = target.indexOf('?');
    return at < 0 ? '' : target.slice(at);
  }
  get SERVER_NAME(): string {
    return this.#context.addresses.localAddress;
  }
  get SERVER_PORT(): string {
    return String(this.#context.addresses.localPort);
  }
  get REMOTE_ADDR(): string {
    return this.remoteAddress;
  }
  get REMOTE_PORT(): string {
    return String(this.remotePort);
  }
  get HEADERS(): Fields {
    const sorted: Fields = new NoNames();
    for (const name of Object.keys(this.headers).sort()) sorted[name] = this.headers[name] ?? '';
    return sorted;
  }
  get CONTENT_TYPE(): string | undefined {
    return this.headers['content-type'];
  }
  get CONTENT_LENGTH(): string | undefined {
    return this.headers['content-length'];
  }
  get 'rook.input'(): RookInput {
    return this.#bodyInput();
  }
  get 'rook.errors'(): RookErrors {
    return this.#context.errors;
  }
  get 'rook.version'(): '1.1-0' {
    return '1.1-0';
  }
  get 'rook.url_scheme'(): 'http' | 'https' {
    return this.#context.scheme;
  }
  get 'httpuv.version'(): string {
    return VERSION;
  }

  /** A field by its `HTTP_` name. */
  httpField(name: string): string | undefined {
    if (this.#httpNames === null) {
      this.#httpNames = new Map();
      for (const [field, value] of Object.entries(this.headers)) {
        // `a_b` and `a-b` would become one name, and HTTP_PROXY configures clients: both are left out.
        if (field.includes('_') || field === 'proxy') continue;
        this.#httpNames.set(`HTTP_${field.toUpperCase().replaceAll('-', '_')}`, value);
      }
    }
    return this.#httpNames.get(name);
  }

  /** The body has arrived. */
  setBody(source: BodySource): void {
    this.#source = source;
    this.#input = null;
    this.#bytes = null;
  }

  /** The response is handed over: releases the body. */
  closeBody(): void {
    if (this.#input !== null || this.#source !== NOTHING) this.#bodyInput().close();
  }

  /** The client has gone before it was answered. */
  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort(clientGone());
  }

  #bodyInput(): BodyInput {
    this.#input ??= new BodyInput(this.#source);
    return this.#input;
  }
}

const NOTHING: BodySource = new MemoryBody(new Uint8Array(0));

// Names that are no property of the class: fields of the request are found here, last of all.
Object.setPrototypeOf(
  HttpRequest.prototype,
  new Proxy(Object.prototype, {
    get(target, name, receiver: unknown) {
      if (isHttpName(name) && receiver instanceof HttpRequest) return receiver.httpField(name);
      return Reflect.get(target, name, receiver);
    },
  }),
);

function isHttpName(name: string | symbol): name is string {
  return typeof name === 'string' && name.startsWith('HTTP_');
}

function clientGone(): HttpuvError {
  return new HttpuvError('HV_CLIENT_GONE', 'the client closed the connection before it was answered', {
    fault: 'remote',
    answer: 499,
  });
}

/** Authority, and path with query, of an absolute-form target. */
function splitAbsolute(target: string): { authority: string; path: string } {
  const start = target.indexOf('://') + 3;
  const length = target.slice(start).search(/[/?]/);
  if (length < 0) return { authority: target.slice(start), path: '/' };
  return { authority: target.slice(start, start + length), path: target.slice(start + length) };
}

/** Fields by lower-case name. Repeated ones are joined (RFC 9110 section 5.2), cookies as RFC 6265 section 5.4 has them. */
function joinedFields(head: RequestHead): Fields {
  const fields: Fields = new NoNames();
  const count = head.fieldCount;
  for (let i = 0; i < count; i++) {
    const name = head.lowerName(i);
    const value = head.value(i);
    const before = fields[name];
    // An empty value adds nothing, as in R.
    if (before === undefined || before === '') fields[name] = value;
    else if (value !== '') fields[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  // The target's authority replaces what the Host field says (RFC 9112 section 3.2.2).
  if ((head.flags & FLAG.ABSOLUTE_TARGET) !== 0) fields['host'] = splitAbsolute(head.target).authority;
  return fields;
}
