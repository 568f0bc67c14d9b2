/** Headers objects by compiled constructors: the same as by stores, bounded, and not at all where the host forbids them. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { ShapeTable } from '../../src/parser/headers.ts';
import { HttpMachine, HttpParser } from '../../src/parser/index.ts';
import { SharedMachine } from '../../src/parser/shared-machine.ts';
import { FIELD_NAMES, LIMIT } from '../../src/wasm/constants.gen.ts';
import { bytesOf } from './tell.ts';

const NAMES = FIELD_NAMES.slice(1).filter(
  (name) => !['host', 'content-length', 'transfer-encoding', 'expect'].includes(name),
);

/** A head with these fields behind Host, as the machine records it. */
function recorded(machine: HttpMachine, fields: string) {
  const text = `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
  machine.bytes.set(bytesOf(text), machine.region);
  machine.begin(null, { maxHeadBytes: 80_000, maxFields: 100, maxChunkExtensionBytes: 0, maxBodyBytes: 0 }, 0);
  machine.feed(0, text.length);
  return { words: machine.words, at: machine.recordsAt, text };
}

describe('a shape', () => {
  it('is compiled after some sightings, and gives the same objects as before', () => {
    const machine = new HttpMachine();
    const table = new ShapeTable(true);
    const plain = new ShapeTable(false);
    const fields = NAMES.slice(0, 20)
      .map((name, i) => `${name.toUpperCase()}: value ${i}\r\n`)
      .join('');
    for (let turn = 0; turn < 20; turn++) {
      const { words, at, text } = recorded(machine, fields.replaceAll('value', `value ${turn}`));
      const built = table.build(words, at, text);
      const byStores = plain.build(words, at, text);
      expect(Object.entries(built)).toEqual(Object.entries(byStores));
      expect(Object.getPrototypeOf(built)).toBe(Object.getPrototypeOf(byStores));
      expect(built['host']).toBe('a');
      expect(built[NAMES[19] ?? '']).toBe(`value ${turn} 19`);
    }
    expect(table.compiledShapes).toBe(1);
    expect(plain.compiledShapes).toBe(0);
  });

  it('is not compiled at first sight, nor when a name is unknown or stands twice', () => {
    const machine = new HttpMachine();
    const table = new ShapeTable(true);
    const build = (fields: string) => {
      const { words, at, text } = recorded(machine, fields);
      return table.build(words, at, text);
    };
    for (let turn = 0; turn < 7; turn++) build('Accept: x\r\n');
    expect(table.compiledShapes).toBe(0);
    for (let turn = 0; turn < 50; turn++) {
      expect(Object.keys(build('X-Own: y\r\nAccept: x\r\n'))).toEqual(['host', 'x-own', 'accept']);
      expect(build('Accept: x\r\nAccept: y\r\n')['accept']).toBe('x, y');
    }
    expect(table.compiledShapes).toBe(0);
  });

  it('is compiled only as long as there are fewer than 64, however many orders a peer sends', () => {
    const machine = new HttpMachine();
    const table = new ShapeTable(true);
    for (let shape = 0; shape < LIMIT.SHAPES + 100; shape++) {
      const names = NAMES.filter((_, i) => i < 10 && shape & (1 << i));
      const fields = names.map((name) => `${name}: ${shape}\r\n`).join('');
      for (let turn = 0; turn < 10; turn++) {
        const { words, at, text } = recorded(machine, fields);
        expect(Object.keys(table.build(words, at, text))).toEqual(['host', ...names]);
      }
    }
    expect(table.compiledShapes).toBe(64);
  });

  it('is never compiled where the host forbids it', () => {
    const tried = vi.fn(function forbidden() {
      throw new EvalError('forbidden');
    });
    vi.stubGlobal('Function', tried);
    try {
      const machine = new HttpMachine();
      const table = new ShapeTable();
      for (let turn = 0; turn < 20; turn++) {
        const { words, at, text } = recorded(machine, `Accept: x\r\n${turn % 2 === 0 ? '' : 'Cookie: c\r\n'}`);
        expect(table.build(words, at, text)).toMatchObject({ host: 'a', accept: 'x' });
        expect(tried.mock.calls.length).toBe(turn < 14 ? 0 : 1);
      }
      expect(table.compiledShapes).toBe(0);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('means nothing any more after the machine calls its id fresh', () => {
    const table = new ShapeTable(true);
    const first = new HttpMachine();
    for (let turn = 0; turn < 10; turn++) {
      const { words, at, text } = recorded(first, 'Accept: x\r\n');
      table.build(words, at, text);
    }
    // Another instance, as after a trap, begins to count its shapes anew.
    const { words, at, text } = recorded(new HttpMachine(), 'Cookie: c\r\nReferer: r\r\n');
    expect({ ...table.build(words, at, text) }).toEqual({ host: 'a', cookie: 'c', referer: 'r' });
  });

  it('needs nothing but the known names: each of them comes out under its own', () => {
    const machine = new HttpMachine();
    const table = new ShapeTable(true);
    for (let from = 0; from < NAMES.length; from += 30) {
      const names = NAMES.slice(from, from + 30);
      let headers: Readonly<Record<string, string>> = {};
      for (let turn = 0; turn < 10; turn++) {
        const { words, at, text } = recorded(machine, names.map((name) => `${name}: <${name}>\r\n`).join(''));
        headers = table.build(words, at, text);
      }
      for (const name of names) expect(headers[name]).toBe(`<${name}>`);
    }
    expect(table.compiledShapes).toBe(Math.ceil(NAMES.length / 30));
  });
});

describe('a parser', () => {
  it('reads the same head a thousand times alike', () => {
    const parser = new HttpParser({}, new SharedMachine(new HttpMachine()));
    const head = bytesOf('GET /a HTTP/1.1\r\nHost: a\r\nAccept: b\r\nUser-Agent: c\r\n\r\n');
    for (let turn = 0; turn < 1000; turn++) {
      const event = parser.feed(head)[0];
      if (event?.type !== 'request') throw new Error('no request');
      expect(Object.entries(event.headers)).toEqual([
        ['host', 'a'],
        ['accept', 'b'],
        ['user-agent', 'c'],
      ]);
    }
  });

  it('works where making code from text is forbidden', () => {
    const entry = new URL('../../dist/parser/index.js', import.meta.url).href;
    const program = `
      import { HttpParser } from ${JSON.stringify(entry)};
      const head = new TextEncoder().encode('GET /a HTTP/1.1\\r\\nHost: a\\r\\nAccept: b\\r\\n\\r\\n');
      const parser = new HttpParser();
      let last;
      for (let turn = 0; turn < 100; turn++) last = parser.feed(head)[0].headers;
      let forbidden = false;
      try { new Function('return 1'); } catch (error) { forbidden = error instanceof EvalError; }
      console.log(JSON.stringify([forbidden, last]));`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--disallow-code-generation-from-strings', '--input-type=module', '-e', program],
      { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual([true, { host: 'a', accept: 'b' }]);
  });

  it('works where there is no Buffer, no process and no TextDecoder, as on a bare host', () => {
    const entry = new URL('../../dist/parser/index.js', import.meta.url).href;
    const program = `
      const { log } = console;
      delete globalThis.Buffer; delete globalThis.process; delete globalThis.TextDecoder;
      const { HttpParser } = await import(${JSON.stringify(entry)});
      const text = 'GET /\\xe5 HTTP/1.1\\r\\nHost: a\\r\\nX: \\x80\\x9f\\xff\\r\\n\\r\\n'.replace('\\xe5', 'a');
      const events = new HttpParser().feed(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
      log(JSON.stringify([events[0].url, events[0].headers]));`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual(['/a', { host: 'a', x: '\x80\x9f\xff' }]);
  });
});
