/**
 * HTTP over web streams: bytes of a connection in, messages out whose bodies are streams themselves; and the way back. Nothing
 * is read before somebody asks for it, so a slow reader slows the peer down and not the memory up.
 */
import { callerError, type HttpuvError } from '../errors.ts';
import type { HttpEvent } from './events.ts';
import { HttpParser } from './http-parser.ts';
import type { HttpParserOptions } from './options.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';
import type { HttpWriter } from './writer.ts';
import type { FieldsToWrite } from './written-head.ts';

/** Takes events of one connection, one by one. */
class Events {
  readonly parser: HttpParser;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  /** An error stays, so that whoever asks again hears of it again. */
  private waiting: HttpEvent[] = [];
  private hasEnded: boolean = false;

  constructor(source: ReadableStream<Uint8Array>, parser: HttpParser) {
    this.reader = source.getReader();
    this.parser = parser;
  }

  /** The next event, or `null` at the end of the connection. What the peer did wrong is thrown. */
  async next(): Promise<Exclude<HttpEvent, { readonly type: 'error' }> | null> {
    for (;;) {
      const [event] = this.waiting;
      if (event?.type === 'error') throw event.error;
      if (event !== undefined) {
        this.waiting.shift();
        return event;
      }
      if (this.hasEnded) return null;
      const { value, done } = await this.reader.read();
      this.hasEnded = done;
      this.waiting = [...(done ? this.parser.finish() : this.parser.feed(value))];
    }
  }

  /** Whether HTTP may end behind the head that was taken last. It is told together with the head. */
  get isUpgrade(): boolean {
    const [first, second] = this.waiting;
    return first?.type === 'upgrade' || (first?.type === 'end' && second?.type === 'upgrade');
  }

  /** Takes the end of a message, when it came together with what was taken last: so it does where there is no body. */
  takeEnd(): boolean {
    if (this.waiting[0]?.type !== 'end') return false;
    this.waiting.shift();
    return true;
  }

  /** Goes on with HTTP behind an upgrade or a pause. */
  resume(rest: Uint8Array): void {
    this.parser.resume();
    if (rest.length > 0) this.waiting = [...this.parser.feed(rest)];
  }

  /** All further bytes of the connection, not HTTP any more. */
  async *rest(): AsyncGenerator<Uint8Array, void> {
    for (const event of this.waiting.splice(0)) if (event.type === 'upgrade' && event.rest.length > 0) yield event.rest;
    while (!this.hasEnded) {
      const { value, done } = await this.reader.read();
      this.hasEnded = done;
      if (value !== undefined) yield value;
    }
  }

  /** Nothing is read any more. A body that somebody goes on reading is not complete, and must not look as if it were. */
  async close(): Promise<void> {
    if (this.waiting[0]?.type !== 'error')
      this.waiting = [{ type: 'error', error: bodyGone('its connection was left') }];
    try {
      if (!this.hasEnded) await this.reader.cancel();
    } finally {
      this.hasEnded = true;
      this.reader.releaseLock();
    }
  }
}

function bodyGone(reason: string): HttpuvError {
  return callerError('HV_BODY_GONE', `this body is gone: ${reason}. Read it to its end before that`);
}

/** One message of a connection. */
export class HttpMessage {
  /** The request, or the response. */
  readonly head: HttpRequest | HttpResponse;
  /**
   * The body, transfer coding removed; it errs with an `HttpuvError` when the peer breaks the rules or ends within it. What
   * is not read of it is skipped when the next message is asked for, and gone when the loop is left: reading on errs then.
   */
  readonly body: ReadableStream<Uint8Array>;
  private readonly events: Events;
  /** Whether HTTP may end here, and was not gone on with. */
  private isUpgrade: boolean;
  private fields: readonly string[] = [];
  private hasEnded: boolean;
  /** Whether bytes of the body were passed by. */
  private isSkipped: boolean = false;
  /** What takes the next piece begins behind this: a stream may be read while its message is skipped. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Whether {@link upgraded} has taken the connection. */
  isTaken: boolean = false;

