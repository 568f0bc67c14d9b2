/**
 * One end of an open WebSocket, sans-I/O: bytes in, events out; messages in, bytes out. It answers Pings, carries the
 * closing handshake out and keeps messages in order while the host's compressor works. Knows nothing of sockets and clocks.
 */
import { asBytes, type Bytes } from '../codec/bytes.ts';
import { copyOf } from '../codec/slab.ts';
import { HttpuvError } from '../errors.ts';
import { awaitsClose, type CloseState, type CloseStep, closeStep } from './close.ts';
import type { DeflateCodec } from './deflate.ts';
import type { CloseFrameEvent, CompressedEvent, FrameEvent, FrameSink, SessionEvent } from './events.ts';
import { closePayload, controlPayload, isCloseCode } from './frames.ts';
import { inflate } from './inflate.ts';
import type { FrameMachine } from './machine.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';
import { FrameReceiver } from './receiver.ts';
import { type SessionListener, type SessionOptions, SessionSettings } from './session-settings.ts';

const NO_BYTES = new Uint8Array(0);
const NOTHING: readonly never[] = [];
const ABNORMAL = 1006;
const NO_CODE = 1005;
const OUR_FAULT = 1011;

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
export class WebSocketSession implements OutboxOwner {
  private readonly settings: SessionSettings;
  private readonly listener: SessionListener;
  /** Both are made when there is something for them to do, and left by {@link rest}. */
  private receiver: FrameReceiver | null = null;
  private outbox: Outbox | null = null;
  private step: CloseState = 'open';
  /** What our Close says when the peer's came first. */
  declare private answer: Uint8Array;
  private told: SessionEvent[] | null = null;
  /** Complete messages behind one that is being inflated, and what came between them. */
  declare private waiting: FrameEvent[] | null;
  declare private isInflating: boolean;
  declare private isPumping: boolean;
  /** The connection has ended; told when everything before is. */
  declare private hasEnded: boolean;
  /** What the listener has thrown first during a feed. */
  declare private thrown: { readonly error: unknown } | null;

  /**
   * @param options Checked ones are taken as they are.
   * @param machine By default the one that all sessions share.
   * @param listener By default the one that the options name.
   * @throws HttpuvError `HV_BAD_OPTION` for an unknown option, or one out of range.
   */
  constructor(options: SessionOptions | SessionSettings = {}, machine?: FrameMachine, listener?: SessionListener) {
    this.settings = options instanceof SessionSettings ? options : new SessionSettings(options, machine);
    this.listener = listener ?? this.settings;
  }

  /** It speaks frames. */
  get isRaw(): boolean {
    return false;
  }

  /** What compresses and inflates; null without permessage-deflate. */
  get codec(): DeflateCodec | null {
    return this.settings.codec;
  }

  /**
   * Where the closing handshake stands. While `closing` the host keeps the time, and calls {@link expire}. While `answering` our
   * Close waits for {@link output}; with `holdsClose` for {@link close}.
   */
  get state(): CloseState {
    return this.step;
  }

  /** Whether the host may end the connection, once it has written all output. */
  get mayEnd(): boolean {
    return (this.step === 'finished' || this.step === 'failed') && this.outbox?.isDone !== false;
  }

  /** Bytes of messages that were sent and not taken by {@link output} yet. */
  get bufferedBytes(): number {
    return this.outbox?.bytes ?? 0;
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
    if (!awaitsClose(this.step) || this.hasEnded) return;
    this.receiver ??= new FrameReceiver(this.settings.receiving);
    this.receiver.feedTo(bytes, length, WebSocketSession.sink, this);
    this.pump();
    this.rethrow();
  }

