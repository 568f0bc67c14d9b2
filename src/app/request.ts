/**
 * The request object of the app: R's Rook environment and a typed view of the same facts. Everything is made when it
 * is first asked for. It knows neither connections nor threads.
 */

import type { BodyMode, FormLimits, RookErrors, RookInput } from '../body-types.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { type Client, clientOf, type Trust } from '../parser/forwarded.ts';
import type { PeerCertificate } from '../tls-types.ts';
import type { AppRequest, ResponseHeaders } from '../types.ts';
import { VERSION } from '../version.ts';
import { FLAG } from '../wasm/constants.gen.ts';
import { BodyInput, type BodySource, bodyGone, MemoryBody, streamOf } from './body.ts';
import { type Fields, flatFields, httpNames, joinedFields, NoNames, splitAbsolute } from './fields.ts';
import type { RequestHead } from './head.ts';
import { Made, Reading } from './made.ts';
import type { RequestOwner } from './request-owner.ts';
import { toHints } from './response.ts';

/** Ends of the connection, looked up when the app asks. */
export interface Addresses {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** What the client's certificate says; absent or null without one. */
  readonly identity?: { readonly certificate: PeerCertificate; readonly authorized: boolean } | null;
}

/** What is the same for all requests of a server. */
export interface RequestContext {
  readonly scheme: 'http' | 'https';
  /** Whom to believe who has asked; null: nobody. */
  readonly trust: Trust | null;
  /** Where `rook.errors` goes. */
  readonly errors: RookErrors;
}

const NOTHING: BodySource = new MemoryBody(new Uint8Array(0));

/**
 * One request; use the `AppRequest` type. This adds what the server calls. Its fields are few, and its methods cost none (private
 * ones with a hash would): each request has them.
 */
export class HttpRequest implements AppRequest {
  readonly [name: `HTTP_${string}`]: string | undefined;
  readonly #head: RequestHead;
  readonly #addresses: Addresses;
  #owner: RequestOwner;
  #source: BodySource = NOTHING;
  #isAborted = false;
  #made: Made | null = null;

  constructor(head: RequestHead, addresses: Addresses, owner: RequestOwner) {
    this.#head = head;
    this.#addresses = addresses;
    this.#owner = owner;
  }

  private get lazily(): Made {
    this.#made ??= new Made();
    return this.#made;
  }

