/** What sessions are made with: options, checked once, and shared by all sessions that are made with the same ones. */
import type { DeflateCodec } from './deflate.ts';
import { type MakeKey, randomKeys } from './frames.ts';
import { checkLimits, type MessageLimits } from './limits.ts';
import type { FrameMachine, Role } from './machine.ts';
import { checkSession } from './options.ts';
import { ReceiverSettings } from './receiver.ts';
import type { JoiningMemory } from './spare.ts';

/** Hears one message. `isLent`: these are bytes, and they are overwritten when the call is over. */
export type MessageListener = (data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean) => void;

/** Who hears what happens at once. */
export interface SessionListener {
  /**
   * Hears messages at once, in place of {@link WebSocketSession.events}. It may send, but not feed: neither this session nor another
   * that shares its machine. What it throws, `feed` throws when it has read everything.
   */
  readonly onMessage?: MessageListener;
  /** Called when the codec has brought new events or new output. */
  readonly wake?: () => void;
}

/** What a session is made with. */
export interface SessionOptions extends Partial<MessageLimits>, SessionListener {
  /** Who we are; default `'server'`. */
  readonly role?: Role;
  /** Compresses and inflates, when permessage-deflate was negotiated. */
  readonly codec?: DeflateCodec;
  /** Messages with fewer bytes are sent as they are. Default 1,024. */
  readonly thresholdBytes?: number;
  /** Text messages come as bytes, which are UTF-8. Default `false`: as strings. */
  readonly textAsBytes?: boolean;
  /**
   * Our answer to the peer's Close waits until `close` is called, for whoever answers messages later than they come. Default
   * `false`: it goes with the next `output`.
   */
  readonly holdsClose?: boolean;
  /** `onMessage` may be lent bytes. Default `false`: what it is given is its own. */
  readonly lends?: boolean;
}

/** Checked options. A session whose listener is not given to it has the one of these. */
export class SessionSettings implements SessionListener {
  readonly onMessage?: MessageListener;
  readonly wake?: () => void;
  readonly codec: DeflateCodec | null;
  readonly thresholdBytes: number;
  readonly lends: boolean;
  readonly holdsClose: boolean;
  readonly receiving: ReceiverSettings;
  /** Makes the keys of what is sent; servers send without. */
  readonly makeKey: MakeKey | null;

  /**
   * @param machine By default the one that all sessions share.
   * @param memory What messages are joined in. It is given back by sessions that lend, and that have no codec.
   * @throws HttpuvError `HV_BAD_OPTION` for an unknown option, or one out of range.
   */
  constructor(options: SessionOptions, machine?: FrameMachine, memory?: JoiningMemory) {
    const role = checkSession(options);
    const { codec = null, thresholdBytes = 1024, textAsBytes = false, lends = false, holdsClose = false } = options;
    const { onMessage, wake } = options;
    if (onMessage !== undefined) this.onMessage = onMessage;
    if (wake !== undefined) this.wake = wake;
    this.codec = codec;
    this.thresholdBytes = thresholdBytes;
    this.lends = lends;
    this.holdsClose = holdsClose;
    this.receiving = new ReceiverSettings(role, checkLimits(options, codec !== null), textAsBytes, machine, memory);
    this.makeKey = role === 'client' ? randomKeys() : null;
  }
}
