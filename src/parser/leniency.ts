/**
 * What a parser may be told to forgive: a table of switches. Each is off by default, because two programs that read the same
 * bytes in two ways are how requests are smuggled past a proxy. Folded lines, white space before a colon, bare CR and control
 * bytes cannot be allowed at all.
 */
import { ALLOW } from '../wasm/constants.gen.ts';

/** Switches; each default is `false`. */
export interface Leniencies {
  /**
   * A line may end with LF alone.
   * Reason: captures saved by editors, and devices whose authors knew only LF (RFC 9112 section 2.2 lets a recipient).
   * Danger: whoever stands before you and wants CR LF sees one message where you see two.
   */
  readonly allowBareLf?: boolean;
  /**
   * Responses: a status line may end right behind the code.
   * Reason: many small servers leave out the space that stays when the reason is empty (RFC 9112 section 4).
   * Danger: little; the line ends in the same place for everybody who accepts it.
   */
  readonly allowMissingReason?: boolean;
  /**
   * `Transfer-Encoding` wins over `Content-Length`; `keepAlive` is then false.
   * Reason: what proxies and packet readers see of broken peers (RFC 9112 section 6.3, rule 3).
   * Danger: request smuggling, the classic one: use it only where nobody else reads the same connection.
   */
  readonly allowLengthAndChunked?: boolean;
  /**
   * `Content-Length` may stand several times, or as a list, when all values are equal.
   * Reason: careless gateways repeat it (RFC 9112 section 6.3, rule 5).
   * Danger: a peer that takes the first digits, or the whole list, as another number finds another end.
   */
  readonly allowRepeatedLength?: boolean;
  /**
   * Codings other than `chunked` are left on the body; a response whose last one is another lasts until the connection ends.
   * Reason: readers of other people's traffic, who decode gzip themselves (RFC 9112 section 6.3, rule 4).
   * Danger: `body` events are not the content; forwarded without its field, the body is another one.
   */
  readonly allowOtherCodings?: boolean;
  /**
   * Requests: a target may have bytes from 0x80, which `url` gives as the characters with their numbers.
   * Reason: scripts that send UTF-8 as it is, without percent-encoding.
   * Danger: caches and filters that decode such bytes otherwise see another path.
   */
  readonly allowTargetBytes?: boolean;
  /**
   * Requests: HTTP/1.1 may come without `Host`.
   * Reason: hand-written requests and health checks (RFC 9112 section 3.2 wants 400).
   * Danger: the site that is meant has to be guessed, and others guess otherwise.
   */
  readonly allowMissingHost?: boolean;
}

const FLAGS: Readonly<Record<keyof Leniencies, number>> = {
  allowBareLf: ALLOW.BARE_LF,
  allowMissingReason: ALLOW.MISSING_REASON,
  allowLengthAndChunked: ALLOW.LENGTH_AND_CHUNKED,
  allowRepeatedLength: ALLOW.REPEATED_LENGTH,
  allowOtherCodings: ALLOW.OTHER_CODINGS,
  allowTargetBytes: ALLOW.TARGET_BYTES,
  allowMissingHost: ALLOW.MISSING_HOST,
};

/** Names of the switches. */
export const LENIENCY_NAMES = Object.keys(FLAGS) as readonly (keyof Leniencies)[]; // Keys of an object literal of that type.

/** All of them: for heads that were accepted once. */
export const ALL_LENIENCIES: number = Object.values(FLAGS).reduce((sum, flag) => sum + flag, 0);

/** The sum of the flags of what is allowed. */
export function leniencyFlags(options: Leniencies): number {
  return LENIENCY_NAMES.reduce((sum, name) => (options[name] === true ? sum + FLAGS[name] : sum), 0);
}
