/** What is said to an echo server, prepared once, and the reader of what comes back. Knows no server and no socket. */
import { frame } from '../../websocket/frames.ts';
import { acceptKey } from '../../websocket/handshake.ts';
import type { Reader, Talk } from './drive.ts';
import type { EchoPlan, LoadResult } from './load.ts';

const KEY = 'AQIDBAUGBwgJCgsMDQ4PEA==';
const PING = 0x89;
const MOST_HEAD_BYTES = 16_384;

/** The handshake, which offers no compression. */
export const HANDSHAKE: string = `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`;

/** Reads the answer to {@link HANDSHAKE}, behind which nothing may come before the first message. */
export function handshakeReader(): Reader {
  let head = '';
  return {
    feed(piece) {
      head += piece.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return head.length > MOST_HEAD_BYTES ? 'wrong' : 'more';
      const accept = /\r\nsec-websocket-accept: *(\S+)/i.exec(head)?.[1];
      const isRight = head.startsWith('HTTP/1.1 101 ') && accept === acceptKey(KEY) && end + 4 === head.length;
      return isRight ? 'done' : 'wrong';
    },
  };
}

/** A batch of different messages of one length, and the frames that a right echo of it consists of. */
export interface EchoBatch {
  readonly sent: Buffer;
  readonly echoed: Buffer;
  /** Of one echoed frame, and its part in front of the payload. */
  readonly frameBytes: number;
  readonly headBytes: number;
}

/** A way to make load of messages. */
export interface EchoTool {
  readonly name: string;
  /** @param batch What {@link echoBatch} gives for the plan. */
  drive(plan: EchoPlan, batch: EchoBatch): Promise<LoadResult>;
  /** Nothing more is wanted of it. */
  close(): void;
}

/** The batch of a plan: bytes of all values, or ASCII text; every frame with a mask of its own; always the same. */
export function echoBatch({ bytes, depth, isBinary }: Pick<EchoPlan, 'bytes' | 'depth' | 'isBinary'>): EchoBatch {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  const type = isBinary ? 'binary' : 'text';
  const payloads = Array.from({ length: depth }, () => {
    const payload = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at++) payload[at] = isBinary ? random() : 0x20 + (random() % 0x5f);
    return payload;
  });
  const makeKey = () => Uint8Array.from({ length: 4 }, () => 1 + (random() % 255));
  const echoes = payloads.map((payload) => frame(type, payload));
  const frameBytes = echoes[0]?.length ?? 0;
  return {
    sent: Buffer.concat(payloads.map((payload) => frame(type, payload, makeKey))),
    echoed: Buffer.concat(echoes),
    frameBytes,
    headBytes: frameBytes - bytes,
  };
}

/**
 * Reads the echoes of a batch. Of the first `checked` batches every byte is compared, of later ones the headers, from which
 * follows where the next one stands. Pings of the server are passed over.
 */
export function echoReader({ echoed, frameBytes, headBytes }: EchoBatch, checked: number): Reader {
  /** Place in the batch. */
  let place = 0;
  /** Bytes of a Ping that are still to come; −1 when its length is. */
  let ping = 0;
  const pass = (bytes: Buffer, at: number): number => {
    if (ping < 0) {
      ping = bytes[at] ?? 0;
      return 1;
    }
    const passed = Math.min(ping, bytes.length - at);
    ping -= passed;
    return passed;
  };
  /** How many bytes from `at` on are right; 0 when they are not. */
  const echoedBytes = (bytes: Buffer, at: number): number => {
    const inFrame = place % frameBytes;
    if (inFrame < headBytes) return bytes[at] === echoed[place] ? 1 : 0;
    const length = Math.min(frameBytes - inFrame, bytes.length - at);
    const isRight = checked <= 0 || bytes.compare(echoed, place, place + length, at, at + length) === 0;
    return isRight ? length : 0;
  };
  return {
    feed(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (ping !== 0) {
          at += pass(bytes, at);
        } else if (bytes[at] === PING && place % frameBytes === 0) {
          ping = -1;
          at++;
        } else {
          const length = echoedBytes(bytes, at);
          if (length === 0) return 'wrong';
          at += length;
          place += length;
        }
      }
      if (place < echoed.length) return 'more';
      place = 0;
      checked--;
      return 'done';
    },
  };
}

/** All that is said on one connection. */
export function echoTalk(batch: EchoBatch): Talk {
  return {
    greeting: { text: HANDSHAKE, reader: handshakeReader },
    batch: batch.sent,
    reader: () => echoReader(batch, 1),
  };
}
