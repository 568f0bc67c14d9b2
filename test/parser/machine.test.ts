import { describe, expect, it } from 'vitest';
import { HttpMachine, type Parked } from '../../src/parser/machine.ts';
import { FLAG, KIND, LIMIT, PAUSE, STATUS } from '../../src/wasm/constants.gen.ts';
import { type HttpuvExports, instantiateHttpuv } from '../../src/wasm/httpuv.ts';

const LIMITS = { maxHeadBytes: 81_920, maxFields: 1000, maxChunkExtensionBytes: 16_384, maxBodyBytes: Infinity };
const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** Puts text into the region and feeds it as one piece of the message in progress. */
function feed(machine: HttpMachine, text: string, at = 0): number {
  machine.bytes.set(latin1(text), machine.region + at);
  return machine.feed(at, at + text.length);
}

function kinds(machine: HttpMachine): number[] {
  const found: number[] = [];
  for (let at = machine.recordsAt; at < machine.recordsEnd; ) {
    const kind = (machine.words[at] ?? 0) & 0xff;
    found.push(kind);
    at += kind <= KIND.TRAILERS ? 12 + 4 * (machine.words[at + 3] ?? 0) : 4;
  }
  return found;
}

describe('parking', () => {
  it('lets two connections take turns at every byte', () => {
    const machine = new HttpMachine();
    const texts = [
      HEAD,
      'POST /x HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n',
    ];
    const parked: (Parked | null)[] = [null, null];
    const told: number[][] = [[], []];
    for (let at = 0; at < 100; at++) {
      for (const [who, text] of texts.entries()) {
        if (at >= text.length) continue;
        machine.begin(parked[who] ?? null, LIMITS, 0);
        expect(feed(machine, text[at] ?? '', 40)).toBe(STATUS.NEED_INPUT);
        told[who]?.push(...kinds(machine));
        parked[who] = machine.park();
      }
    }
    expect(told[0]).toEqual([KIND.REQUEST, KIND.END]);
    expect(told[1]).toEqual([KIND.REQUEST, KIND.BODY, KIND.BODY, KIND.BODY, KIND.TRAILERS, KIND.END]);
    expect(parked).toEqual([null, null]);
  });

  it('keeps nothing between two messages, but remembers a skipped empty line', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, 0);
    feed(machine, HEAD);
    expect(machine.park()).toBeNull();
    machine.begin(null, LIMITS, 0);
    feed(machine, '\r\n');
    expect(machine.park()).not.toBeNull();
  });

  it('forgets an abandoned message when another begins', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, 0);
    feed(machine, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Le');
    machine.begin(null, LIMITS, 0);
    expect(feed(machine, HEAD)).toBe(STATUS.NEED_INPUT);
    expect(kinds(machine)).toEqual([KIND.REQUEST, KIND.END]);
  });

  it('takes a head up again at any place of the region', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, 0);
    feed(machine, HEAD.slice(0, 20));
    const parked = machine.park();
    machine.begin(parked, LIMITS, 0);
    expect(feed(machine, HEAD.slice(20), LIMIT.REGION_BYTES - 7)).toBe(STATUS.NEED_INPUT);
    expect(machine.words[machine.recordsAt + 7]).toBe(-20 >>> 0);
    expect(machine.words[machine.recordsAt + 4]).toBe(27);
  });
});

describe('a body that goes by outside', () => {
  it('is counted down by skipBody, and an empty feed then ends the message', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, PAUSE.BODY);
    expect(feed(machine, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4294967301\r\n\r\n')).toBe(STATUS.PAUSED);
    expect(machine.bodyRemaining).toBe(4_294_967_301);
    machine.skipBody(4_294_967_300);
    const parked = machine.park();
    machine.begin(parked, LIMITS, PAUSE.BODY);
    expect(machine.bodyRemaining).toBe(1);
    machine.skipBody(1);
    expect(machine.feed(0, 0)).toBe(STATUS.NEED_INPUT);
    expect(kinds(machine)).toEqual([KIND.END]);
    expect(machine.park()).toBeNull();
  });

  it('leaves the end of a chunk to be read, and errors count the skipped bytes', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, 0);
    feed(machine, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nab');
    expect(machine.bodyRemaining).toBe(254);
    machine.skipBody(254);
    expect(machine.bodyRemaining).toBe(0);
    expect(feed(machine, 'X')).toBe(STATUS.ERROR);
    expect(machine.error).toMatchObject({ name: 'HV_BAD_CHUNK_END', status: 400, offset: 56 + 5 + 256 });
  });

  it('cannot be longer than what is left', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, 0);
    feed(machine, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
    expect(() => machine.skipBody(6)).toThrow(expect.objectContaining({ code: 'HV_BAD_RANGE' }));
    expect(() => machine.skipBody(-1)).toThrow(expect.objectContaining({ code: 'HV_BAD_RANGE' }));
    expect(machine.bodyRemaining).toBe(5);
  });

  it('has no end of its own in a response that lasts until the connection ends', () => {
    const machine = new HttpMachine('response');
    machine.begin(null, LIMITS, 0);
    feed(machine, 'HTTP/1.1 200 OK\r\n\r\n');
    expect(machine.bodyRemaining).toBe(Number.MAX_SAFE_INTEGER);
    machine.skipBody(1e12);
    expect(machine.bodyRemaining).toBe(Number.MAX_SAFE_INTEGER - 1e12);
    expect(machine.finish()).toBe(true);
    expect(kinds(machine)).toEqual([KIND.END]);
  });
});