  private get reading(): Reading {
    const made = this.lazily;
    made.reading ??= new Reading();
    return made.reading;
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
    const made = this.lazily;
    made.query ??= new URLSearchParams(this.QUERY_STRING);
    return made.query;
  }
  get httpVersion(): '1.0' | '1.1' {
    return (this.#head.flags & FLAG.VERSION_1_1) !== 0 ? '1.1' : '1.0';
  }
  get remoteAddress(): string {
    const { trust } = this.#owner.context;
    return trust === null ? this.#addresses.remoteAddress : this.client(trust).address;
  }
  get remotePort(): number {
    const { trust } = this.#owner.context;
    return trust === null ? this.#addresses.remotePort : this.client(trust).port;
  }
  get scheme(): 'http' | 'https' {
    const { trust, scheme } = this.#owner.context;
    return (trust === null ? null : this.client(trust).proto) ?? scheme;
  }
  get host(): string {
    const { trust } = this.#owner.context;
    return (trust === null ? null : this.client(trust).host) ?? this.headers['host'] ?? '';
  }
  get peerCertificate(): PeerCertificate | null {
    return this.#addresses.identity?.certificate ?? null;
  }
  get authorized(): boolean {
    return this.#addresses.identity?.authorized ?? false;
  }
  get headers(): Fields {
    const made = this.lazily;
    made.headers ??= joinedFields(this.#head);
    return made.headers;
  }
  get rawHeaders(): readonly string[] {
    const made = this.lazily;
    made.rawHeaders ??= flatFields(this.#head);
    return made.rawHeaders;
  }
  get signal(): AbortSignal {
    const made = this.lazily;
    if (made.controller === null) {
      made.controller = new AbortController();
      if (this.#isAborted) made.controller.abort(this.reason());
    }
    return made.controller.signal;
  }
  get locals(): Record<string, unknown> {
    const made = this.lazily;
    made.locals ??= {};
    return made.locals;
  }

  get body(): Uint8Array {
    const made = this.lazily;
    if (made.bytes !== null) return made.bytes;
    const bytes = this.bodyInput().whole();
    // What came from a file is read anew at each access, so that it does not stay in memory.
    if (this.#source instanceof MemoryBody) made.bytes = bytes;
    return bytes;
  }
  text(): string {
    return new TextDecoder().decode(this.body);
  }
  json(): unknown {
    return JSON.parse(this.text());
  }
  get bodyMode(): BodyMode {
    return this.#made?.reading?.mode ?? this.#owner.bodyMode;
  }
  set bodyMode(mode: BodyMode) {
    if (mode !== 'buffer' && mode !== 'stream') {
      throw callerError('HV_BAD_OPTION', "req.bodyMode is 'buffer' or 'stream'");
    }
    if (this.#owner.isPassed) throw callerError('HV_BAD_OPTION', 'req.bodyMode is decided in onHeaders: set it there');
    this.reading.mode = mode;
  }
  stream(): ReadableStream<Uint8Array> {
    const reading = this.reading;
    if (reading.stream !== null) return reading.stream;
    if (!this.#owner.isPassed) {
      throw callerError(
        'HV_BODY_NOT_READ',
        'the body is read behind onHeaders: ask for stream() or formData() in call',
      );
    }
    reading.stream = this.bodyMode === 'stream' ? this.#owner.upload() : streamOf(this.bodyInput());
    return reading.stream;
  }
  formData(limits?: FormLimits): Promise<FormData> {
    const reading = this.reading;
    reading.form ??= this.#owner.readForm(this, limits);
    return reading.form.data;
  }

  earlyHints(headers: ResponseHeaders): boolean {
    const fields = toHints(headers);
    return this.httpVersion === '1.1' && this.#owner.hint(fields);
  }

  get SCRIPT_NAME(): '' {
    return '';
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
    return this.#addresses.localAddress;
  }
  get SERVER_PORT(): string {
    return String(this.#addresses.localPort);
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
    return this.bodyInput();
  }
  get 'rook.errors'(): RookErrors {
    return this.#owner.context.errors;
  }
  get 'rook.version'(): '1.1-0' {
    return '1.1-0';
  }
  get 'rook.url_scheme'(): 'http' | 'https' {
    return this.scheme;
  }
  get 'httpuv.version'(): string {
    return VERSION;
  }

  /** The head as it was received, as latin1. */
  get head(): string {
    return this.#head.text;
  }

  /** A field by its `HTTP_` name. */
  httpField(name: string): string | undefined {
    const made = this.lazily;
    made.httpNames ??= httpNames(this.headers);
    return made.httpNames.get(name);
  }

  /** The body has arrived. */
  setBody(source: BodySource): void {
    this.#source = source;
    if (this.#made === null) return;
    this.#made.input = null;
    this.#made.bytes = null;
  }

  /** The response is handed over: releases the body. */
  closeBody(): void {
    const made = this.#made;
    if (this.#source !== NOTHING) this.bodyInput().close();
    if (made !== null && made.reading !== null) this.endReading(made.reading, bodyGone);
  }

  private endReading({ stream, form }: Reading, why: () => Error): void {
    if (stream !== null && this.bodyMode === 'stream') this.#owner.endUpload(why());
    form?.close();
  }

  /** It has opened a WebSocket: the app may keep it for long, and what it needs of an owner is the same for all of them. */
  becomesSocket(owner: RequestOwner): void {
    this.#owner = owner;
  }

  /** The request is broken off, for a reason that {@link abort} is to tell. */
  fail(reason: HttpuvError): void {
    this.reading.failure = reason;
  }

  /** The client has gone before it was answered. */
  abort(): void {
    this.#isAborted = true;
    const made = this.#made;
    made?.controller?.abort(this.reason());
    if (made !== null && made.reading !== null) this.endReading(made.reading, () => this.reason());
  }

  /** What was given to {@link fail}. */
  get failure(): HttpuvError | null {
    return this.#made?.reading?.failure ?? null;
  }

  private reason(): HttpuvError {
    return this.failure ?? clientGone();
  }

  /** Whoever has asked the proxies. Requests of which that cannot be told do not come here. */
  private client(trust: Trust): Client {
    const made = this.lazily;
    if (made.client === null) {
      const { headers } = this;
      const fields = {
        forwarded: headers['forwarded'] ?? null,
        for: headers['x-forwarded-for'] ?? null,
        proto: headers['x-forwarded-proto'] ?? null,
        host: headers['x-forwarded-host'] ?? null,
      };
      const { remoteAddress: address, remotePort: port } = this.#addresses;
      made.client = clientOf(this.#addresses, fields, trust) ?? { address, port, proto: null, host: null };
    }
    return made.client;
  }

  private bodyInput(): BodyInput {
    // A body that is here is no stream.
    if (this.#source === NOTHING && this.bodyMode === 'stream') {
      throw callerError(
        'HV_BODY_IS_STREAM',
        "this body is read while it arrives: use req.stream() or req.formData(), or bodyMode 'buffer'",
      );
    }
    const made = this.lazily;
    made.input ??= new BodyInput(this.#source);
    return made.input;
  }
}

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

/** The error of a request whose client has gone. */
export function clientGone(): HttpuvError {
  return new HttpuvError('HV_CLIENT_GONE', 'the client closed the connection before it was answered', {
    fault: 'remote',
    answer: 499,
  });
}
