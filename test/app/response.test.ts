/** What an app may answer, and what it may not. */
import { describe, expect, it } from 'vitest';
import { toAnswer } from '../../src/app/response.ts';
import { HttpuvError } from '../../src/errors.ts';

function refusal(value: unknown, isHead = false): string {
  try {
    toAnswer(value, isHead);
  } catch (error) {
    expect(error).toBeInstanceOf(HttpuvError);
    expect((error as HttpuvError).code).toBe('HV_BAD_RESPONSE');
    return (error as HttpuvError).message;
  }
  throw new Error('it was accepted');
}

const BODY = new Uint8Array([1, 2, 3]);

describe('a response', () => {
  it('needs an object', () => {
    for (const value of [undefined, null, 'text', 5, true, [], () => 1])
      expect(refusal(value)).toContain('return an object');
  });

  it('needs a whole status from 200 to 599', () => {
    for (const status of [undefined, null, '200', 199, 600, 200.5, Number.NaN, -1, 101, Number.POSITIVE_INFINITY]) {
      expect(refusal({ status })).toContain('status is');
    }
    expect(toAnswer({ status: 200 }, false).status).toBe(200);
    expect(toAnswer({ status: 599 }, false).status).toBe(599);
  });

  it('keeps order, case and repetition of its fields', () => {
    const headers = { 'X-B': 'b', 'x-a': 1, 'Set-Cookie': ['a=1', 'b=2'], 'X-Flag': true };
    expect(toAnswer({ status: 200, headers }, false).fields).toBe(
      'X-B: b\r\nx-a: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Flag: true\r\n',
    );
  });

  it('takes pairs, maps and Headers objects', () => {
    const line = 'x-a: 1\r\n';
    expect(toAnswer({ status: 200, headers: [['x-a', '1']] }, false).fields).toBe(line);
    expect(toAnswer({ status: 200, headers: new Map([['x-a', '1']]) }, false).fields).toBe(line);
    expect(toAnswer({ status: 200, headers: new Headers({ 'x-a': '1' }) }, false).fields).toBe(line);
    for (const headers of [[['x-a']], ['x-a'], [[1, 2]], 'x', 5])
      expect(refusal({ status: 200, headers })).toContain('headers');
  });

  it('cannot be split by a field value', () => {
    for (const value of ['a\r\nb: c', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'a\x1bb', 'snow \u2603']) {
      expect(refusal({ status: 200, headers: { 'x-a': value } })).toContain('x-a');
      expect(refusal({ status: 200, headers: [['x-a', value]] })).toContain('x-a');
    }
    expect(toAnswer({ status: 200, headers: { 'x-a': 'tab\tand \u00e9' } }, false).fields).toBe(
      'x-a: tab\tand \u00e9\r\n',
    );
  });

  it('checks a value again after another value of that name was accepted', () => {
    toAnswer({ status: 200, headers: { 'x-again': 'good' } }, false);
    expect(refusal({ status: 200, headers: { 'x-again': 'bad\n' } })).toContain('x-again');
    expect(toAnswer({ status: 200, headers: { 'x-again': 'good' } }, false).fields).toBe('x-again: good\r\n');
  });

  it('sends the value that was checked, also of a getter that gives another one each time', () => {
    let reads = 0;
    const counting = {
      get 'x-count'() {
        reads++;
        return String(reads);
      },
    };
    expect(toAnswer({ status: 200, headers: counting }, false).fields).toBe('x-count: 1\r\n');
    // What was not sent is not remembered either.
    expect(reads).toBe(1);
  });

  it('cannot be split by a field name', () => {
    for (const name of ['', 'a b', 'a:', 'a\r\nb', 'é', 'a\0']) {
      expect(refusal({ status: 200, headers: { [name]: 'v' } })).toContain('field name');
    }
  });

  it('refuses values that are no text', () => {
    for (const value of [null, undefined, {}, Symbol('s'), () => 1]) {
      expect(refusal({ status: 200, headers: { 'x-a': value } })).toContain('x-a');
    }
  });

  it('takes every kind of body', () => {
    expect(toAnswer({ status: 200, body: 'text' }, false).body).toBe('text');
    expect(toAnswer({ status: 200, body: BODY }, false).body).toBe(BODY);
    expect(toAnswer({ status: 200, body: BODY.buffer }, false).body).toEqual(BODY);
    expect(toAnswer({ status: 200, body: new DataView(BODY.buffer, 1) }, false).body).toEqual(BODY.subarray(1));
    expect(toAnswer({ status: 200, body: { file: '/x', owned: true } }, false).body).toEqual({
      path: '/x',
      owned: true,
    });
    expect(toAnswer({ status: 200, body: null }, false).body).toBeNull();
    expect(toAnswer({ status: 200 }, false).body).toBeNull();
  });

  it('refuses other bodies', () => {
    for (const body of [
      5,
      true,
      {},
      new Date(),
      { file: '' },
      { file: 5 },
      { file: 'a\0b' },
      { file: 'a', owned: 1 },
    ]) {
      expect(refusal({ status: 200, body })).toContain('body');
    }
  });

  it('must have as many bytes as its Content-Length', () => {
    expect(toAnswer({ status: 200, headers: { 'Content-Length': 4 }, body: 'é12' }, false).length).toBe(4);
    expect(refusal({ status: 200, headers: { 'content-length': '3' }, body: 'é12' })).toContain('has 4 bytes');
    expect(refusal({ status: 200, headers: { 'content-length': '3' } })).toContain('has 0 bytes');
    for (const value of ['+3', '3.0', 'x', '', '9007199254740993']) {
      expect(refusal({ status: 200, headers: { 'content-length': value }, body: 'abc' })).toContain('Content-Length');
    }
    expect(refusal({ status: 200, headers: { 'content-length': ['3', '4'] }, body: 'abc' })).toContain('twice');
  });

  it('may tell the length of a body that is not sent', () => {
    expect(toAnswer({ status: 200, headers: { 'content-length': '3' } }, true).length).toBe(3);
    expect(toAnswer({ status: 304, headers: { 'content-length': '3' } }, false).length).toBe(3);
  });

  it('leaves framing to the server', () => {
    expect(refusal({ status: 200, headers: { 'Transfer-Encoding': 'chunked' } })).toContain('Transfer-Encoding');
    expect(refusal({ status: 200, headers: { Connection: 'upgrade' } })).toContain('Connection');
    expect(toAnswer({ status: 200, headers: { Connection: 'Close' } }, false)).toMatchObject({
      close: true,
      fields: '',
    });
    expect(toAnswer({ status: 200, headers: { Connection: 'keep-alive' } }, false)).toMatchObject({
      close: false,
      fields: '',
    });
  });

  it('may bring a Date of its own', () => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT';
    expect(toAnswer({ status: 200, headers: { date } }, false)).toMatchObject({
      ownDate: true,
      fields: `date: ${date}\r\n`,
    });
  });
});
