/**
 * The requests that parsers are compared on, made here and named by what they are, together with what each one means:
 * the truth that every contender has to find. Knows no parser. All text is ASCII, so a character is a byte.
 */
import { checksum, type Seen, type Tally } from './seen.ts';

/** One byte sequence, cut as a socket would deliver it, and its meaning. */
export interface Form {
  readonly pieces: readonly Uint8Array[];
  readonly messages: readonly Seen[];
  readonly bytes: number;
}

/** A kind of traffic: one form, or many that differ, taken in turn. */
export interface ParserInput {
  readonly name: string;
  readonly title: string;
  readonly forms: readonly Form[];
}

/** Empty bytes of the kind that sockets give here: a Buffer where there is such a class. */
const newBytes: (length: number) => Uint8Array =
  typeof globalThis.Buffer === 'function'
    ? (length) => globalThis.Buffer.alloc(length)
    : (length) => new Uint8Array(length);

type Field = readonly [name: string, value: string];

const CHROME_BYTES = 1395;
const BROWSER_BYTES = 703;
const VARIED_FORMS = 512;
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const ACCEPT_PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8';

/** All inputs, made afresh: each form in a buffer of its own. */
export function parserInputs(): readonly ParserInput[] {
  return [
    one('browser-get', 'a browser asks for a page: 703 bytes, 9 fields', [browserGet()]),
    one('minimal-get', 'the smallest request of HTTP/1.1: 27 bytes, 1 field', [minimalGet()]),
    one('chrome-get', 'Chrome asks for a page, always the same bytes: 1,395 bytes, 19 fields', [chromeGet()]),
    {
      name: 'chrome-get-varied',
      title: 'the same in 512 forms: target, referer and etag never repeat, 32 cookies take turns',
      forms: Array.from({ length: VARIED_FORMS }, (_, form) => formOf([variedGet(form)])),
    },
    one('long-header', 'one cookie of 8 KiB', [longHeader()]),
    one('pipeline-16', 'sixteen minimal requests in one piece', Array.from({ length: 16 }, minimalGet)),
    one('chunked-4k', 'POST of 1 MiB in chunks of 4 KiB, read by 64 KiB', [chunkedPost()], 65_536),
    one('pieces-64', 'chrome-get arriving in pieces of 64 bytes', [chromeGet()], 64),
  ];
}

/** The sums over messages, for parsers that find places but make no strings. */
export function tallyOf(messages: readonly Seen[]): Tally {
  const sum = { messages: 0, fields: 0, targetBytes: 0, nameBytes: 0, valueBytes: 0, bodyBytes: 0 };
  for (const message of messages) {
    sum.messages++;
    sum.fields += message.fields.length / 2;
    sum.targetBytes += message.target.length;
    message.fields.forEach((word, at) => {
      if (at % 2 === 0) sum.nameBytes += word.length;
      else sum.valueBytes += word.length;
    });
    sum.bodyBytes += message.bodyBytes;
  }
  return sum;
}

interface Draft {
  readonly bytes: Uint8Array;
  readonly seen: Seen;
}

function one(name: string, title: string, drafts: readonly Draft[], pieceBytes?: number): ParserInput {
  return { name, title, forms: [formOf(drafts, pieceBytes)] };
}

function formOf(drafts: readonly Draft[], pieceBytes = Number.POSITIVE_INFINITY): Form {
  const whole = joined(drafts.map((draft) => draft.bytes));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += pieceBytes) {
    // A buffer of its own for each piece, as a socket gives them.
    const part = whole.subarray(at, at + pieceBytes);
    const piece = newBytes(part.length);
    piece.set(part);
    pieces.push(piece);
  }
  return { pieces, messages: drafts.map((draft) => draft.seen), bytes: whole.length };
}

