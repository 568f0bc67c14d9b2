/** The inputs: what their names promise, and that independent parsers find in them what they mean. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { disagreement } from '../../src/bench/agree.ts';
import { FRAMES, isMissing } from '../../src/bench/contender.ts';
import { loadNodeParser } from '../../src/bench/contenders/node-parser.ts';
import { loadWsReceiver } from '../../src/bench/contenders/ws-receiver.ts';
import { type ParserInput, parserInputs } from '../../src/bench/inputs.ts';

const inputs = parserInputs();
const named = (name: string) => {
  const input = inputs.find((one) => one.name === name);
  if (input === undefined) throw new Error(`no input ${name}`);
  return input;
};
const onlyForm = (name: string) => {
  const [form] = named(name).forms;
  if (form === undefined) throw new Error(`${name} is empty`);
  return form;
};

describe('inputs', () => {
  it.each(inputs.map((input) => [input.name, input] as const))(
    '%s means to the parser of Node, or to ws, what it says',
    async (_name, input) => {
      const judges = await (FRAMES.includes(input.kind) ? loadWsReceiver : loadNodeParser)();
      for (const contender of judges) {
        if (isMissing(contender)) throw new Error(contender.missing);
        const run = contender.open(input);
        expect(disagreement(run, input)).toBeUndefined();
        run.close?.();
      }
    },
  );

  it('sizes and field counts are those of the tables', () => {
    const shape = (name: string) => {
      const form = onlyForm(name);
      return [form.bytes, (form.messages[0]?.fields.length ?? 0) / 2];
    };
    expect(shape('browser-get')).toEqual([703, 9]);
    expect(shape('minimal-get')).toEqual([27, 1]);
    expect(shape('chrome-get')).toEqual([1395, 19]);
    expect(onlyForm('pipeline-16').bytes).toBe(16 * 27);
    expect(onlyForm('long-header').messages[0]?.fields[3]).toHaveLength(8192);
    expect(onlyForm('response-chunked-large').messages[0]?.bodyBytes).toBe(1_048_576);
  });

  it('in the varied input no target, referer or etag repeats, and 32 cookies take turns', () => {
    const messages = named('browser-get-varied').forms.flatMap((form) => form.messages);
    const values = (field: string) => new Set(messages.map(({ fields }) => fields[fields.indexOf(field) + 1]));
    expect(new Set(messages.map(({ target }) => target)).size).toBe(512);
    expect(values('referer').size).toBe(512);
    expect(values('if-none-match').size).toBe(512);
    expect(values('cookie').size).toBe(32);
  });

  it('the varied requests are as long as the repeated one, within 5 %', () => {
    for (const form of named('browser-get-varied').forms) expect(Math.abs(form.bytes - 1395)).toBeLessThan(70);
  });

  it.each(['api-post-small', 'many-cookies', 'response-json', 'ws-16b-masked', 'ws-64k-unmasked'])(
    'no two forms of %s are alike, and all have as many messages and pieces',
    (name) => {
      const { forms } = named(name);
      expect(forms.length).toBeGreaterThan(7);
      expect(
        new Set(forms.map(({ pieces }) => pieces.map((piece) => Buffer.from(piece).toString('latin1')).join())).size,
      ).toBe(forms.length);
      expect(new Set(forms.map(({ pieces, messages }) => `${pieces.length} ${messages.length}`)).size).toBe(1);
    },
  );

  it('cookies are forty in one field, and small posts have small bodies', () => {
    const { fields = [] } = onlyForm('many-cookies').messages[0] ?? {};
    expect(fields[fields.indexOf('cookie') + 1]?.split('; ')).toHaveLength(40);
    for (const { messages } of named('api-post-small').forms) expect(messages[0]?.bodyBytes).toBeLessThan(200);
  });

  it('frames have the sizes of their names, keys where they are masked, and texts take turns with bytes', () => {
    const sizes = { '16b': 16, '125b': 125, '4k': 4096, '64k': 65_536 };
    for (const [size, bytes] of Object.entries(sizes)) {
      for (const isMasked of [true, false]) {
        const { forms } = named(`ws-${size}-${isMasked ? 'masked' : 'unmasked'}`);
        const heads = forms.map(({ bytes: all, messages }) => all - (messages[0]?.bodyBytes ?? 0));
        const headBytes = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
        expect(new Set(heads)).toEqual(new Set([headBytes + (isMasked ? 4 : 0)]));
        expect(forms.flatMap(({ messages }) => messages.map(({ method }) => method)).slice(0, 3)).toEqual([
          'text',
          'binary',
          'text',
        ]);
      }
    }
  });

  it('pieces have the sizes of their names', () => {
    const sizes = (name: string) => onlyForm(name).pieces.map((piece) => piece.length);
    expect(new Set(sizes('pieces-64').slice(0, -1))).toEqual(new Set([64]));
    expect(new Set(sizes('chunked-4k').slice(0, -1))).toEqual(new Set([65_536]));
    expect(new Set(sizes('response-chunked-large').slice(0, -1))).toEqual(new Set([65_536]));
    expect(onlyForm('chunked-4k').messages[0]?.bodyBytes).toBe(1_048_576);
  });

  it('the same inputs come out of every run', () => {
    const digest = (all: readonly ParserInput[]) => {
      const hash = createHash('sha256');
      for (const { name, forms } of all) {
        hash.update(name);
        for (const { pieces } of forms) for (const piece of pieces) hash.update(`${piece.length} `).update(piece);
      }
      return hash.digest('hex');
    };
    expect(digest(parserInputs())).toBe(digest(inputs));
  });
});
