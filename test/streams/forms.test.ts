/** Forms: what comes out of them, where their files lie, and what is said of those that are none. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AppRequest, FormLimits, ServerOptions } from '../../src/index.ts';
import { spoolFileBytes } from '../../src/node/spool.ts';
import { eventually } from '../helpers/eventually.ts';
import { testServer } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const MODES = ['buffer', 'stream'] as const;

/** What is in a form, as text. */
async function shown(form: FormData): Promise<unknown[]> {
  const entries: unknown[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') entries.push([name, value]);
    else entries.push([name, value.name, value.type, value.size, await value.text()]);
  }
  return entries;
}

/** Sends a form, and gives the status and what the app saw: the form, or the code of the error. */
async function sent(
  body: BodyInit,
  options: ServerOptions = {},
  limits?: FormLimits,
  type?: string,
): Promise<[number, unknown, string]> {
  const logged: string[] = [];
  const logger = (level: string, message: string): void => void logged.push(`${level} ${message}`);
  const server = await testServer(
    { call: async (req) => ({ status: 200, body: JSON.stringify(await shown(await req.formData(limits))) }) },
    { logger, ...options },
  );
  const headers = type === undefined ? {} : { 'Content-Type': type };
  const answer = await fetch(server.url, { method: 'POST', body, headers });
  const text = await answer.text();
  return [answer.status, answer.status === 200 ? JSON.parse(text) : text, logged.join()];
}

const multipart = (...parts: string[]): string => parts.map((part) => `--x\r\n${part}\r\n`).join('');
const X = 'multipart/form-data; boundary=x';

describe.each(MODES)('with bodyMode %s', (bodyMode) => {
  it.each([
    ['in memory', 1_000_000],
    ['in a temporary file', 1_000],
  ])('fields and files come in their order, the files %s', async (_, spoolBytes) => {
    const form = new FormData();
    form.append('a', '1');
    form.append('file', new File(['some text, ü'], 'ä b.txt', { type: 'text/plain' }));
    form.append('a', 'zwei, ü');
    form.append('big', new File(['0123456789'.repeat(50_000)], 'dir/big.bin'));
    form.append('empty', new File([], ''));
    form.append('__proto__', 'p');
    const [status, seen] = await sent(form, { bodyMode, spoolBytes });
    expect(status).toBe(200);
    expect(seen).toEqual([
      ['a', '1'],
      ['file', 'ä b.txt', 'text/plain', 13, 'some text, ü'],
      ['a', 'zwei, ü'],
      ['big', 'big.bin', 'application/octet-stream', 500_000, '0123456789'.repeat(50_000)],
      ['empty', '', 'application/octet-stream', 0, ''],
      ['__proto__', 'p'],
    ]);
  });

  it('the other kind of form is read, too', async () => {
    const form = new URLSearchParams([
      ['a', '1 + ü'],
      ['b', ''],
      ['a', '&='],
    ]);
    expect((await sent(form, { bodyMode })).slice(0, 2)).toEqual([200, [...form]]);
  });

  it.each([
    ['no form', 'abc', 'text/plain', 415],
    ['no boundary', 'abc', 'multipart/form-data', 400],
    ['no part', '', X, 400],
    ['a part that does not end', multipart('Content-Disposition: form-data; name="a"\r\n\r\nabc'), X, 400],
    [
      'a file that does not end',
      multipart('Content-Disposition: form-data; name="a"; filename="f"\r\n\r\nabc'),
      X,
      400,
    ],
    ['a part without a name', `${multipart('Content-Disposition: form-data\r\n\r\nabc')}--x--`, X, 400],
  ])('what is none is refused, and nobody has to be woken for it: %s', async (_, body, type, status) => {
    const [got, text, logged] = await sent(body, { bodyMode }, undefined, type);
    expect([got, text]).toEqual([status, expect.stringMatching(`^${status} `)]);
    expect(logged).toMatch(/^INFO call failed for POST \/: /);
  });

  it.each<[FormLimits, number]>([
    [{ maxParts: 3 }, 200],
    [{ maxParts: 2 }, 413],
    [{ maxFieldBytes: 26 }, 200],
    [{ maxFieldBytes: 25 }, 413],
    [{ maxFileBytes: 2_000 }, 200],
    [{ maxFileBytes: 1_999 }, 413],
    [{ maxParts: 0, maxFieldBytes: 0, maxFileBytes: Number.POSITIVE_INFINITY }, 200],
  ])('%j lets a form pass, or not: %i', async (limits, status) => {
    const form = new FormData();
    // Names and values, and the name of the file: 26 bytes.
    form.append('name', 'value of ü');
    form.append('n', 'v');
    form.append('file', new File(['x'.repeat(2_000)], 'f.txt'));
    expect((await sent(form, { bodyMode, spoolBytes: 100 }, limits))[0]).toBe(status);
  });
});