  /** What sessions do with what their receivers read. */
  private static readonly sink: FrameSink<WebSocketSession> = {
    message: (session, given, isBinary, isAscii, isLent) => {
      const isNext = session.waiting === null && !session.isInflating;
      const lends =
        isNext && typeof given !== 'string' && session.settings.lends && session.listener.onMessage !== undefined;
      const data = isLent && !lends ? copyOf(given as Uint8Array) : given; // Only bytes are lent.
      if (isNext) session.tellMessage(data, isBinary, isAscii, lends);
      else session.postpone({ type: 'message', isBinary, data, isAscii });
      // It was joined for this call alone.
      if (lends && !isLent) session.settings.receiving.memory.give(given);
    },
    other: (session, event) => {
      if (event.type === 'ping' || event.type === 'pong') {
        // Neither waits for messages: they tell that the connection lives.
        if (event.type === 'ping' && session.step === 'open') session.out.pong(event.data);
        session.note({ type: event.type, data: event.data });
      } else session.postpone(event);
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
   * is sent. What was sent before this call goes before our answer to a Close.
   */
  output(): readonly Uint8Array[] {
    if (this.step === 'answering' && !this.settings.holdsClose) this.close();
    return this.outbox?.take() ?? NOTHING;
  }

  /** Everything of each {@link output} has left: its memory is used again. Not calling this is safe. */
  sent(): void {
    this.outbox?.sent();
  }

  /** The connection is closed: nothing of any {@link output} is looked at any more, and nothing more is wanted. */
  gone(): void {
    if (!this.settings.receiving.machine.isLent) this.receiver?.end(); // As in `rest`.
    this.outbox?.gone();
  }

  /**
   * Gives up memory that is not needed between messages; what comes or goes next takes some again. For connections that say
   * nothing for a while. Not calling this is safe.
   */
  rest(): void {
    // Called by a listener, it would leave what is being read.
    if (this.settings.receiving.machine.isLent) return;
    if (this.receiver?.isIdle) this.receiver = null;
    if (this.outbox?.isEmpty) this.outbox = null;
  }

  /** What is going to be written. */
  private get out(): Outbox {
    this.outbox ??= new Outbox(this.settings, this);
    return this.outbox;
  }

  /** For the outbox. */
  compressed(error: HttpuvError | null): void {
    if (error !== null) this.fail(error);
    this.listener.wake?.();
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
    return this.maySend ? this.out.message(isBinary ? 'binary' : 'text', payload) : -1;
  }

  /**
   * Sends one message that many sessions of servers send, made into a frame once; a client's makes a frame of its own.
   *
   * @param frame Uncompressed and unmasked. Nobody changes it before {@link sent}, {@link gone} or this calls `giveBack`.
   * @returns Bytes of `payload`; −1 when nothing can be sent any more.
   */
  sendFrame(frame: Uint8Array, payload: Uint8Array, isBinary: boolean, giveBack?: () => void): number {
    // What is compressed depends on what went before, what waits has its turn first, and clients mask what they send.
    const { codec, makeKey } = this.settings;
    if (codec === null && makeKey === null && this.maySend && this.out.isDone) {
      this.out.shared(frame, giveBack);
      return payload.length;
    }
    const bytes = this.send(payload, isBinary);
    giveBack?.();
    return bytes;
  }

  /** Sends a Ping with at most 125 bytes. Returns whether that was possible. */
  ping(data: string | Uint8Array = NO_BYTES): boolean {
    const payload = controlPayload(data);
    if (this.step === 'open') this.out.now('ping', payload);
    return this.step === 'open';
  }

  /**
   * Sends our Close, behind all messages that were sent. Returns whether that was not done before. When the peer's came first,
   * ours says the same code, whatever is given here.
   * @throws HttpuvError `HV_BAD_CLOSE` for a code that may not be sent. A reason of more than 123 bytes is cut.
   */
  close(code: number = 1000, reason: string = ''): boolean {
    const payload = this.step === 'answering' ? this.answer : closePayload(code, reason);
    if (!this.move('close')) return false;
    this.out.last(payload);
    return true;
  }

  /** Fails the connection: sends a Close with `error.answer`, unless one was sent, and nothing that waits before it. */
  fail(error: HttpuvError): void {
    const before = this.step;
    if (!this.move('fail')) return;
    const code = isCloseCode(error.answer) ? error.answer : OUR_FAULT;
    const reason = error.fault === 'remote' ? error.message : '';
    this.waiting = null;
    this.outbox?.dropWaiting();
    if (before !== 'closing') this.out.now('close', closePayload(code, reason));
    this.note({ type: 'error', error });
    if (before !== 'answering') this.tellClose(code, reason, false);
  }

  /** The peer did not answer our Close in time. */
  expire(): void {
    if (this.step !== 'closing' || !this.move('fail')) return;
    this.waiting = null;
    this.outbox?.clear();
    this.tellClose(ABNORMAL, '', false);
  }

  /** The connection ended. Messages that came before are still told. */
  finish(): void {
    this.hasEnded = true;
    this.pump();
  }

  private get maySend(): boolean {
    return this.step === 'open' || this.step === 'answering';
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
    this.note({ type: 'close', code, reason, wasClean });
  }

  /** Tells what waits, up to a message that has to be inflated. */
  private pump(): void {
    if ((this.waiting === null && !this.hasEnded) || this.isPumping) return;
    this.isPumping = true;
    while (this.waiting !== null && !this.isInflating) {
      const event = this.waiting.shift();
      if (this.waiting.length === 0) this.waiting = null;
      if (event !== undefined) this.tell(event);
    }
    this.isPumping = false;
    if (!this.hasEnded || this.waiting !== null || this.isInflating) return;
    const before = this.step;
    if (!this.move('end')) return;
    this.outbox?.clear();
    // Of the others it was told.
    if (before === 'open' || before === 'closing') this.tellClose(ABNORMAL, '', false);
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
    const { listener } = this;
    try {
      if (listener.onMessage === undefined) this.note({ type: 'message', isBinary, data, isAscii });
      else listener.onMessage(data, isBinary, isAscii, isLent);
    } catch (error) {
      this.thrown ??= { error };
    }
  }

  private closed({ code, reason }: CloseFrameEvent): void {
    if (!this.move('received')) return;
    if (code !== NO_CODE) this.answer = closePayload(code, '');
    this.tellClose(code, reason, true);
  }

  private inflate(event: CompressedEvent): void {
    const { codec } = this;
    if (codec === null) return; // The machine refuses compressed messages then.
    this.isInflating = true;
    inflate(codec, event, this.settings.receiving, (message) => {
      this.isInflating = false;
      if (!awaitsClose(this.step)) return;
      if (message instanceof HttpuvError) this.fail(message);
      else this.tellMessage(message.data, event.isBinary, message.isAscii, false);
      this.pump();
      this.listener.wake?.();
      this.rethrow();
    });
  }

  private rethrow(): void {
    const { thrown } = this;
    if (thrown === null) return;
    this.thrown = null;
    throw thrown.error;
  }
}

// There are many sessions, and few need these: they are theirs only when they are set.
const RARE = { answer: NO_BYTES, waiting: null, isInflating: false, isPumping: false, hasEnded: false, thrown: null };
Object.assign(WebSocketSession.prototype, RARE);
