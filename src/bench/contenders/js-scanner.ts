/**
 * What a program of thirty lines does: the whole piece becomes one string, and `indexOf` finds lines and colons in it. It
 * refuses nothing that is malformed, knows no chunks and joins no pieces: less work than any parser does, and so the
 * yardstick of what checking costs.
 */
import { latin1 } from '../../codec/text.ts';
import { type ContenderLoader, HTTP, Notes, notedRun, type ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { checksum, lowerNames } from '../seen.ts';

/** The scanner. */
export const loadJsScanner: ContenderLoader = async () => [
  {
    name: 'js-scanner',
    title: 'plain JavaScript: splits heads by indexOf, checks nothing, no chunks; flat list of fields',
    reads: HTTP,
    refuses: ({ forms }) => {
      if (forms.some(({ pieces }) => pieces.length !== 1)) return 'joins no pieces';
      return forms.some(({ pieces }) => /^transfer-encoding:/im.test(textOf(pieces[0])))
        ? 'knows no chunks'
        : undefined;
    },
    open,
  },
];

function textOf(bytes: Uint8Array = new Uint8Array(0)): string {
  return latin1(bytes, 0, bytes.length);
}

function open({ forms, kind }: ParserInput): ParserRun {
  const isRequest = kind === 'request';
  const notes = new Notes();
  let next = 0;
  // Kept until the next one, as a program keeps what it works on.
  let first = '';
  let second = '';
  let flat: string[] = [];
  let body: Uint8Array = new Uint8Array(0);
  function takeAll(piece: Uint8Array): void {
    const text = textOf(piece);
    for (let at = 0; at < text.length; at += body.length) at = takeOne(piece, text, at);
  }
  /** Returns where the body of the message that begins at `start` begins. */
  function takeOne(piece: Uint8Array, text: string, start: number): number {
    const lineEnd = text.indexOf('\r\n', start);
    if (lineEnd < 0) throw new Error('the start line has no end');
    // `GET /target HTTP/1.1`, or `HTTP/1.1 200 OK`.
    const space = text.indexOf(' ', start);
    const secondSpace = text.indexOf(' ', space + 1);
    first = isRequest ? text.slice(start, space) : text.slice(space + 1, secondSpace);
    second = isRequest ? text.slice(space + 1, secondSpace) : text.slice(secondSpace + 1, lineEnd);
    flat = [];
    let length = 0;
    let at = lineEnd + 2;
    for (let end = text.indexOf('\r\n', at); end !== at; end = text.indexOf('\r\n', at)) {
      const colon = text.indexOf(':', at);
      if (end < 0 || colon < 0) throw new Error('the head has no end');
      const name = text.slice(at, colon);
      const value = text.slice(colon + 1, end).trim();
      flat.push(name, value);
      if (name.length === 14 && name.toLowerCase() === 'content-length') length = Number(value);
      at = end + 2;
    }
    at += 2;
    body = piece.subarray(at, at + length);
    if (body.length !== length) throw new Error('the body has no end');
    notes.messages++;
    if (notes.seen !== null) describe();
    return at;
  }
  function describe(): void {
    const line = isRequest ? { method: first, target: second } : { status: Number(first), reason: second };
    notes.seen?.push({
      ...{ method: '', target: '', ...line },
      fields: lowerNames(flat),
      bodyBytes: body.length,
      bodySum: checksum(0, body),
    });
  }
  return notedRun(notes, (times) => {
    for (let turn = 0; turn < times; turn++) {
      const piece = forms[next]?.pieces[0];
      next = next + 1 < forms.length ? next + 1 : 0;
      if (piece !== undefined) takeAll(piece);
    }
  });
}