describe('a full record table', () => {
  it('stops before what it could not record, also in the middle of a head', () => {
    const machine = new HttpMachine();
    const wide = { ...LIMITS, maxHeadBytes: Infinity, maxFields: Infinity };
    // 60,000 fields, then as many of the smallest requests as one region holds, then another unfinished head.
    const lead = `GET / HTTP/1.0\r\n${'a:\r\n'.repeat(60_000)}`;
    const rest = `\r\n${'GET / HTTP/1.0\r\n\r\n'.repeat(1500)}GET / HTTP/1.0\r\n${'b:\r\n'.repeat(9000)}\r\n`;
    const parts = [lead, rest].flatMap((text) => text.match(/[\s\S]{1,65536}/g) ?? []);
    let parked: Parked | null = null;
    const told: number[] = [];
    let full = 0;
    for (const piece of parts) {
      machine.begin(parked, wide, 0);
      machine.bytes.set(latin1(piece), machine.region);
      let at = 0;
      let status: number;
      do {
        status = machine.feed(at, piece.length);
        told.push(...kinds(machine));
        at += machine.consumed;
        if (status === STATUS.TABLE_FULL) full++;
      } while (status === STATUS.TABLE_FULL);
      expect(status).toBe(STATUS.NEED_INPUT);
      parked = machine.park();
    }
    expect(full).toBeGreaterThan(0);
    expect(told.filter((kind) => kind === KIND.REQUEST)).toHaveLength(1502);
    expect(told.filter((kind) => kind === KIND.END)).toHaveLength(1502);
    expect(parked).toBeNull();
  });

  it('holds a head of the largest size with the most fields', () => {
    const machine = new HttpMachine();
    const wide = { ...LIMITS, maxHeadBytes: Infinity, maxFields: Infinity };
    const count = (LIMIT.MAX_HEAD_BYTES - 18) >> 2;
    const text = `GET / HTTP/1.0\r\n${'a:\r\n'.repeat(count)}\r\n`;
    let parked: Parked | null = null;
    for (let from = 0; from < text.length; from += LIMIT.REGION_BYTES) {
      machine.begin(parked, wide, 0);
      expect(feed(machine, text.slice(from, from + LIMIT.REGION_BYTES))).toBe(STATUS.NEED_INPUT);
      parked = machine.park();
    }
    expect(kinds(machine)).toEqual([KIND.REQUEST, KIND.END]);
    expect(machine.words[machine.recordsAt + 3]).toBe(count);
  });
});

describe('a trap', () => {
  /** Instances whose feed fails when the region begins with an exclamation mark. */
  function fragile(): HttpuvExports {
    const wasm = instantiateHttpuv();
    const bytes = new Uint8Array(wasm.memory.buffer);
    const region = new Uint32Array(wasm.memory.buffer)[(wasm.hv_window(0) >>> 2) + 4] ?? 0;
    return {
      ...wasm,
      hv_feed(start, end) {
        if (bytes[region] === 0x21) throw new WebAssembly.RuntimeError('unreachable');
        return wasm.hv_feed(start, end);
      },
    };
  }

  it('costs the message that met it; parked messages go on in the new instance', () => {
    const machine = new HttpMachine('request', fragile);
    machine.begin(null, LIMITS, 0);
    feed(machine, HEAD.slice(0, 20));
    const parked = machine.park();
    const { bytes, generation } = machine;

    machine.begin(null, LIMITS, 0);
    expect(() => feed(machine, '!')).toThrow(expect.objectContaining({ code: 'HV_TRAP', fault: 'local' }));
    expect(machine.bytes).not.toBe(bytes);
    expect(machine.generation).toBe(generation + 1);

    machine.begin(parked, LIMITS, 0);
    expect(feed(machine, HEAD.slice(20))).toBe(STATUS.NEED_INPUT);
    expect(kinds(machine)).toEqual([KIND.REQUEST, KIND.END]);
  });
});

