/** From an address to a connection behind its handshake: connects, asks, and checks the answer. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HttpParser, type HttpResponse } from '../parser/index.ts';
import {
  type ClientAgreement,
  type ClientHandshake,
  checkAnswer,
  clientHandshake,
} from '../websocket/client-handshake.ts';
import { WebsocketsError } from './errors.ts';
import type { ClientOptions } from './types.ts';

const LONGEST_TIMER_MS = 0x7fffffff;
const NOTHING = new Uint8Array(0);
/** Fields that the handshake has already. */
const OURS = /^(?:host|upgrade|connection|sec-websocket-.*)$/i;

/** A connection that is a WebSocket now. Its socket is paused. */
export interface Dialled {
  readonly socket: Socket;
  readonly agreement: ClientAgreement;
  /** What came behind the answer. */
  readonly rest: Uint8Array;
}

/**
 * Opens a WebSocket.
 * @throws TypeError, HttpuvError `HV_BAD_OPTION` for what cannot be asked for; WebsocketsError `ERR_CONNECT`, `ERR_TIMEOUT`,
 *   `ERR_HANDSHAKE`; the reason of the signal.
 */
export async function dial(url: string | URL, options: ClientOptions): Promise<Dialled> {
  const { signal, handshakeTimeoutMs = 10_000 } = options;
  const address = addressOf(url, options.port);
  const handshake = clientHandshake({ ...wishes(options), host: address.field, target: address.target });
  signal?.throwIfAborted();
  const socket = address.isSecure
    ? connectTls({
        ...(isIP(address.host) === 0 && { servername: address.host }),
        ...options.tls,
        host: address.host,
        port: address.port,
      })
    : connect({ host: address.host, port: address.port });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      // What a broken connection still has to say is heard by nobody, or by whoever takes it over.
      socket.on('error', () => {});
      socket.off('error', broken).off('close', lost).off('data', read);
    };
    const fail = (error: unknown): void => {
      end();
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    if (handshakeTimeoutMs > 0) {
      const sentence = `Connection timeout: no WebSocket within ${handshakeTimeoutMs} ms`;
      timer = setTimeout(
        () => fail(new WebsocketsError('ERR_TIMEOUT', sentence)),
        Math.min(handshakeTimeoutMs, LONGEST_TIMER_MS),
      );
    }
    const reader = new AnswerReader(handshake);
    const broken = (cause: Error): void => {
      fail(new WebsocketsError('ERR_CONNECT', `Connection error: ${sentenceOf(cause)}`, { cause }));
    };
    const lost = (): void => fail(refused('the server closed the connection without an answer'));
    const read = (bytes: Buffer): void => {
      try {
        const opened = reader.read(bytes);
        if (opened === null) return;
        end();
        socket.pause();
        resolve({ socket, ...opened });
      } catch (error) {
        fail(error);
      }
    };
    socket.on('error', broken).on('close', lost).on('data', read);
    socket.once(address.isSecure ? 'secureConnect' : 'connect', () => socket.write(handshake.head));
  });
}

/** What went wrong. Where a name has several addresses, each has its own error, and the whole has no words. */
function sentenceOf(error: Error): string {
  const errors: readonly Error[] = error instanceof AggregateError ? error.errors : [error];
  return errors.map(({ message }) => message).join('; ');
}

/** Reads the server's answer. */
class AnswerReader {
  readonly #handshake: ClientHandshake;
  readonly #parser = new HttpParser({ kind: 'response' });

  constructor(handshake: ClientHandshake) {
    this.#handshake = handshake;
    this.#parser.expect('GET');
  }

  /** Gives what was agreed on, or null while that is not known. @throws WebsocketsError `ERR_HANDSHAKE`. */
  read(bytes: Uint8Array): { agreement: ClientAgreement; rest: Uint8Array } | null {
    let agreement: ClientAgreement | null = null;
    for (const event of this.#parser.feed(bytes)) {
      if (event.type === 'error') throw refused(event.error.message, event.error);
      if (event.type === 'response') agreement = this.#check(event);
      if (event.type === 'upgrade' && agreement !== null) {
        return { agreement, rest: event.rest.length === 0 ? NOTHING : Uint8Array.from(event.rest) };
      }
    }
    if (agreement !== null) throw refused('the answer does not end HTTP');
    return null;
  }

  #check(response: HttpResponse): ClientAgreement | null {
    const { status, rawHeaders } = response;
    // Interim answers announce nothing.
    if (status < 200 && status !== 101) return null;
    try {
      return checkAnswer(this.#handshake, status, rawHeaders);
    } catch (cause) {
      const sentence = cause instanceof Error ? cause.message : String(cause);
      throw refused(sentence, cause, status, { ...response.headers });
    }
  }
}

function refused(
  sentence: string,
  cause?: unknown,
  status?: number,
  headers?: Readonly<Record<string, string>>,
): WebsocketsError {
  return new WebsocketsError('ERR_HANDSHAKE', `Connection error: ${sentence}`, {
    cause,
    ...(status !== undefined && { status }),
    ...(headers !== undefined && { headers }),
  });
}

interface Address {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** As the Host field has it. */
  readonly field: string;
  readonly target: string;
}

function addressOf(given: string | URL, port: number | undefined): Address {
  const url = new URL(given);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:')
    throw new TypeError(`a WebSocket's address begins with ws: or wss:`);
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) {
    throw new RangeError(`port is a whole number from 1 to 65535, not ${String(port)}`);
  }
  const isSecure = url.protocol === 'wss:';
  if (port !== undefined) url.port = String(port);
  return {
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    field: url.host,
    target: url.pathname + url.search,
  };
}

/** What is asked for beside the address. */
function wishes({ version = 13, subprotocol = null, origin, headers = {} }: ClientOptions): {
  version: 8 | 13;
  protocols: readonly string[];
  origin?: string;
  headers: Readonly<Record<string, string>>;
} {
  if (version !== 13 && version !== 8) throw new RangeError('version is 13 or 8');
  const ours = Object.keys(headers).find((name) => OURS.test(name));
  if (ours !== undefined) throw new TypeError(`the field ${ours} of the handshake is made by the client`);
  const protocols = subprotocol === null ? [] : [subprotocol].flat();
  return { version, protocols, headers, ...(origin !== undefined && { origin }) };
}
