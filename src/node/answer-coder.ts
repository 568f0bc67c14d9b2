/**
 * Gives answers of the app the coding that their client likes best: short bodies at once, others while they are sent. What
 * may be compressed at a time is bounded; beyond it, answers are sent as they are.
 */
import type { FileAnswer, GivenAnswer, IoAnswer, PieceSource } from '../answer-types.ts';
import { AT_ONCE_BYTES } from '../static/coding.ts';
import { utf8Length } from '../websocket/text.ts';
import { AcceptEncoding } from './accept-encoding.ts';
import { isBodiless } from './answer.ts';
import { type CodedFields, CodedFieldsCache } from './coded-fields.ts';
import { CodedSource } from './coded-source.ts';
import type { Exchange } from './connection.ts';
import type { AnswerCompression } from './link.ts';
import { Turns } from './turns.ts';
import { type AnswerCoding, makerOf } from './zlib-codings.ts';

/** Compressors that are open at a time: each has up to a megabyte. */
const MOST_OPEN = 64;
/** Pieces that are compressed at a time: the threads of zlib have other work, too. */
const MOST_RUNNING = 2;
/** The largest piece of a body that is in memory as a whole. */
const PIECE_BYTES = 131_072;

const PARTIAL_CONTENT = 206;
const NOT_MODIFIED = 304;

/** What is to become of an answer. */
interface Form {
  readonly fields: CodedFields;
  /** Null: none, though others might get one. */
  readonly coding: AnswerCoding | null;
  readonly refusesPlain: boolean;
}

export class AnswerCoder {
  /** Reads what clients take. */
  readonly accepts: AcceptEncoding = new AcceptEncoding();
  readonly #fields = new CodedFieldsCache();
  readonly #turns = new Turns(MOST_RUNNING);
  #open = 0;

  /** Bodies that have a compressor, or are to get one. */
  get open(): number {
    return this.#open;
  }

  /** Pieces that are compressed, or wait for it. */
  get busy(): number {
    return this.#turns.busy;
  }

  /** The answer as its client gets it. Called in its turn. */
  apply(exchange: Exchange, settings: AnswerCompression, answer: IoAnswer): IoAnswer {
    const { body } = answer;
    if (answer.status === NOT_MODIFIED) return this.#unchanged(exchange, answer);
    const form = this.#form(exchange, settings, answer, sizeOf(answer, settings.thresholdBytes));
    if (form === null) return answer;
    const { coding, fields } = form;
    if (coding === null || isFile(body)) return withFields(answer, fields.plain);
    const asItIs = withFields(answer, fields.plain);
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes instanceof Uint8Array && bytes.length <= AT_ONCE_BYTES) {
      const made = makerOf(coding).atOnce(bytes);
      // What has become no shorter is sent as it is, unless it may not be.
      if (made.length >= bytes.length && !form.refusesPlain) return asItIs;
      return { ...answer, fields: codedLines(fields, coding), length: -1, body: made };
    }
    if (exchange.minorVersion === 0) return asItIs;
    if (exchange.isHead || bytes === null) {
      if (isSource(bytes)) bytes.close();
      return { ...answer, fields: codedLines(fields, coding), length: -1, body: null };
    }
    if (this.#open >= MOST_OPEN) return asItIs;
    const inner = isSource(bytes) ? bytes : new MemorySource(bytes);
    return { ...answer, fields: codedLines(fields, coding), body: this.#source(inner, coding) };
  }

  /**
   * An answer whose body is a stream, before its first piece is there.
   * @returns Its fields, and what its body becomes; null when it is sent as it is.
   */
  stream(
    exchange: Exchange,
    settings: AnswerCompression,
    answer: GivenAnswer,
  ): { readonly fields: string; readonly wrap: ((body: PieceSource) => PieceSource) | null } | null {
    const size = answer.length >= 0 ? answer.length : Number.POSITIVE_INFINITY;
    const form = this.#form(exchange, settings, answer, size);
    if (form === null) return null;
    const { coding, fields } = form;
    if (coding === null || exchange.minorVersion === 0 || this.#open >= MOST_OPEN) {
      return { fields: fields.plain, wrap: null };
    }
    return { fields: codedLines(fields, coding), wrap: (body) => this.#source(body, coding) };
  }

  /** What 200 would have said goes with 304, too (RFC 9110 section 15.4.5): that others may get another form, and the weak tag. */
  #unchanged({ accepted }: Exchange, answer: IoAnswer): IoAnswer {
    if (accepted === null || answer.asIs === true) return answer;
    const { isAllowed, isWorth, isUntyped, plain, coded } = this.#fields.of(answer.fields);
    if (!isAllowed || !(isWorth || isUntyped)) return answer;
    return withFields(answer, accepted.codings.length > 0 ? coded : plain);
  }

  /** Null: nothing is to be done or said. */
  #form(exchange: Exchange, settings: AnswerCompression, answer: GivenAnswer, size: number): Form | null {
    const { accepted } = exchange;
    if (accepted === null || answer.asIs === true) return null;
    const { codings, refusesPlain } = accepted;
    if (size < settings.thresholdBytes && (size < 1 || !refusesPlain || codings.length === 0)) return null;
    const { status } = answer;
    if (status === PARTIAL_CONTENT || isBodiless(status)) return null;
    const fields = this.#fields.of(answer.fields);
    if (!fields.isAllowed || !(fields.isWorth || refusesPlain)) return null;
    return { fields, coding: codings[0] ?? null, refusesPlain };
  }

  #source(inner: PieceSource, coding: AnswerCoding): CodedSource {
    this.#open++;
    const { open, flush } = makerOf(coding);
    return new CodedSource(inner, { open, flush, turns: this.#turns, freed: () => this.#open-- });
  }
}

/** The same answer with other fields. Written out, because this is quicker than to spread it. */
function withFields(answer: IoAnswer, fields: string): IoAnswer {
  const { status, ownDate, close, length, body, isAscii = false } = answer;
  return { status, fields, ownDate, close, length, body, isAscii };
}

/** One that is not open yet: it comes again when it is. */
function isFile(body: IoAnswer['body']): body is FileAnswer {
  return body !== null && typeof body === 'object' && 'path' in body;
}

function isSource(body: IoAnswer['body']): body is PieceSource {
  return body !== null && typeof body === 'object' && 'next' in body;
}

function codedLines({ coded }: CodedFields, coding: AnswerCoding): string {
  return `${coded}Content-Encoding: ${coding}\r\n`;
}

/**
 * Bytes of a body, or fewer where that is at least the threshold; of one that HEAD leaves out those it would have, and
 * Infinity where that is not known.
 */
function sizeOf({ body, length, isLeftOut, isAscii }: IoAnswer, thresholdBytes: number): number {
  if (typeof body === 'string') {
    const most = 3 * body.length;
    // Counting costs: it is left out for what is short or long in any case.
    return isAscii || body.length >= thresholdBytes || most < thresholdBytes ? body.length : utf8Length(body);
  }
  if (body === null) return length >= 0 ? length : isLeftOut ? Number.POSITIVE_INFINITY : -1;
  return 'path' in body ? -1 : 'next' in body ? body.size : body.length;
}

/** A body that is in memory as a whole. Its bytes are the app's. */
class MemorySource implements PieceSource {
  readonly size: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#bytes = body;
    this.size = body.length;
  }

  next(): Uint8Array {
    const piece = this.#bytes.subarray(this.#at, this.#at + PIECE_BYTES);
    this.#at += piece.length;
    return piece;
  }

  /** They go on to be the app's. */
  reuse(): void {}
  sent(): void {}
  close(): void {}
}
