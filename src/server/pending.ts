/** Requests in the hands of the app, and what the app side knows of their servers. Data and lists; nothing runs here. */
import { BodyInput, MemoryBody, streamOf } from '../app/body.ts';
import type { RequestHead } from '../app/head.ts';
import { HttpRequest, type RequestContext } from '../app/request.ts';
import type { Form, RequestOwner } from '../app/request-owner.ts';
import type { SendLimits } from '../app/web-socket.ts';
import type { BodyMode, FormLimits } from '../body-types.ts';
import { type BodyState, NO_BODY, type Peer, UPGRADE } from '../node/link.ts';
import type { AccessEntry } from '../static-types.ts';
import type { App, AppRequest, Logger } from '../types.ts';
import type { AppUploads } from './app-uploads.ts';
import { readForm } from './forms.ts';

const NO_BYTES = new MemoryBody(new Uint8Array(0));

/** What the app side knows of a server. */
export interface AppServer {
  readonly id: number;
  readonly app: App;
  /** Decided when the server starts. */
  readonly asksHeaders: boolean;
  /** How bodies are read of which nothing else is said. */
  readonly bodyMode: BodyMode;
  readonly spoolBytes: number;
  readonly maxSpoolBytes: number;
  readonly exposeErrors: boolean;
  /** What is the same for all of its requests. */
  readonly context: RequestContext;
  readonly sendLimits: SendLimits;
  readonly log: Logger;
  /** Hears of every answer. */
  readonly onAccess: ((entry: AccessEntry) => void) | null;
  /** Counts tasks that were begun: {@link IoServer.taken}. */
  readonly taken: Int32Array;
  /** The server as the app holds it. */
  object: unknown;
  /** It has been told that promises wait for the event loop. */
  hasWarned: boolean;
  /** Sends interim answers; set by the app side that it belongs to. */
  hint: ((pending: Pending, fields: string) => boolean) | null;
  /** Bodies that are read while they arrive; likewise. */
  uploads: AppUploads | null;
  /** Owns requests that have opened WebSockets; likewise. */
  opened: Opened | null;
}

/** One request on its way through the app. */
export class Pending implements RequestOwner {
  readonly server: AppServer;
  readonly connection: number;
  readonly id: number;
  readonly request: HttpRequest;
  /** `onHeaders` has let it pass, or there is none. */
  isPassed = false;
  /** All of its body is here. */
  isComplete: boolean;
  isRunning = false;
  /** Its answer is a stream, which the app is giving. */
  isStreaming = false;
  /** It asks for a WebSocket. */
  readonly isUpgrade: boolean;
  /** Its client has left, or its answer is given. */
  isOver = false;
  /** The next request of the same connection. */
  next: Pending | null = null;

  constructor(server: AppServer, connection: number, id: number, head: RequestHead, peer: Peer, body: BodyState) {
    this.server = server;
    this.connection = connection;
    this.id = id;
    this.request = new HttpRequest(head, peer, this);
    this.isComplete = body === NO_BODY || body === UPGRADE;
    this.isUpgrade = body === UPGRADE;
  }

  get context(): RequestContext {
    return this.server.context;
  }

  hint(fields: string): boolean {
    return !this.isOver && this.server.hint?.(this, fields) === true;
  }

  /** A request for a WebSocket has no body. */
  get bodyMode(): BodyMode {
    return this.isUpgrade ? 'buffer' : this.server.bodyMode;
  }

  upload(): ReadableStream<Uint8Array> {
    const { uploads } = this.server;
    if (uploads === null) throw new RangeError('a request came before its server');
    return uploads.begin(this);
  }

  endUpload(error: Error): void {
    this.server.uploads?.close(this, error);
  }

  readForm(request: AppRequest, limits: FormLimits | undefined): Form {
    return readForm(request, limits, this.server);
  }
}

/** Owns the requests of a server that have opened WebSockets: nobody waits for their answers, and they have no bodies. */
export class Opened implements RequestOwner {
  readonly #server: AppServer;
  readonly bodyMode = 'buffer';
  readonly isPassed = true;

  constructor(server: AppServer) {
    this.#server = server;
  }

  get context(): RequestContext {
    return this.#server.context;
  }

  hint(): boolean {
    return false;
  }

  upload(): ReadableStream<Uint8Array> {
    return streamOf(new BodyInput(NO_BYTES));
  }

  endUpload(): void {}

  readForm(request: AppRequest, limits: FormLimits | undefined): Form {
    return readForm(request, limits, this.#server);
  }
}

/** Requests by connection, each as a list from the oldest on. */
export class PendingRequests {
  readonly #oldest: (Pending | null)[] = [];
  /** The newest of each list. */
  readonly #newest: (Pending | null)[] = [];

  /** Numbers of connections are below this. */
  get connections(): number {
    return this.#oldest.length;
  }

  first(connection: number): Pending | null {
    return this.#oldest[connection] ?? null;
  }

  add(pending: Pending): void {
    const { connection } = pending;
    const newest = this.#newest[connection] ?? null;
    if (newest === null) this.#oldest[connection] = pending;
    else newest.next = pending;
    this.#newest[connection] = pending;
  }

  remove(pending: Pending): void {
    const { connection } = pending;
    let before: Pending | null = null;
    let at = this.#oldest[connection] ?? null;
    while (at !== null && at !== pending) {
      before = at;
      at = at.next;
    }
    if (at === null) return;
    if (before === null) this.#oldest[connection] = pending.next;
    else before.next = pending.next;
    if (this.#newest[connection] === pending) this.#newest[connection] = before;
  }

  find(connection: number, id: number): Pending | null {
    let pending = this.#oldest[connection] ?? null;
    while (pending !== null && pending.id !== id) pending = pending.next;
    return pending;
  }
}
