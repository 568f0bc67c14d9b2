/** What is forgiven: only when it is asked for, only that, and alike at every cut. */
import { describe, expect, it } from 'vitest';
import { HttpParser, type HttpParserOptions, type Leniencies } from '../../src/parser/index.ts';
import { LENIENCY_NAMES, leniencyFlags } from '../../src/parser/leniency.ts';
import { HttpMachine } from '../../src/parser/machine.ts';
import { ALLOW } from '../../src/wasm/constants.gen.ts';
import { fixtures, lenientFixtures } from '../helpers/fixtures.ts';
import { cuts, pieces } from '../helpers/splits.ts';
import { tell as tellRecords } from './machine-driver.ts';
import { bytesOf, tell, tellChunks } from './tell.ts';

const machines = { request: new HttpMachine('request'), response: new HttpMachine('response') };
const ALL = Object.values(ALLOW).reduce((sum, flag) => sum + flag, 0);
const isError = (line: string | undefined): boolean => line?.startsWith('error ') === true;

describe('a lenient parser', () => {
  const all = lenientFixtures();

  it.each(all.map((one) => [one.title, one] as const))('%s', (_, { kind, settings, input, expected }) => {
    for (const cut of cuts(input)) {
      expect(tellRecords(machines[kind], settings, pieces(input, cut)), `cut at ${cut}`).toEqual(expected);
    }
    // None of it goes without asking.
    expect(isError(tellRecords(machines[kind], { ...settings, pause: 0 }, [input]).at(-1))).toBe(true);
  });

  it('has a case of each switch that passes', () => {
    const passing = all.filter(({ expected }) => !isError(expected.at(-1)));
    for (const flag of Object.values(ALLOW)) expect(passing.some(({ settings }) => settings.pause & flag)).toBe(true);
  });

  it('tells what a strict one accepts in the same way', () => {
    const accepted = fixtures().filter(({ expected }) => !isError(expected.at(-1)) && expected[0] !== 'nothing');
    expect(accepted.length).toBeGreaterThan(100);
    for (const { kind, settings, input, expected, title } of accepted) {
      const told = tellRecords(machines[kind], { ...settings, pause: settings.pause | ALL }, [input]);
      expect(told, title).toEqual(expected);
    }
  });
});

const CASES: readonly [keyof Leniencies, 'request' | 'response', string, Record<string, unknown>][] = [
  ['allowBareLf', 'request', 'GET /a HTTP/1.1\nHost: a\nX: y\n\n', { url: '/a' }],
  ['allowMissingReason', 'response', 'HTTP/1.1 204\r\nX: y\r\n\r\n', { status: 204, reason: '' }],
  [
    'allowLengthAndChunked',
    'request',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n0\r\n\r\n',
    { keepAlive: false },
  ],
  [
    'allowRepeatedLength',
    'response',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\nX: y\r\n\r\nok',
    { status: 200 },
  ],
  [
    'allowOtherCodings',
    'request',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nX: y\r\n\r\n0\r\n\r\n',
    { method: 'POST' },
  ],
  ['allowTargetBytes', 'request', 'GET /\xe4 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n', { url: '/\xe4' }],
  ['allowMissingHost', 'request', 'GET / HTTP/1.1\r\nX: y\r\n\r\n', { url: '/' }],
];

describe('the switch', () => {
  it.each(CASES)('%s works in the parser, early and late, and alone', (name, kind, text, wanted) => {
    for (const eager of [false, true]) {
      const options: HttpParserOptions = { kind, eager };
      const told = tellChunks([bytesOf(text)], { ...options, [name]: true });
      expect(told[0]).toMatchObject({ type: kind, ...wanted });
      expect(told.at(-1)).toEqual({ type: 'end' });
      // Read again behind another feed, from the bytes.
      const parser = new HttpParser({ ...options, [name]: true });
      const [head] = parser.feed(bytesOf(text));
      new HttpParser({ kind }).feed(bytesOf(kind === 'request' ? 'GET / HTTP/1.0\r\n\r\n' : 'HTTP/1.1 204 \r\n\r\n'));
      if (head?.type !== 'request' && head?.type !== 'response') throw new Error('no head');
      expect(head.headers['x']).toBe('y');

      const others = Object.fromEntries(LENIENCY_NAMES.filter((other) => other !== name).map((one) => [one, true]));
      for (const strict of [options, { ...options, ...others }, { ...options, [name]: false }]) {
        const refused = tell(new HttpParser(strict).feed(bytesOf(text)));
        expect(refused.at(-1)).toMatchObject({ type: 'error', fault: 'remote' });
      }
    }
  });

  it('of each flag has a name, and no other value than true or false', () => {
    expect(CASES.map(([name]) => name).sort()).toEqual([...LENIENCY_NAMES].sort());
    expect(leniencyFlags(Object.fromEntries(LENIENCY_NAMES.map((name) => [name, true])))).toBe(ALL);
    for (const name of LENIENCY_NAMES) {
      const options = { [name]: 1 } as unknown as HttpParserOptions; // As a JavaScript caller may write.
      expect(() => new HttpParser(options)).toThrow(`${name} is true or false`);
    }
    expect(() => new HttpParser({ allowBareLF: true } as HttpParserOptions)).toThrow('did you mean allowBareLf?');
  });
});
