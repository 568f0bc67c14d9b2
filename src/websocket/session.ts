/**
 * One end of an open WebSocket, sans-I/O: bytes in, events out; messages in, bytes out. It answers Pings, carries the
 * closing handshake out and keeps messages in order while the host's compressor works. Knows nothing of sockets and clocks.
 */
import { asBytes, type Bytes, copyOf } from '../codec/bytes.ts';
import type { HttpuvError } from '../errors.ts';
import { type CloseState, type CloseStep, closeStep } from './close.ts';
import { type DeflateCodec, withTail } from './deflate.ts';
import type { CloseFrameEvent, CompressedEvent, FrameEvent, FrameSink, SessionEvent } from './events.ts';
import { closePayload, controlPayload, isCloseCode } from './frames.ts';
import { checkLimits, type MessageLimits } from './limits.ts';
import { type FrameMachine, frameError, type Role } from './machine.ts';
import { checkSession } from './options.ts';
import { Outbox } from './outbox.ts';
import { FrameReceiver } from './receiver.ts';
import { decodeUnchecked } from './text.ts';

const NO_BYTES = new Uint8Array(0);
const NOTHING: readonly never[] = [];
const ABNORMAL = 1006;
const NO_CODE = 1005;
const OUR_FAULT = 1011;
const nothing = (): void => {};

/** What a session is made with. */
export interface SessionOptions extends Partial<MessageLimits> {
  /** Who we are; default `'server'`. */
  readonly role?: Role;
  /** Compresses and inflates, when permessage-deflate was negotiated. */
  readonly codec?: DeflateCodec;
  /** Messages with fewer bytes are sent as they are. Default 1,024. */
  readonly thresholdBytes?: number;
  /** Text messages come as bytes, which are UTF-8. Default `false`: as strings. */
  readonly textAsBytes?: boolean;
  /**
   * Hears messages at once, in place of {@link WebSocketSession.events}. It may send, but not feed: neither this session nor another
   * that shares its machine. What it throws, `feed` throws when it has read everything.
   */
  readonly onMessage?: MessageListener;
  /** `onMessage` may be lent bytes. Default `false`: what it is given is its own. */
  readonly lends?: boolean;
  /** Called when the codec has brought new events or new output. */
  readonly wake?: () => void;
}

/** Hears one message. `isLent`: these are bytes, and they are overwritten when the call is over. */
export type MessageListener = (data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean) => void;

/**
 * The state of one connection behind its handshake. Feed what comes, then act on {@link events}, write {@link output}, and
 * end the connection when {@link mayEnd}.
 *
 * @example
 * ```ts
 * const session = new WebSocketSession();
 * session.feed(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69));
 * for (const event of session.events()) if (event.type === 'message') session.send(event.data);
 * for (const bytes of session.output()) console.log(bytes); // 81 02 68 69
 * ```
 */
export class WebSocketSession {
  /** It speaks frames. */
  readonly isRaw: boolean = false;
  private readonly receiver: FrameReceiver;
  private readonly outbox: Outbox;
  private readonly codec: DeflateCodec | null;
  private readonly maxMessageBytes: number;
  private readonly textAsBytes: boolean;
  private readonly onMessage: MessageListener | null;
  private readonly lends: boolean;
  private readonly wake: () => void;
  private step: CloseState = 'open';
  private told: SessionEvent[] | null = null;
  /** Complete messages behind one that is being inflated, and what came between them. */
  private waiting: FrameEvent[] | null = null;
  private isInflating: boolean = false;
  private isPumping: boolean = false;
  /** The connection has ended; told when everything before is. */
  private hasEnded: boolean = false;
  private isCloseTold: boolean = false;
  /** What the listener has thrown first during a feed. */
  private thrown: { readonly error: unknown } | null = null;

  /**
   * @param machine By default the one that all sessions share.
   * @throws HttpuvError `HV_BAD_OPTION` for an unknown option, or one out of range.
   */
  constructor(options: SessionOptions = {}, machine?: FrameMachine) {
    const role = checkSession(options);
    const { codec = null, textAsBytes = false, onMessage = null, wake = nothing } = options;
    this.codec = codec;
    this.textAsBytes = textAsBytes;
    this.onMessage = onMessage;
    this.lends = onMessage !== null && options.lends === true;
    this.wake = wake;
    const allowDeflate = codec !== null;
    const { maxMessageBytes, maxFragments } = checkLimits(options, allowDeflate);
    this.maxMessageBytes = maxMessageBytes;
    this.receiver = new FrameReceiver({ maxMessageBytes, maxFragments, textAsBytes, role, allowDeflate }, machine);
    this.outbox = new Outbox(role, codec, options.thresholdBytes ?? 1024, (error) => {
      if (error !== null) this.fail(error);
      wake();
    });
  }