function draft(
  method: string,
  target: string,
  fields: readonly Field[],
  body?: { sent: Uint8Array; meant: Uint8Array },
): Draft {
  const head = `${method} ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const bytes = joined([ascii(head), body?.sent ?? new Uint8Array(0)]);
  const meant = body?.meant ?? new Uint8Array(0);
  return {
    bytes,
    seen: {
      method,
      target,
      fields: fields.flatMap(([name, value]) => [name.toLowerCase(), value]),
      bodyBytes: meant.length,
      bodySum: checksum(0, meant),
    },
  };
}

/** Lengthens the cookie until the request has exactly `size` bytes, so that sizes stay what the tables say. */
function sized(target: string, fields: readonly Field[], size: number): Draft {
  const lacking = size - draft('GET', target, fields).bytes.length;
  if (lacking < 0) throw new RangeError(`the request for ${target} is ${-lacking} bytes too long`);
  const filled = fields.map(
    ([name, value]): Field => [name, name === 'Cookie' ? value + letters(target.length, lacking) : value],
  );
  return draft('GET', target, filled);
}

function minimalGet(): Draft {
  return draft('GET', '/', [['Host', 'a']]);
}

function browserGet(): Draft {
  return sized(
    '/articles/2024/06/reading-a-socket?page=2&order=newest',
    [
      ['Host', 'www.example.com'],
      ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'],
      ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'],
      ['Accept-Language', 'en-GB,en;q=0.7,de;q=0.3'],
      ['Accept-Encoding', 'gzip, deflate, br'],
      ['Referer', 'https://www.example.com/articles/2024/06/'],
      ['Connection', 'keep-alive'],
      ['If-Modified-Since', 'Tue, 11 Jun 2024 09:30:00 GMT'],
      ['Cookie', 'session='],
    ],
    BROWSER_BYTES,
  );
}

function chromeFields(referer: string, cookie: string, etag: string): readonly Field[] {
  return [
    ['Host', 'shop.example.com'],
    ['Connection', 'keep-alive'],
    ['Cache-Control', 'max-age=0'],
    ['sec-ch-ua', '"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'],
    ['sec-ch-ua-mobile', '?0'],
    ['sec-ch-ua-platform', '"Linux"'],
    ['Upgrade-Insecure-Requests', '1'],
    ['User-Agent', USER_AGENT],
    ['Accept', ACCEPT_PAGE],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Mode', 'navigate'],
    ['Sec-Fetch-User', '?1'],
    ['Sec-Fetch-Dest', 'document'],
    ['Referer', referer],
    ['Accept-Encoding', 'gzip, deflate, br, zstd'],
    ['Accept-Language', 'en-US,en;q=0.9,de;q=0.8'],
    ['Cookie', cookie],
    ['If-None-Match', etag],
    ['If-Modified-Since', 'Tue, 11 Jun 2024 09:30:00 GMT'],
  ];
}

function chromeGet(): Draft {
  const referer = 'https://shop.example.com/category/lamps?sort=price&page=3';
  const fields = chromeFields(referer, `sid=${letters(1, 32)}; theme=dark; visits=`, '"5f3c9a10b7e2"');
  return sized('/product/8841/desk-lamp?ref=category&position=7', fields, CHROME_BYTES);
}

function variedGet(form: number): Draft {
  const target = `/product/${1000 + form}/${letters(form, 9)}?ref=${letters(form + 7000, 8)}&position=${100 + (form % 40)}`;
  const referer = `https://shop.example.com/category/${letters(form + 9000, 7)}?sort=price&page=${10 + form}`;
  const cookie = `sid=${letters((form % 32) + 500, 32)}; theme=dark; visits=${letters((form % 32) + 900, 420)}`;
  return draft('GET', target, chromeFields(referer, cookie, `"${letters(form + 3000, 12)}"`));
}

function longHeader(): Draft {
  return draft('GET', '/', [
    ['Host', 'www.example.com'],
    ['Cookie', `data=${letters(8, 8187)}`],
  ]);
}

function chunkedPost(): Draft {
  const meant = ascii(letters(64, 1_048_576));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < meant.length; at += 4096) {
    parts.push(ascii('1000\r\n'), meant.subarray(at, at + 4096), ascii('\r\n'));
  }
  parts.push(ascii('0\r\n\r\n'));
  const fields: readonly Field[] = [
    ['Host', 'upload.example.com'],
    ['Content-Type', 'application/octet-stream'],
    ['Transfer-Encoding', 'chunked'],
  ];
  return draft('POST', '/upload', fields, { sent: joined(parts), meant });
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `length` letters and digits that look random and depend on `seed` alone (a 32-bit linear congruence). */
function letters(seed: number, length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
  let state = (Math.imul(seed + 1, 2_654_435_761) ^ 0x9e3779b9) >>> 0;
  let text = '';
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += alphabet[state >>> 26];
  }
  return text;
}