describe('feedLone', () => {
  it.each([
    [HEAD, FLAG.KEEP_ALIVE | FLAG.HAS_HOST | FLAG.VERSION_1_1, 1],
    ['GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n', FLAG.UPGRADE | FLAG.HAS_UPGRADE, 1],
    ['OPTIONS * HTTP/1.0\r\nContent-Length: 0\r\n\r\n', FLAG.HAS_LENGTH, 0],
    ['GET / HTTP/1.9\r\nHost: a\r\n\r\n', FLAG.VERSION_1_1, 9],
  ])('returns the first word of the record and the minor version of %j', (text, flags, minor) => {
    const machine = new HttpMachine();
    const first = machine.feedLone(latin1(text), LIMITS);
    const { words, recordsAt } = machine;
    expect(first & LIMIT.LONE).toBe(LIMIT.LONE);
    expect((first >>> 3) & 15).toBe(minor);
    expect((first & ~(LIMIT.LONE | (15 << 3))) >>> 0).toBe(words[recordsAt]);
    expect((first >>> 16) & flags).toBe(flags);
    expect(words[recordsAt + 4]).toBe(text.length);
    expect(machine.idle).toBe(true);
    expect(machine.park()).toBeNull();
    machine.begin(null, LIMITS, 0);
    expect(feed(machine, text)).toBe(STATUS.NEED_INPUT);
    expect(kinds(machine)).toEqual([KIND.REQUEST, KIND.END]);
  });

  it.each([
    ['two requests', HEAD + HEAD, STATUS.NEED_INPUT, [1, 5, 1, 5], true],
    ['half a request', HEAD.slice(0, 20), STATUS.NEED_INPUT, [], false],
    ['a request and a half', HEAD + HEAD.slice(0, 20), STATUS.NEED_INPUT, [1, 5], false],
    ['an empty line before', `\r\n${HEAD}`, STATUS.NEED_INPUT, [1, 5], true],
    ['an empty line behind', `${HEAD}\r\n`, STATUS.NEED_INPUT, [1, 5], false],
    ['a method of its own', HEAD.replace('GET', 'FROB'), STATUS.NEED_INPUT, [1, 5], true],
    ['a body', HEAD.replace('\r\n\r\n', '\r\nContent-Length: 2\r\n\r\nab'), STATUS.NEED_INPUT, [1, 4, 5], true],
    ['a body to come', HEAD.replace('\r\n\r\n', '\r\nContent-Length: 2\r\n\r\n'), STATUS.NEED_INPUT, [1], false],
    [
      'a websocket',
      `${HEAD.slice(0, -2)}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
      STATUS.UPGRADE,
      [1, 5],
      true,
    ],
    ['an error', HEAD.replace(' HTTP', '  HTTP'), STATUS.ERROR, [], false],
    ['nothing', '', STATUS.NEED_INPUT, [], true],
  ])('tells %s as a feed does', (_what, text, status, found, idle) => {
    const machine = new HttpMachine();
    // A message that nobody took out of the machine is forgotten, and so are other limits and pauses.
    machine.begin(null, { ...LIMITS }, PAUSE.MESSAGE);
    feed(machine, 'GET /other HTTP/1.1\r\nHo');
    expect(machine.feedLone(latin1(text), LIMITS)).toBe(status);
    expect(kinds(machine)).toEqual(found);
    expect(machine.idle).toBe(idle);
    expect(machine.consumed).toBe(status === STATUS.ERROR ? machine.error.offset : text.length);
  });

  it('refuses more than the region has room for', () => {
    const machine = new HttpMachine();
    const bytes = new Uint8Array(LIMIT.REGION_BYTES + 1);
    expect(() => machine.feedLone(bytes, LIMITS)).toThrow(expect.objectContaining({ code: 'HV_BAD_RANGE' }));
  });

  it('goes on with what is left unfinished', () => {
    const machine = new HttpMachine();
    machine.begin(null, LIMITS, 0);
    feed(machine, `${HEAD}GET /a HTTP/1.1\r\nX: ${'x'.repeat(50)}`);
    const other = machine.park();
    expect(machine.feedLone(latin1(HEAD + HEAD.slice(0, 20)), LIMITS)).toBe(STATUS.NEED_INPUT);
    const parked = machine.park();
    machine.begin(other, LIMITS, 0);
    expect(feed(machine, '\r\nHost: b\r\n\r\n')).toBe(STATUS.NEED_INPUT);
    machine.begin(parked, LIMITS, 0);
    expect(feed(machine, HEAD.slice(20))).toBe(STATUS.NEED_INPUT);
    expect(kinds(machine)).toEqual([KIND.REQUEST, KIND.END]);
    expect(machine.words[machine.recordsAt + 4]).toBe(HEAD.length);
  });
});
