/**
 * What a request says, as contenders report it and as the inputs mean it: the form in which both are compared. Knows
 * neither parsers nor inputs.
 */

/** One message as a parser that makes strings saw it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value, …, names in lower case, in the order of arrival. */
  readonly fields: readonly string[];
  readonly bodyBytes: number;
  /** {@link checksum} over the body. */
  readonly bodySum: number;
}

/** Sums over the messages of one form, for parsers that only find where things are. */
export interface Tally {
  readonly messages: number;
  readonly fields: number;
  readonly targetBytes: number;
  readonly nameBytes: number;
  readonly valueBytes: number;
  readonly bodyBytes: number;
}

/** Adds bytes to a running 32-bit sum that changes when bytes are lost, doubled or swapped. */
export function checksum(sum: number, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) sum = (Math.imul(sum, 31) + (bytes[at] ?? 0)) | 0;
  return sum;
}

/** A header object as a flat list with lower-case names. */
export function flatFields(headers: Readonly<Record<string, string | undefined>>): string[] {
  const flat: string[] = [];
  for (const name of Object.keys(headers)) flat.push(name, headers[name] ?? '');
  return flat;
}

/** A flat list as received, with its names in lower case. */
export function lowerNames(flat: readonly string[]): string[] {
  return flat.map((word, at) => (at % 2 === 0 ? word.toLowerCase() : word));
}
