/**
 * A WebSocket client that sends exactly the bytes it is given, over {@link Wire}. It writes and reads frames (RFC 6455
 * section 5.2) by itself and shares no code with the package; what a server may not send is an error.
 */
import { Wire, type WireEnd, type WireOptions } from './wire.ts';
import { readResponses, type WireResponse } from './wire-response.ts';

/** The key of RFC 6455 section 1.3, and what it is to be accepted with. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

export const FIN = 0x80;
export const RSV1 = 0x40;
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  /** The three reserved bits, in their place. */
  readonly rsv: number;
  readonly payload: Buffer;
}

const FIELDS: Readonly<Record<string, string>> = {
  Host: 'h',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

/**
 * The request of a handshake. `changes` replace fields or add some, several as a list; `null` leaves one out.
 * @param start Its first line.
 */
export function handshake(
  changes: Readonly<Record<string, string | readonly string[] | null>> = {},
  start = 'GET / HTTP/1.1',
): string {
  const lines = Object.entries({ ...FIELDS, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `${start}\r\n${lines.join('')}\r\n`;
}

/** How frames may differ from what a well-behaved client sends. */
export interface FrameShape {
  readonly isMasked?: boolean;
  /** Bytes of the length's own field: 0 (within the second byte), 2 or 8. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length that is announced. */
  readonly length?: bigint;
}

const MASK = Buffer.of(0x37, 0xfa, 0x21, 0x3d);

/** One frame. @param first Its first byte: bits and opcode. */
export function frame(first: number, payload: string | Uint8Array = '', shape: FrameShape = {}): Buffer {
  const data = Buffer.from(payload as string); // A copy of either.
  const length = shape.length ?? BigInt(data.length);
  const { isMasked = true, lengthBytes = length < 126n ? 0 : length < 65_536n ? 2 : 8 } = shape;
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = first;
  head[1] = (isMasked ? 0x80 : 0) | (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(Number(length), 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(length, 2);
  if (!isMasked) return Buffer.concat([head, data]);
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) ^ (MASK[i % 4] ?? 0);
  return Buffer.concat([head, MASK, data]);
}

export const textFrame = (message: string): Buffer => frame(FIN | TEXT, message);

export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  return Buffer.concat([Buffer.of(code >>> 8, code & 0xff), Buffer.from(reason as string)]);
}

export function closeFrame(code: number, reason: string | Uint8Array = ''): Buffer {
  return frame(FIN | CLOSE, closePayload(code, reason));
}

/** Reads whole frames of a server; throws for a masked one and for a length in too long a form. */
export function readFrames(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) break;
    const first = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    if (short >= 0x80) throw new Error('a server has masked a frame');
    const size = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (bytes.length < at + 2 + size) break;
    const length = size === 0 ? short : size === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (length < (size === 0 ? 0 : size === 2 ? 126 : 65_536)) throw new Error(`${length} bytes in ${size} more`);
    const start = at + 2 + size;
    if (bytes.length < start + length) break;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    frames.push({ opcode: first & 0x0f, isFinal: first >= FIN, rsv: first & 0x70, payload });
    at = start + length;
  }
  return { frames, rest: bytes.subarray(at) };
}

/** Frames in a form that is easy to compare: `text hi`, `close 1000 bye`, … */
export function show({ opcode, isFinal, rsv, payload }: Frame): string {
  const bits = `${isFinal ? '' : 'part of '}${rsv === 0 ? '' : `rsv ${rsv} `}`;
  switch (opcode) {
    case TEXT:
      return `${bits}text ${payload}`;
    case BINARY:
      return `${bits}binary ${payload.toString('hex')}`;
    case CLOSE:
      return payload.length === 0
        ? `${bits}close`
        : `${bits}close ${payload.readUInt16BE(0)} ${payload.subarray(2)}`.trim();
    case PING:
    case PONG:
      return `${bits}${opcode === PING ? 'ping' : 'pong'} ${payload}`.trim();
    default:
      return `${bits}opcode ${opcode}`;
  }
}

export class WsClient {
  readonly wire: Wire;
  /** Answers before the 101. */
  private readonly before: number;

  private constructor(wire: Wire, before: number) {
    this.wire = wire;
    this.before = before;
  }

  /** A client on a connection that the server knows nothing of yet. @param before Requests sent ahead of the handshake. */
  static async connect(port: number, before = 0, options: WireOptions = {}): Promise<WsClient> {
    return new WsClient(await Wire.open(port, options), before);
  }

  /** Opens a WebSocket. */
  static async open(port: number, changes: Parameters<typeof handshake>[0] = {}): Promise<WsClient> {
    const client = await WsClient.connect(port);
    await client.send(handshake(changes));
    await client.opened();
    return client;
  }

  private get parts(): { answers: WireResponse[]; rest: Buffer } {
    const all = this.wire.received;
    const answers: WireResponse[] = [];
    let rest = all;
    while (answers.length <= this.before) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return { answers, rest: Buffer.alloc(0) };
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(rest.toString('latin1', 0, end))?.[1] ?? 0);
      const [one] = readResponses(rest.subarray(0, end + 4 + length), [], this.wire.ended !== 'open').responses;
      if (one === undefined) return { answers, rest: Buffer.alloc(0) };
      answers.push(one);
      rest = rest.subarray(end + 4 + length);
    }
    return { answers, rest };
  }

  /** Waits for all answers; the last one has to be a 101, and is returned. */
  async opened(): Promise<WireResponse> {
    await this.wire.until(() => this.parts.answers.length > this.before || this.wire.ended !== 'open', '101');
    const last = this.parts.answers.at(-1);
    if (last?.status !== 101) throw new Error(`answered ${this.parts.answers.map(({ status }) => status)}`);
    return last;
  }

  /** All answers of HTTP. */
  get answers(): WireResponse[] {
    return this.parts.answers;
  }

  /** Whole frames so far. */
  get frames(): Frame[] {
    return readFrames(this.parts.rest).frames;
  }

  get shown(): string[] {
    return this.frames.map(show);
  }

  send(...pieces: readonly (string | Buffer)[]): Promise<void> {
    return this.wire.send(...pieces);
  }

  /** Waits for so many frames, and shows all. */
  async take(count: number): Promise<string[]> {
    await this.wire.until(() => this.frames.length >= count || this.wire.ended !== 'open', `${count} frames`);
    return this.shown;
  }

  /** Waits for the end of the connection, and shows all frames; half of one is an error. */
  async untilEnd(): Promise<string[]> {
    await this.wire.until(() => this.wire.ended !== 'open', 'end of the connection');
    const { frames, rest } = readFrames(this.parts.rest);
    if (rest.length > 0) throw new Error(`left over behind the frames: ${rest.toString('hex', 0, 100)}`);
    return frames.map(show);
  }

  get ended(): WireEnd {
    return this.wire.ended;
  }

  close(): void {
    this.wire.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
