/**
 * What a message says, as contenders report it and as the inputs mean it: the form in which both are compared. Knows
 * neither parsers nor inputs.
 */

/** One message as a parser that makes strings saw it. */
export interface Seen {
  /** Of a request; empty for a response. Of a WebSocket message `text` or `binary`. */
  readonly method: string;
  /** Of a request; else empty. */
  readonly target: string;
  /** Of a response; absent or 0 for all else. */
  readonly status?: number;
  /** The reason phrase of a response; absent or empty for all else. */
  readonly reason?: string;
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
  /** Of targets and of reason phrases. */
  readonly targetBytes: number;
  readonly nameBytes: number;
  readonly valueBytes: number;
  readonly bodyBytes: number;
}

/** The sums over messages, for parsers that find places but make no strings. */
export function tallyOf(messages: readonly Seen[]): Tally {
  const sum = { messages: 0, fields: 0, targetBytes: 0, nameBytes: 0, valueBytes: 0, bodyBytes: 0 };
  for (const message of messages) {
    sum.messages++;
    sum.fields += message.fields.length / 2;
    sum.targetBytes += message.target.length + (message.reason ?? '').length;
    message.fields.forEach((word, at) => {
      if (at % 2 === 0) sum.nameBytes += word.length;
      else sum.valueBytes += word.length;
    });
    sum.bodyBytes += message.bodyBytes;
  }
  return sum;
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

/** A flat list with the values of a repeated name joined where it came first, as objects have them. */
export function joinedFields(flat: readonly string[]): string[] {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [name = '', value = ''] = flat.slice(at, at + 2);
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`);
  }
  return [...values].flat();
}
