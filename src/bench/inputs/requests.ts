/** The requests that parsers are compared on, named by what they are. All text is ASCII, so a character is a byte. */
import {
  chunked,
  type Draft,
  type DraftBody,
  draft,
  type Field,
  formOf,
  latin1Bytes,
  lazyInput,
  letters,
  type ParserInput,
  READ_BYTES,
} from './form.ts';

const CHROME_BYTES = 1395;
const BROWSER_BYTES = 703;
const VARIED_FORMS = 512;
const POST_FORMS = 64;
const COOKIE_FORMS = 16;
const COOKIES = 40;
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const ACCEPT_PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8';

/** All of them, made afresh. */
export function requestInputs(): readonly ParserInput[] {
  return [
    browserGetInput(),
    many(
      'browser-get-varied',
      'chrome-get in 512 forms: target, referer and etag never repeat, 32 cookies take turns',
      {
        forms: VARIED_FORMS,
        make: variedGet,
      },
    ),
    one('minimal-get', 'the smallest request of HTTP/1.1: 27 bytes, 1 field', () => [minimalGet()]),
    one('chrome-get', 'Chrome asks for a page, always the same bytes: 1,395 bytes, 19 fields', () => [chromeGet()]),
    many('api-post-small', 'a program posts some 100 bytes of JSON, in 64 forms', { forms: POST_FORMS, make: apiPost }),
    many('many-cookies', 'a page with 40 cookies in 2 KiB, in 16 forms', { forms: COOKIE_FORMS, make: manyCookies }),
    one('long-header', 'one cookie of 8 KiB', () => [longHeader()]),
    one('pipeline-16', 'sixteen minimal requests in one piece', () => Array.from({ length: 16 }, minimalGet)),
    one('chunked-4k', 'POST of 1 MiB in chunks of 4 KiB, read by 64 KiB', () => [chunkedPost()], READ_BYTES),
    one('pieces-64', 'chrome-get arriving in pieces of 64 bytes', () => [chromeGet()], 64),
  ];
}

/** The request that a cold parser is tried on. */
export function browserGetInput(): ParserInput {
  return one('browser-get', 'a browser asks for a page: 703 bytes, 9 fields', () => [browserGet()]);
}

function one(name: string, title: string, drafts: () => readonly Draft[], pieceBytes?: number): ParserInput {
  return lazyInput(name, title, 'request', () => [formOf(drafts(), pieceBytes)]);
}

function many(
  name: string,
  title: string,
  { forms, make }: { readonly forms: number; readonly make: (form: number) => Draft },
): ParserInput {
  return lazyInput(name, title, 'request', () => Array.from({ length: forms }, (_, form) => formOf([make(form)])));
}

function request(method: string, target: string, fields: readonly Field[], body?: DraftBody): Draft {
  return draft(`${method} ${target} HTTP/1.1`, { method, target }, fields, body);
}

/** Lengthens the cookie until the request has exactly `size` bytes, so that sizes stay what the tables say. */
function sized(target: string, fields: readonly Field[], size: number): Draft {
  const lacking = size - request('GET', target, fields).bytes.length;
  if (lacking < 0) throw new RangeError(`the request for ${target} is ${-lacking} bytes too long`);
  const filled = fields.map(
    ([name, value]): Field => [name, name === 'Cookie' ? value + letters(target.length, lacking) : value],
  );
  return request('GET', target, filled);
}

function minimalGet(): Draft {
  return request('GET', '/', [['Host', 'a']]);
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
  return request('GET', target, chromeFields(referer, cookie, `"${letters(form + 3000, 12)}"`));
}

/** As a service calls another one: few fields, a token, a small body right behind the head. */
function apiPost(form: number): Draft {
  const item = { sku: letters(form + 100, 8), quantity: 1 + (form % 9), note: letters(form + 200, 8 + (form % 23)) };
  const meant = latin1Bytes(JSON.stringify({ order: 70_000 + 13 * form, express: form % 3 === 0, items: [item] }));
  const fields: readonly Field[] = [
    ['Host', 'api.example.com'],
    ['User-Agent', 'order-service/4.2'],
    ['Accept', 'application/json'],
    ['Authorization', `Bearer ${letters((form % 8) + 300, 86)}`],
    ['X-Request-Id', letters(form + 400, 22)],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(meant.length)],
  ];
  return request('POST', `/v2/customers/${4000 + form}/orders`, fields, { sent: meant, meant });
}

/** As browsers send them: one field, names and values of many lengths. */
function manyCookies(form: number): Draft {
  const cookie = (at: number) =>
    `${letters(at + 600, 2 + ((at * 7) % 18))}=${letters(at < 30 ? at + 700 : form * COOKIES + at, 6 + ((at * 13) % 64))}`;
  const fields: readonly Field[] = [
    ['Host', 'news.example.com'],
    ['User-Agent', USER_AGENT],
    ['Accept', ACCEPT_PAGE],
    ['Accept-Language', 'en-US,en;q=0.9'],
    ['Accept-Encoding', 'gzip, deflate, br, zstd'],
    ['Cookie', Array.from({ length: COOKIES }, (_, at) => cookie(at)).join('; ')],
  ];
  return request('GET', `/section/${letters(form + 800, 6)}?from=start`, fields);
}

function longHeader(): Draft {
  return request('GET', '/', [
    ['Host', 'www.example.com'],
    ['Cookie', `data=${letters(8, 8187)}`],
  ]);
}

function chunkedPost(): Draft {
  const fields: readonly Field[] = [
    ['Host', 'upload.example.com'],
    ['Content-Type', 'application/octet-stream'],
    ['Transfer-Encoding', 'chunked'],
  ];
  return request(
    'POST',
    '/upload',
    fields,
    chunked(latin1Bytes(letters(64, 1_048_576)), () => 4096),
  );
}