  /** Made by {@link readMessages}. */
  constructor(head: HttpRequest | HttpResponse, events: Events) {
    this.head = head;
    this.events = events;
    this.isUpgrade = events.isUpgrade;
    this.hasEnded = events.takeEnd();
    this.body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const bytes = await this.piece(false);
          if (bytes === null) controller.close();
          else controller.enqueue(bytes);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Fields behind the body, as in `rawHeaders`. Empty before the body is read to its end. */
  get trailers(): readonly string[] {
    return this.fields;
  }

  /**
   * Behind a request with `Upgrade: websocket` or CONNECT, or a response that ends HTTP: takes all further bytes of the
   * connection, beginning with those that came with the head. No further message is read then. `null` behind other messages.
   */
  upgraded(): ReadableStream<Uint8Array> | null {
    if (!this.isUpgrade) return null;
    this.isTaken = true;
    const rest = this.events.rest();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { value, done } = await rest.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => this.events.close(),
      },
      { highWaterMark: 0 },
    );
  }

  /** The whole body. @throws HttpuvError as {@link body}. */
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await new Response(this.body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
  }

  /** The whole body as text, which is UTF-8. @throws HttpuvError as {@link body}. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** Skips what is left, as {@link readMessages} does. Returns whether another message may follow. */
  async skip(): Promise<boolean> {
    while (!this.hasEnded && !this.isTaken) await this.piece(true);
    if (this.isTaken) return false;
    if (!this.isUpgrade) return true;
    const isRequest = this.head.type === 'request';
    const event = isRequest ? await this.events.next() : null;
    if (event?.type === 'upgrade') this.events.resume(event.rest);
    return isRequest;
  }

  /** The next bytes of the body; `null` behind its end. */
  private piece(isSkipping: boolean): Promise<Uint8Array | null> {
    const piece = this.turn.then(() => this.take(isSkipping));
    this.turn = piece.catch(() => {});
    return piece;
  }

  private async take(isSkipping: boolean): Promise<Uint8Array | null> {
    if (this.isSkipped && !isSkipping) throw bodyGone('the next message was asked for');
    while (!this.hasEnded && !this.isTaken) {
      const event = await this.events.next();
      if (event?.type === 'body') {
        this.isSkipped = isSkipping;
        return event.bytes;
      }
      if (event?.type === 'trailers') this.fields = event.rawHeaders;
      else if (event?.type === 'upgrade' || event?.type === 'pause') {
        this.isUpgrade = this.isUpgrade && event.type !== 'upgrade';
        this.events.resume(event.rest);
      } else this.hasEnded = true;
    }
    return null;
  }
}

/**
 * The messages of a connection, in order. Interim responses are messages of their own. Leaving the loop cancels `source`.
 *
 * @param source Bytes of one direction of one connection.
 * @param parser Options of a parser, or one of yours, which you may tell what to {@link HttpParser.expect}.
 * @throws HttpuvError when the peer breaks the rules.
 * @example
 * ```ts
 * for await (const message of readMessages(new Response('GET / HTTP/1.1\r\nHost: a\r\n\r\n').body)) {
 *   if (message.head.type === 'request') console.log(message.head.method, message.head.url, await message.text());
 * }
 * ```
 */
export async function* readMessages(
  source: ReadableStream<Uint8Array>,
  parser: HttpParserOptions | HttpParser = {},
): AsyncGenerator<HttpMessage, void> {
  const events = new Events(source, parser instanceof HttpParser ? parser : new HttpParser(parser));
  let last: HttpMessage | null = null;
  try {
    while (last === null || (await last.skip())) {
      const event = await events.next();
      if (event === null) return;
      if (event.type === 'pause') events.resume(event.rest);
      if (event.type !== 'request' && event.type !== 'response') continue;
      last = new HttpMessage(event, events);
      yield last;
    }
  } finally {
    if (last === null || !last.isTaken) await events.close();
  }
}

/**
 * The bytes of one message whose body is a stream: asks `body` for as much as is asked of it.
 *
 * @param head What `writer.request` or `writer.response` gave just now.
 * @param trailers Fields behind a chunked body, asked for when it has ended.
 */
export function streamMessage(
  writer: HttpWriter,
  head: Uint8Array,
  body: ReadableStream<Uint8Array> | null,
  trailers: () => FieldsToWrite = () => [],
): ReadableStream<Uint8Array> {
  const reader = body?.getReader();
  let isFirst = true;
  /** What a piece of the body becomes, or its end. Whoever gives a body that may not be sent is told to stop. */
  const piecesOf = (value: Uint8Array | undefined): readonly Uint8Array[] => {
    try {
      return value === undefined ? [writer.end(trailers())] : writer.body(value);
    } catch (error) {
      void reader?.cancel(error).catch(() => {});
      throw error;
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (isFirst) {
          isFirst = false;
          controller.enqueue(head);
          return;
        }
        for (;;) {
          const { value, done } = reader === undefined ? { value: undefined, done: true } : await reader.read();
          const pieces = piecesOf(value);
          for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece);
          if (done) controller.close();
          if (done || pieces.length > 0) return;
        }
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