  /** Where the closing handshake stands. While `closing` the host keeps the time, and calls {@link expire}. */
  get state(): CloseState {
    return this.step;
  }

  /** Whether the host may end the connection, once it has written all output. */
  get mayEnd(): boolean {
    return (this.step === 'finished' || this.step === 'failed') && this.outbox.isDone;
  }

  /** Bytes of messages that were sent and not taken by {@link output} yet. */
  get bufferedBytes(): number {
    return this.outbox.bytes;
  }

  /** Whether received messages wait for the decompressor; feeding on makes more of them wait. */
  get isBehind(): boolean {
    return this.isInflating;
  }

  /**
   * Takes the next bytes of the connection, all or the first `length`. Behind a Close and behind an error they are ignored.
   * @throws HttpuvError `HV_BAD_OPTION` when `bytes` is no Uint8Array, or a shorter one.
   */
  feed(bytes: Uint8Array, length: number = bytes?.length): void {
    if ((this.step !== 'open' && this.step !== 'closing') || this.hasEnded) return;
    this.receiver.feedTo(bytes, length, WebSocketSession.sink, this);
    this.pump();
    this.rethrow();
  }

  /** What sessions do with what their receivers read. */
  private static readonly sink: FrameSink<WebSocketSession> = {
    message: (session, given, isBinary, isAscii, isLent) => {
      const isNext = session.waiting === null && !session.isInflating;
      const stays = isLent && !(isNext && session.lends);
      const data = stays ? copyOf(given as Uint8Array) : given; // Only bytes are lent.
      if (isNext) session.tellMessage(data, isBinary, isAscii, isLent && !stays);
      else session.postpone({ type: 'message', isBinary, data, isAscii });
    },
    other: (session, event) => {
      if (event.type === 'ping' || event.type === 'pong') {
        // Neither waits for messages: they tell that the connection lives.
        if (event.type === 'ping' && session.step === 'open') session.outbox.pong(event.data);
        session.note({ type: event.type, data: event.data });
      } else {
        session.postpone(event);
      }
    },
  };

  /** What happened since the last call. */
  events(): readonly SessionEvent[] {
    const { told } = this;
    this.told = null;
    return told ?? NOTHING;
  }

  /**
   * What is to be written, in order. Call it when the socket takes bytes: of the Pongs since the last call only the latest
   * is sent.
   */
  output(): readonly Uint8Array[] {
    return this.outbox.take();
  }

  /** Everything of the last {@link output} has left: its memory is used again. Not calling this is safe. */
  sent(): void {
    this.outbox.sent();
  }

  /**
   * Sends one message: text for a string, else binary.
   *
   * @param isBinary Overrides that: bytes with `false` are a text, and must be UTF-8.
   * @returns Its payload bytes; −1 when nothing can be sent any more.
   * @throws HttpuvError `HV_BAD_OPTION` for anything but a string, an ArrayBuffer or a view of one.
   */
  send(data: string | Bytes, isBinary: boolean = typeof data !== 'string'): number {
    const payload = typeof data === 'string' ? data : asBytes(data, 'send');
    return this.step === 'open' ? this.outbox.message(isBinary ? 'binary' : 'text', payload) : -1;
  }

  /**
   * Sends one message that many sessions of servers send, made into a frame once; a client's makes a frame of its own.
   *
   * @param frame The frame, uncompressed and unmasked. Nobody changes it any more.
   * @returns Bytes of `payload`; −1 when nothing can be sent any more.
   */
  sendFrame(frame: Uint8Array, payload: Uint8Array, isBinary: boolean): number {
    if (this.step !== 'open') return -1;
    // What is compressed depends on what went before, what waits has its turn first, and clients mask what they send.
    if (this.codec !== null || !this.outbox.isDone || this.outbox.isMasking) return this.send(payload, isBinary);
    this.outbox.shared(frame);
    return payload.length;
  }

  /** Sends a Ping with at most 125 bytes. Returns whether that was possible. */
  ping(data: string | Uint8Array = NO_BYTES): boolean {
    const payload = controlPayload(data);
    if (this.step !== 'open') return false;
    this.outbox.now('ping', payload);
    return true;
  }

  /**
   * Begins the closing handshake, behind all messages that were sent. Returns whether it was not begun before.
   * @throws HttpuvError `HV_BAD_CLOSE` for a code that may not be sent. A reason of more than 123 bytes is cut.
   */
  close(code: number = 1000, reason: string = ''): boolean {
    const payload = closePayload(code, reason);
    if (!this.move('close')) return false;
    this.outbox.last(payload);
    return true;
  }

