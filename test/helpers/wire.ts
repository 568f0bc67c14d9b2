/** A raw TCP client that sends exactly the bytes it is given, in exactly the pieces it is given. */
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { PATIENCE_MS } from './patience.ts';
import { readResponses, type WireResponse } from './wire-response.ts';

/** How the peer ended: FIN, RST, or not yet. */
export type WireEnd = 'open' | 'fin' | 'reset';

/** Bytes of a latin1 string, so that `\x80` is one byte. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The pieces for a byte-by-byte send. */
export function bytewise(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** Lets the event loop poll its sockets once, so that what was written before is read on its own. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface WireOptions {
  readonly host?: string;
  /** Methods of the requests to come, in order; GET when absent. */
  readonly methods?: readonly string[];
  /** Speaks TLS, in this way. */
  readonly tls?: ConnectionOptions;
  /** How long any wait may last before the test fails with what has arrived. */
  readonly timeoutMs?: number;
}

/** One connection. */
export class Wire {
  readonly socket: Socket;
  /** How the peer ended, as far as seen. */
  ended: WireEnd = 'open';
  private readonly parts: Buffer[] = [];
  private readonly methods: readonly string[];
  private readonly timeoutMs: number;
  private notice: (() => void) | null = null;

  private constructor(socket: Socket, options: WireOptions) {
    this.socket = socket;
    this.methods = options.methods ?? [];
    this.timeoutMs = options.timeoutMs ?? PATIENCE_MS;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.parts.push(bytes);
      this.notice?.();
    });
    socket.on('end', () => this.over('fin'));
    // An error after the FIN (a write to a peer that is gone) tells nothing new.
    socket.on('error', () => this.over('reset'));
    socket.on('close', () => this.over('fin'));
  }

  static async open(port: number, options: WireOptions = {}): Promise<Wire> {
    const target = { port, host: options.host ?? '127.0.0.1', allowHalfOpen: true };
    const socket = options.tls === undefined ? connect(target) : connectTls({ ...target, ...options.tls });
    await new Promise<void>((resolve, reject) => {
      socket.once(options.tls === undefined ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    return new Wire(socket, options);
  }

  /** As {@link open}, for a server that another process is about to start. */
  static async openWhenReady(port: number, options: WireOptions = {}): Promise<Wire> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await Wire.open(port, options);
      } catch (error) {
        if (attempt === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }

  private over(how: WireEnd): void {
    if (this.ended === 'open') this.ended = how;
    this.notice?.();
  }

  /** Everything received so far. */
  get received(): Buffer {
    const all = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    if (all === undefined) return Buffer.alloc(0);
    this.parts.splice(0, this.parts.length, all);
    return all;
  }

  /** Writes each piece on its own; between two pieces the event loop turns. Stops when the peer has ended. */
  async send(...pieces: readonly (string | Buffer)[]): Promise<void> {
    await turn();
    for (const piece of pieces) {
      if (this.ended !== 'open' || !this.socket.writable) return;
      this.socket.write(typeof piece === 'string' ? latin1(piece) : piece);
      await turn();
    }
  }

  /** Sends FIN and goes on reading. */
  halfClose(): void {
    this.socket.end();
  }

  /** Waits until `enough` is true; fails with what has arrived when the time is over. */
  async until(enough: () => boolean, what: string): Promise<void> {
    if (enough()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.notice = null;
        const got = this.received.toString('latin1', 0, 2000);
        reject(new Error(`no ${what} within ${this.timeoutMs} ms; ${this.ended}; received ${JSON.stringify(got)}`));
      }, this.timeoutMs);
      this.notice = () => {
        if (!enough()) return;
        this.notice = null;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Answers so far. */
  responses(): WireResponse[] {
    return readResponses(this.received, this.methods, this.ended !== 'open').responses;
  }

  /** Waits for `count` complete answers, interim ones not counted, or for the end of the connection. */
  async answers(count: number): Promise<WireResponse[]> {
    const finals = (): WireResponse[] => this.responses().filter(({ status }) => status >= 200);
    await this.until(() => this.ended !== 'open' || finals().length >= count, `${count} answer(s)`);
    const { responses } = readResponses(this.received, this.methods, this.ended !== 'open');
    return responses;
  }

  /** Waits for the end of the connection and reads all answers; bytes that are no whole answer are an error. */
  async untilEnd(): Promise<WireResponse[]> {
    await this.until(() => this.ended !== 'open', 'end of the connection');
    const { responses, rest } = readResponses(this.received, this.methods, true);
    if (rest.length > 0)
      throw new Error(`left over behind the answers: ${JSON.stringify(rest.toString('latin1', 0, 500))}`);
    return responses;
  }

  close(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Sends the pieces on a connection of its own and reads until the server ends it. */
export async function untilEnd(
  port: number,
  pieces: readonly (string | Buffer)[],
  options: WireOptions = {},
): Promise<{ responses: WireResponse[]; end: WireEnd; raw: Buffer }> {
  const wire = await Wire.open(port, options);
  try {
    await wire.send(...pieces);
    const responses = await wire.untilEnd();
    return { responses, end: wire.ended, raw: wire.received };
  } finally {
    wire.close();
  }
}

/**
 * Waits until the server has acted on all that had reached it before, in whichever thread: it refuses a malformed line
 * on a connection of its own, in order of arrival and without its app.
 */
export async function caughtUp(port: number): Promise<void> {
  const { responses } = await untilEnd(port, ['MALFORMED\r\n\r\n']);
  if (responses[0]?.status !== 400) throw new Error(`a malformed line was answered ${responses[0]?.status}`);
}
