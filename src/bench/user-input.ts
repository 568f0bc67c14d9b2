/**
 * Somebody's own bytes as an input. Nobody has told what they mean, so the parsers are asked: each one has a voice, and
 * what most of them find is held to be right. Knows no particular parser but our own, which decides a draw.
 */
import { isTally } from './agree.ts';
import { isMissing, type ParserContender, refusal } from './contender.ts';
import { cut } from './inputs/form.ts';
import type { ParserInput } from './inputs.ts';
import type { Contenders } from './kept-parsers.ts';
import { joinedFields, type Seen } from './seen.ts';
import { BenchUsageError } from './usage.ts';

/** The parser whose word counts when as many say this as that. */
const OWN_PARSER = 'httpuv';

/** One meaning, and whose it is. */
interface Opinion {
  messages: readonly Seen[];
  readonly parsers: Set<string>;
}

/**
 * The input that is one or more whole requests, or responses, in a row; it arrives as reads of 64 KiB.
 *
 * @throws BenchUsageError when no contender can read it, or most cannot, with what they say.
 */
export function userInput(name: string, bytes: Uint8Array, contenders: Contenders): ParserInput {
  if (bytes.length === 0) throw new BenchUsageError(`--input: ${name} is empty`);
  const kind = String.fromCharCode(...bytes.subarray(0, 5)) === 'HTTP/' ? 'response' : 'request';
  const form = { pieces: cut(bytes), messages: [], bytes: bytes.length };
  const trial: ParserInput = { name, title: '', kind, forms: [form] };
  const opinions = new Map<string, Opinion>();
  /** The first of each parser. */
  const complaints = new Map<string, string>();
  for (const contender of contenders) {
    if (isMissing(contender)) continue;
    const { name: contenderName, parser = contenderName } = contender;
    const found = meaningOf(contender, trial);
    if (typeof found !== 'string' && found !== undefined) note(opinions, parser, found);
    else if (found !== undefined && !complaints.has(parser)) complaints.set(parser, `${contenderName}: ${found}`);
  }
  const [best] = [...opinions.values()].sort((one, other) => votes(other.parsers) - votes(one.parsers));
  // Who refuses has a voice, too: a parser that checks nothing does not outvote those that do.
  if (best === undefined || votes(complaints) > votes(best.parsers)) {
    const who = best === undefined ? 'no contender can' : 'most contenders cannot';
    const all = [...complaints.values()].join('; ');
    throw new BenchUsageError(`--input: ${who} read ${name} as whole ${kind}s in a row: ${all}`);
  }
  const { messages } = best;
  const title = `${bytes.length.toLocaleString('en-US')} bytes of your own: ${messages.length.toLocaleString('en-US')} ${kind}${messages.length === 1 ? '' : 's'}`;
  return { ...trial, title, forms: [{ ...form, messages }] };
}

/** What a contender finds, twice the same; a sentence when it finds nothing that counts; undefined when it does not take it, or makes no strings. */
function meaningOf(contender: ParserContender, input: ParserInput): readonly Seen[] | string | undefined {
  try {
    if (refusal(contender, input) !== undefined) return undefined;
    const run = contender.open(input);
    const first = run.look();
    if (isTally(first)) return undefined;
    if (first.length === 0) return 'no whole message';
    const second = run.look();
    run.close?.();
    return !isTally(second) && keyOf(first) === keyOf(second) ? first : 'it ends within a message';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function note(opinions: Map<string, Opinion>, parser: string, messages: readonly Seen[]): void {
  const key = keyOf(messages);
  const opinion = opinions.get(key) ?? { messages, parsers: new Set() };
  opinion.parsers.add(parser);
  // A list says more than an object, which has joined what was repeated.
  if (words(messages) > words(opinion.messages)) opinion.messages = messages;
  opinions.set(key, opinion);
}

/** One for each parser; ours decides a draw. */
function votes(parsers: ReadonlySet<string> | ReadonlyMap<string, string>): number {
  return parsers.size + (parsers.has(OWN_PARSER) ? 0.5 : 0);
}

/** The same for all that mean the same. */
function keyOf(messages: readonly Seen[]): string {
  return JSON.stringify(
    messages.map(({ method, target, status = 0, reason = '', fields, bodyBytes, bodySum }) => [
      ...[method, target, status, reason, bodyBytes, bodySum],
      ...joinedFields(fields),
    ]),
  );
}

function words(messages: readonly Seen[]): number {
  return messages.reduce((sum, { fields }) => sum + fields.length, 0);
}