  /** Fails the connection: sends a Close with `error.answer`, unless one was sent, and nothing that waits before it. */
  fail(error: HttpuvError): void {
    const before = this.step;
    if (!this.move('fail')) return;
    const code = isCloseCode(error.answer) ? error.answer : OUR_FAULT;
    const reason = error.fault === 'remote' ? error.message : '';
    this.waiting = null;
    this.outbox.dropWaiting();
    if (before === 'open') this.outbox.now('close', closePayload(code, reason));
    this.note({ type: 'error', error });
    this.tellClose(code, reason, false);
  }

  /** The peer did not answer our Close in time. */
  expire(): void {
    if (this.step !== 'closing' || !this.move('fail')) return;
    this.waiting = null;
    this.outbox.clear();
    this.tellClose(ABNORMAL, '', false);
  }

  /** The connection ended. Messages that came before are still told. */
  finish(): void {
    this.hasEnded = true;
    this.pump();
  }

  private note(event: SessionEvent): void {
    if (this.told === null) this.told = [event];
    else this.told.push(event);
  }

  private postpone(event: FrameEvent): void {
    if (this.waiting === null) this.waiting = [event];
    else this.waiting.push(event);
  }

  private move(step: CloseStep): boolean {
    const next = closeStep(this.step, step);
    if (next !== undefined) this.step = next;
    return next !== undefined;
  }

  private tellClose(code: number, reason: string, wasClean: boolean): void {
    if (this.isCloseTold) return;
    this.isCloseTold = true;
    this.note({ type: 'close', code, reason, wasClean });
  }

  /** Tells what waits, up to a message that has to be inflated. */
  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    while (this.waiting !== null && !this.isInflating) {
      const event = this.waiting.shift();
      if (this.waiting.length === 0) this.waiting = null;
      if (event !== undefined) this.tell(event);
    }
    this.isPumping = false;
    if (!this.hasEnded || this.waiting !== null || this.isInflating) return;
    if (!this.move('end')) return;
    this.outbox.clear();
    this.tellClose(ABNORMAL, '', false);
  }

  private tell(event: FrameEvent): void {
    if (event.type === 'error') this.fail(event.error);
    else if (event.type === 'close') this.closed(event);
    else if (event.type === 'message') this.tellMessage(event.data, event.isBinary, event.isAscii, false);
    else if (event.type === 'compressed' && this.step === 'open') this.inflate(event);
  }

  /** When we have said good-bye, messages are not listened to any more. */
  private tellMessage(data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean): void {
    if (this.step !== 'open') return;
    if (this.onMessage === null) {
      this.note({ type: 'message', isBinary, data, isAscii });
      return;
    }
    try {
      this.onMessage(data, isBinary, isAscii, isLent);
    } catch (error) {
      this.thrown ??= { error };
    }
  }

  private closed({ code, reason }: CloseFrameEvent): void {
    const before = this.step;
    if (!this.move('received')) return;
    if (before === 'open') this.outbox.last(code === NO_CODE ? NO_BYTES : closePayload(code, ''));
    this.tellClose(code, reason, true);
  }

  private inflate({ data, isBinary }: CompressedEvent): void {
    if (this.codec === null) return; // The machine refuses compressed messages then.
    this.isInflating = true;
    this.codec.inflate(withTail(data), this.maxMessageBytes, (error, bytes) => {
      this.isInflating = false;
      if (this.step !== 'open' && this.step !== 'closing') return;
      this.inflated(error, bytes, isBinary);
      this.pump();
      this.wake();
      this.rethrow();
    });
  }

  private rethrow(): void {
    const { thrown } = this;
    this.thrown = null;
    if (thrown !== null) throw thrown.error;
  }

  private inflated(error: unknown, bytes: Uint8Array, isBinary: boolean): void {
    const isTooLarge = error === 'too large' || bytes.length > this.maxMessageBytes;
    const text = isBinary || isTooLarge || error ? '' : decodeUnchecked(bytes);
    if (isTooLarge) this.fail(frameError('HV_WS_MESSAGE_TOO_LARGE'));
    else if (error) this.fail(frameError('HV_WS_BAD_COMPRESSION'));
    else if (text === null) this.fail(frameError('HV_WS_BAD_UTF8'));
    else {
      const isAscii = !isBinary && text.length === bytes.length;
      this.tellMessage(isBinary || this.textAsBytes ? bytes : text, isBinary, isAscii, false);
    }
  }
}
