/**
 * A WebSocket over web streams: bytes of a connection behind its handshake on one side, messages on the other. Reading waits
 * for whoever takes the messages, writing for whoever takes the bytes.
 */
import { callerError, type HttpuvError } from '../errors.ts';
import type { SessionEvent } from './events.ts';
import { WebSocketSession } from './session.ts';
import type { SessionOptions } from './session-settings.ts';

/** Both directions of a connection. */
export interface ByteStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** How a WebSocket was closed. */
export interface ClosedWith {
  /** 1006: the connection ended without a Close. */
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** What of a session's options makes sense here. */
export type StreamOptions = Omit<SessionOptions, 'onMessage' | 'lends' | 'holdsClose' | 'wake' | 'codec'>;

/**
 * Messages as streams. A string is a text message, bytes are a binary one.
 *
 * Pings are answered while messages are taken from {@link readable}, and not otherwise; a Close when all messages before it were
 * taken, and one more is asked for: answers to them go before.
 *
 * @example
 * ```ts
 * const socket = new WebSocketStreams(connection, { role: 'client' });
 * const writer = socket.writable.getWriter();
 * await writer.write('hello');
 * for await (const message of socket.readable) console.log(message);
 * ```
 */
export class WebSocketStreams {
  /**
   * Messages received. Errs with an `HttpuvError` when the peer breaks the rules. Cancelling it, as leaving a loop does, closes with
   * 1000 and waits for the peer to answer.
   */
  readonly readable: ReadableStream<string | Uint8Array>;
  /**
   * Messages to be sent. Closing it closes the WebSocket with 1000. Aborting it ends the connection at once, also one whose peer
   * neither takes nor sends anything any more: give it a signal of yours for a time-out.
   */
  readonly writable: WritableStream<string | Uint8Array>;
  /** How it ended. Never rejects. */
  readonly closed: Promise<ClosedWith>;
  private readonly session: WebSocketSession;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly messages: (string | Uint8Array)[] = [];
  private error: HttpuvError | null = null;
  private isOver: boolean = false;
  private reading: Promise<void> | null = null;
  private tellClosed: (closed: ClosedWith) => void = () => {};
  /** Ends of waiting for the connection to take something. */
  private readonly waiting: Set<() => void> = new Set();

  constructor({ readable, writable }: ByteStreams, options: StreamOptions = {}) {
    this.session = new WebSocketSession({ ...options, holdsClose: true });
    this.reader = readable.getReader();
    this.writer = writable.getWriter();
    this.closed = new Promise((resolve) => {
      this.tellClosed = resolve;
    });
    this.readable = new ReadableStream<string | Uint8Array>(
      {
        pull: (controller) => this.pull(controller),
        cancel: () => this.close(),
      },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<string | Uint8Array>({
      start: ({ signal }) => {
        // `abort` below waits for a write that is on its way.
        signal?.addEventListener('abort', () => this.cut(signal.reason));
      },
      write: async (message) => {
        if (this.session.send(message) < 0)
          throw callerError('HV_FINISHED', 'this WebSocket is closed: what was to be sent is not');
        await this.flush();
      },
      close: () => this.close(),
      abort: (reason) => this.cut(reason),
    });
  }

  /**
   * Begins the closing handshake, and reads on until the peer has answered it.
   * @throws HttpuvError `HV_BAD_CLOSE` for a code that may not be sent.
   */
  async close(code: number = 1000, reason: string = ''): Promise<void> {
    this.session.close(code, reason);
    await this.flush();
    while (!this.isOver) await this.read();
  }

  /** Gives the reader its next message, or the end. */
  private async pull(controller: ReadableStreamDefaultController<string | Uint8Array>): Promise<void> {
    while (this.messages.length === 0 && !this.isOver) await this.read();
    const message = this.messages.shift();
    if (message !== undefined) controller.enqueue(message);
    else if (this.error !== null) controller.error(this.error);
    else controller.close();
  }

  /** Reads one chunk; whoever asks meanwhile waits for the same one. */
  private read(): Promise<void> {
    this.reading ??= this.readOne().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async readOne(): Promise<void> {
    const { session } = this;
    // Whoever reads on has answered what came before the Close.
    if (session.state === 'answering') session.close();
    if (!session.mayEnd && (await this.readChunk()) && !session.mayEnd) {
      await this.flush();
      return;
    }
    // Who reads is told of the end before the peer has taken the last bytes: perhaps it never does.
    this.isOver = true;
    void this.flush().then(() => this.end());
  }

  /** Returns whether there was one. */
  private async readChunk(): Promise<boolean> {
    const { value } = await this.reader.read().catch(() => ({ value: undefined }));
    if (value === undefined) this.session.finish();
    else this.session.feed(value);
    for (const event of this.session.events()) this.take(event);
    return value !== undefined;
  }

  private take(event: SessionEvent): void {
    if (event.type === 'message') this.messages.push(event.data);
    else if (event.type === 'error') this.error = event.error;
    else if (event.type === 'close')
      this.tellClosed({ code: event.code, reason: event.reason, wasClean: event.wasClean });
  }

  /** Writes what the session has to say. A connection that takes nothing any more is noticed by reading. */
  private async flush(): Promise<void> {
    const output = this.session.output().map((bytes) => bytes.slice());
    this.session.sent();
    for (const bytes of output) await this.written(bytes);
  }

  /** Resolves when the connection has taken these bytes, or takes no more. */
  private written(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
      this.writer.write(bytes).then(done, done);
    });
  }

  private async end(): Promise<void> {
    this.finish();
    await this.writer.close().catch(() => {});
    await this.reader.cancel().catch(() => {});
  }

  /** Ends the connection without waiting for anybody. */
  private cut(reason: unknown): void {
    this.finish();
    void this.writer.abort(reason).catch(() => {});
    void this.reader.cancel(reason).catch(() => {});
    for (const done of this.waiting) done();
  }

  private finish(): void {
    this.isOver = true;
    this.session.finish();
    for (const event of this.session.events()) this.take(event);
  }
}