it('a form of the other kind has limits, too', async () => {
  const form = new URLSearchParams({ a: '1', b: '2' });
  expect((await sent(form, {}, { maxParts: 1 }))[0]).toBe(413);
  expect((await sent(form, {}, { maxFieldBytes: 7 }))[0]).toBe(200);
  expect((await sent(form, {}, { maxFieldBytes: 6 }))[0]).toBe(413);
});

it('limits are checked', async () => {
  const [status, , logged] = await sent(new FormData(), {}, { maxPart: 1 } as FormLimits);
  expect([status, logged]).toEqual([500, expect.stringContaining('did you mean maxParts?')]);
  expect((await sent(new FormData(), {}, { maxParts: -1 }))[0]).toBe(500);
});

it('files that find no room are refused', async () => {
  const form = new FormData();
  form.append('file', new File(['x'.repeat(5_000)], 'f'));
  const options = { bodyMode: 'stream', spoolBytes: 100, maxSpoolBytes: 4_000 } as const;
  expect((await sent(form, options))[0]).toBe(503);
  expect(spoolFileBytes()).toBe(0);
});

describe('files in a temporary file', () => {
  const form = (): FormData => {
    const made = new FormData();
    made.append('one', new File(['abcdefghij'.repeat(20_000)], 'one'));
    made.append('two', new File(['0123456789'], 'two', { type: 'text/x' }));
    return made;
  };

  it('are files, read in every way, until the answer is handed over', async () => {
    const kept: File[] = [];
    const server = await testServer(
      {
        async call(req) {
          const data = await req.formData();
          expect(await req.formData()).toBe(data);
          const [one, two] = [data.get('one') as File, data.get('two') as File];
          kept.push(one, two);
          const part = one.slice(19, -199_979, 'text/y');
          const streamed: Uint8Array[] = [];
          for await (const piece of one.stream()) streamed.push(piece);
          return {
            status: 200,
            body: JSON.stringify([
              one instanceof File && data instanceof FormData,
              [two.name, two.type, two.size, await two.text()],
              [part.type, part.size, await part.text(), Buffer.from(await part.slice(1).arrayBuffer()).toString()],
              Buffer.concat(streamed).toString() === (await one.text()),
              await new Response(two.stream() as ReadableStream).text(),
            ]),
          };
        },
      },
      { bodyMode: 'stream', spoolBytes: 10 },
    );
    const before = descriptors();
    const answer = await fetch(server.url, { method: 'POST', body: form() });
    expect(await answer.json()).toEqual([
      true,
      ['two', 'text/x', 10, '0123456789'],
      ['text/y', 2, 'ja', 'a'],
      true,
      '0123456789',
    ]);
    expect(spoolFileBytes()).toBe(0);
    for (const file of kept) await expect(file.text()).rejects.toMatchObject({ code: 'HV_BODY_GONE' });
    await eventually(() => descriptors()).toBeLessThanOrEqual(before + 1);
  });

  it('may be what the answer is made of', async () => {
    const server = await testServer(
      { call: async (req) => ({ status: 200, body: (await req.formData()).get('one') as File }) },
      { bodyMode: 'stream', spoolBytes: 10 },
    );
    const answer = await fetch(server.url, { method: 'POST', body: form() });
    expect(await answer.text()).toBe('abcdefghij'.repeat(20_000));
    await eventually(() => spoolFileBytes()).toBe(0);
  });

  it.each(MODES)('of a client that goes in the middle are given back: %s', async (bodyMode) => {
    let end = '';
    let kept: AppRequest | null = null;
    const server = await testServer(
      {
        onHeaders(req) {
          kept = req;
          req.signal.addEventListener('abort', () => {
            end ||= 'aborted';
          });
        },
        async call(req) {
          await req.formData().catch((error: { code: string }) => {
            end = error.code;
          });
          return { status: 200 };
        },
      },
      { bodyMode, spoolBytes: 10 },
    );
    using wire = await Wire.open(server.getPort());
    const begin = multipart(`Content-Disposition: form-data; name="a"; filename="f"\r\n\r\n${'x'.repeat(100_000)}`);
    await wire.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Type: ${X}\r\nContent-Length: 1000000\r\n\r\n`, begin);
    await eventually(() => kept !== null && spoolFileBytes()).toBeGreaterThan(50_000);
    wire.close();
    await eventually(() => end).toBe(bodyMode === 'stream' ? 'HV_CLIENT_GONE' : 'aborted');
    await eventually(() => spoolFileBytes()).toBe(0);
  });
});
