/**
 * Answers whose bodies are streams, and interim answers, of the connection host: finds what the app side speaks of, and
 * keeps event streams alive while the app computes.
 */
import type { GivenAnswer, IoAnswer, StreamAnswer } from '../answer-types.ts';
import { hintsHead } from './answer.ts';
import type { Connection, Exchange } from './connection.ts';
import { advance } from './deliver.ts';
import type { Host } from './host.ts';
import type { StreamsToIo } from './link.ts';
import { StreamSource } from './stream-source.ts';

export class StreamHost implements StreamsToIo {
  readonly #host: Host;
  /** Bodies that are not complete, by request. */
  readonly #open = new Map<number, StreamSource>();
  /** Those of event streams. */
  readonly #events = new Set<StreamSource>();
  readonly #onEnd = (request: number): void => {
    const source = this.#open.get(request);
    if (source === undefined) return;
    this.#open.delete(request);
    this.#events.delete(source);
  };

  constructor(host: Host) {
    this.#host = host;
  }

  /** Bodies that are not complete. */
  get openBodies(): number {
    return this.#open.size;
  }

  /** The answer with a body that can be sent. */
  begin(connection: Connection, exchange: Exchange, answer: GivenAnswer, { keepAliveMs }: StreamAnswer): IoAnswer {
    const { compress } = connection.server;
    const form = compress === null ? null : this.#host.coder.stream(exchange, compress, answer);
    const wrap = form?.wrap ?? null;
    const plan = {
      connection: connection.id,
      request: exchange.id,
      framing:
        wrap !== null ? 'none' : answer.length >= 0 ? 'length' : exchange.minorVersion === 0 ? 'close' : 'chunked',
      announced: answer.length,
      keepAliveMs,
    } as const;
    const source = new StreamSource(plan, this.#host.app.streams, this.#onEnd);
    this.#open.set(exchange.id, source);
    if (keepAliveMs > 0) this.#events.add(source);
    return {
      ...answer,
      fields: form?.fields ?? answer.fields,
      body: wrap === null ? source : wrap(source),
      asIs: true,
    };
  }

  piece(connection: number, request: number, bytes: Uint8Array): void {
    const source = this.#open.get(request);
    if (source === undefined) return;
    source.lastAt = this.#host.now();
    if (!source.put(bytes)) this.#blame(connection, source, 'more');
  }

  end(connection: number, request: number, trailers: string): void {
    const source = this.#open.get(request);
    if (source !== undefined && !source.end(trailers)) this.#blame(connection, source, 'fewer');
    // The last answer of a connection may have ended with it.
    this.#host.flush();
  }

  cut(connectionId: number, request: number, atOnce: boolean): void {
    const source = this.#open.get(request);
    if (source === undefined) return;
    source.cut(atOnce);
    const connection = this.#host.connections[connectionId];
    if (atOnce && connection?.pump?.source === source) connection.socket.destroy();
  }

  hints(connectionId: number, request: number, fields: string): void {
    const connection = this.#host.connections[connectionId];
    const exchange = connection?.find(request) ?? null;
    if (connection === undefined || exchange === null || exchange.answer !== null) return;
    if (exchange.minorVersion === 0) return;
    exchange.hints += hintsHead(fields);
    if (connection.oldest === exchange) advance(this.#host, connection);
    this.#host.flush();
  }

  /** Sends comments where nothing else was sent for long. */
  sweep(now: number): void {
    for (const source of this.#events) if (now - source.lastAt >= source.plan.keepAliveMs) source.comment(now);
  }

  /** Says who is to blame for a connection that is cut. */
  #blame(connection: number, { plan, payload }: StreamSource, what: 'more' | 'fewer'): void {
    const { server } = this.#host.connections[connection] ?? {};
    const count = what === 'more' ? `at least ${payload}` : `${payload}`;
    server?.log('ERROR', `Content-Length is ${plan.announced}, but the stream gave ${count} bytes`);
  }
}
