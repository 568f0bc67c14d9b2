import { describe, expect, it } from 'vitest';
import { HttpMachine } from '../../src/parser/machine.ts';
import { ERRORS, FIELD_NAMES, LIMIT, METHODS, STATUS } from '../../src/wasm/constants.gen.ts';

const LIMITS = { maxHeadBytes: 81_920, maxFields: 1000, maxChunkExtensionBytes: 16_384, maxBodyBytes: 1000 };
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function feed(machine: HttpMachine, text: string, limits = LIMITS): number {
  machine.begin(null, limits, 0);
  machine.bytes.set(latin1(text), machine.region);
  return machine.feed(0, text.length);
}

describe('limits', () => {
  it.each([
    ['maxHeadBytes', 27, `GET / HTTP/1.1\r\nHost: a\r\n\r\n`, 'HV_HEAD_TOO_LARGE'],
    ['maxFields', 2, `GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n`, 'HV_TOO_MANY_FIELDS'],
    ['maxBodyBytes', 3, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`, 'HV_BODY_TOO_LARGE'],
    [
      'maxChunkExtensionBytes',
      2,
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a\r\n\r\n`,
      'HV_CHUNK_EXTENSION_TOO_LONG',
    ],
  ] as const)('%s allows exactly its number', (name, limit, text, error) => {
    const machine = new HttpMachine();
    expect(feed(machine, text, { ...LIMITS, [name]: limit })).toBe(STATUS.NEED_INPUT);
    expect(feed(machine, text, { ...LIMITS, [name]: limit - 1 })).toBe(STATUS.ERROR);
    expect(machine.error.name).toBe(error);
  });

  it('Infinity lifts the limit of one extension line, too', () => {
    const machine = new HttpMachine();
    const text = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;${'a'.repeat(20_000)}\r\n\r\n`;
    expect(feed(machine, text)).toBe(STATUS.ERROR);
    expect(feed(machine, text, { ...LIMITS, maxChunkExtensionBytes: Infinity })).toBe(STATUS.NEED_INPUT);
  });

  it('a head limit beyond the hard maximum is the hard maximum', () => {
    const machine = new HttpMachine();
    machine.begin(null, { ...LIMITS, maxHeadBytes: Infinity }, 0);
    machine.bytes.fill(0x61, machine.region, machine.region + LIMIT.REGION_BYTES);
    machine.bytes.set(latin1('GET /'), machine.region);
    for (let fed = 0; fed < LIMIT.MAX_HEAD_BYTES; fed += LIMIT.REGION_BYTES) {
      expect(machine.feed(0, LIMIT.REGION_BYTES)).toBe(STATUS.NEED_INPUT);
      const parked = machine.park();
      machine.begin(parked, { ...LIMITS, maxHeadBytes: Infinity }, 0);
      machine.bytes.fill(0x61, machine.region, machine.region + LIMIT.REGION_BYTES);
    }
    expect(machine.feed(0, 1)).toBe(STATUS.ERROR);
    expect(machine.error).toMatchObject({
      name: 'HV_REQUEST_LINE_TOO_LONG',
      status: 414,
      offset: LIMIT.MAX_HEAD_BYTES,
    });
  });
});

describe('what a caller may not do', () => {
  it.each([
    [-1, 0],
    [5, 4],
    [0, LIMIT.REGION_BYTES + 1],
    [Number.NaN, 1],
  ])('feed(%d, %d) throws', (start, end) => {
    expect(() => new HttpMachine().feed(start, end)).toThrow(expect.objectContaining({ code: 'HV_BAD_RANGE' }));
  });

  it('an error stays until another message begins', () => {
    const machine = new HttpMachine();
    expect(feed(machine, '(')).toBe(STATUS.ERROR);
    expect(machine.feed(0, 1)).toBe(STATUS.ERROR);
    expect(machine.finish()).toBe(false);
    expect(machine.error.name).toBe('HV_BAD_METHOD');
    machine.begin(null, LIMITS, 0);
    expect(machine.error).toMatchObject({ number: 0, status: 0, offset: 0 });
  });

  it('the end of the connection within a message is an error at the bytes seen', () => {
    const machine = new HttpMachine();
    feed(machine, 'GET / HT');
    expect(machine.finish()).toBe(false);
    expect(machine.error).toMatchObject({ name: 'HV_INCOMPLETE', offset: 8 });
  });
});

describe('the generated tables', () => {
  it('give every error a status and a sentence', () => {
    expect(ERRORS.length).toBeGreaterThan(40);
    for (const { name, status, message } of ERRORS.slice(1)) {
      expect(name).toMatch(/^HV_[A-Z0-9_]+$/);
      expect([400, 413, 414, 431, 501, 505]).toContain(status);
      expect(message.length).toBeGreaterThan(20);
    }
  });

  it('know every method and every field name they list, in any case', () => {
    const machine = new HttpMachine();
    for (const [id, method] of METHODS.entries()) {
      if (id === 0) continue;
      const target = method === 'CONNECT' ? 'a:1' : '/';
      feed(machine, `${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(((machine.words[machine.recordsAt] ?? 0) >>> 8) & 0xff, method).toBe(id);
      feed(machine, `${method}x / HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(((machine.words[machine.recordsAt] ?? 0) >>> 8) & 0xff, method).toBe(0);
    }
    for (const [id, name] of FIELD_NAMES.entries()) {
      if (id <= 6) continue;
      for (const spelt of [name, name.toUpperCase()]) {
        feed(machine, `GET / HTTP/1.0\r\n${spelt}: 1\r\n\r\n`);
        expect((machine.words[machine.recordsAt + 13] ?? 0) >>> 24, spelt).toBe(id);
      }
      feed(machine, `GET / HTTP/1.0\r\n${name}x: 1\r\n\r\n`);
      expect((machine.words[machine.recordsAt + 13] ?? 0) >>> 24, name).toBe(0);
    }
  });
});
