/** The responses that parsers are compared on: what a client or a proxy reads. All text is ASCII. */
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

const JSON_FORMS = 32;
const LARGE_BYTES = 1_048_576;

/** All of them, made afresh. */
export function responseInputs(): readonly ParserInput[] {
  return [
    jsonResponseInput(),
    lazyInput('response-chunked-large', '1 MiB of a page in chunks of 1 to 16 KiB, read by 64 KiB', 'response', () => [
      formOf([chunkedResponse()], READ_BYTES),
    ]),
  ];
}

/** The response that a cold parser is tried on. */
export function jsonResponseInput(): ParserInput {
  const title = 'a service answers with some 900 bytes of JSON, in 32 forms';
  return lazyInput('response-json', title, 'response', () =>
    Array.from({ length: JSON_FORMS }, (_, form) => formOf([jsonResponse(form)])),
  );
}

function response(status: number, reason: string, fields: readonly Field[], body: DraftBody): Draft {
  return draft(`HTTP/1.1 ${status} ${reason}`, { status, reason }, fields, body);
}

function jsonResponse(form: number): Draft {
  const rows = Array.from({ length: 5 + (form % 3) }, (_, at) => ({
    id: 9000 + 16 * form + at,
    title: letters(form * 8 + at, 24 + ((form + at) % 20)),
    tags: [letters(at, 5), letters(at + 40, 7)],
    price: (1999 + 17 * at) / 100,
    inStock: (form + at) % 4 !== 0,
  }));
  const meant = latin1Bytes(JSON.stringify({ page: form, rows }));
  const isNew = form % 8 === 7;
  const fields: readonly Field[] = [
    ['Date', `Tue, 11 Jun 2024 09:${10 + (form % 50)}:0${form % 10} GMT`],
    ['Content-Type', 'application/json; charset=utf-8'],
    ['Content-Length', String(meant.length)],
    ['Connection', 'keep-alive'],
    ['Vary', 'Origin, Accept-Encoding'],
    ['Cache-Control', 'private, max-age=0, must-revalidate'],
    ['ETag', `W/"${letters(form + 900, 27)}"`],
    ['Strict-Transport-Security', 'max-age=15552000; includeSubDomains'],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Request-Id', letters(form + 1000, 22)],
  ];
  return response(isNew ? 201 : 200, isNew ? 'Created' : 'OK', fields, { sent: meant, meant });
}

/** As a page comes that is written while it is sent: chunks of whatever was ready. */
function chunkedResponse(): Draft {
  const row = (at: number) => `<tr><td>${10_000 + at}</td><td>${letters(at % 256, 40)}</td></tr>\n`;
  let page = '<!doctype html><table>\n';
  for (let at = 0; page.length < LARGE_BYTES; at++) page += row(at);
  const fields: readonly Field[] = [
    ['Date', 'Tue, 11 Jun 2024 09:30:00 GMT'],
    ['Server', 'example/1.0'],
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'keep-alive'],
    ['Vary', 'Accept-Encoding'],
  ];
  const body = chunked(latin1Bytes(page.slice(0, LARGE_BYTES)), (chunk) => 1024 + ((chunk * 7919) % 15_361));
  return response(200, 'OK', fields, body);
}
