/** Every way in which a contender can be wrong is caught before it is timed. */
import { describe, expect, it } from 'vitest';
import { difference, disagreement } from '../../src/bench/agree.ts';
import type { Look, ParserRun } from '../../src/bench/contender.ts';
import { type ParserInput, parserInputs } from '../../src/bench/inputs.ts';
import { type Seen, tallyOf } from '../../src/bench/seen.ts';

const inputs = parserInputs();
const pipeline = inputs.find(({ name }) => name === 'pipeline-16') as ParserInput;
const varied = inputs.find(({ name }) => name === 'browser-get-varied') as ParserInput;
const truth = pipeline.forms[0]?.messages ?? [];
const changed = (change: Partial<Seen>): Look => truth.map((seen, at) => (at === 7 ? { ...seen, ...change } : seen));

describe('agreement', () => {
  it('the truth agrees, in full and as sums', () => {
    expect(difference(truth, truth)).toBeUndefined();
    expect(difference(tallyOf(truth), truth)).toBeUndefined();
  });

  it.each([
    ['a lost message', truth.slice(1), '15 messages instead of 16'],
    ['another method', changed({ method: 'HEAD' }), 'message 7: method is "HEAD" instead of "GET"'],
    ['another target', changed({ target: '/x' }), 'message 7: target is "/x" instead of "/"'],
    ['a lost field', changed({ fields: [] }), 'message 7: 0 fields instead of 1'],
    ['a wrong value', changed({ fields: ['host', 'b'] }), 'message 7: field 0 has "b" instead of "a"'],
    ['a body from nowhere', changed({ bodyBytes: 1 }), 'message 7: bodyBytes is 1 instead of 0'],
    ['changed body bytes', changed({ bodySum: 1 }), 'message 7: bodySum is 1 instead of 0'],
    ['sums that are off by one', { ...tallyOf(truth), valueBytes: 17 }, 'valueBytes is 17 instead of 16'],
  ])('%s is named', (_what, look, sentence) => {
    expect(difference(look as Look, truth)).toBe(sentence);
  });

  it.each([
    ['status', { status: 201 }, 'message 0: status is 201 instead of 200'],
    ['reason', { reason: 'Fine' }, 'message 0: reason is "Fine" instead of "OK"'],
  ])('another %s of a response is named', (_what, change, sentence) => {
    const [form] = inputs.find(({ name }) => name === 'response-json')?.forms ?? [];
    const meant = form?.messages ?? [];
    expect(difference(meant, meant)).toBeUndefined();
    expect(
      difference(
        meant.map((seen) => ({ ...seen, ...change })),
        meant,
      ),
    ).toBe(sentence);
  });

  it('an object may have joined what was repeated, and nothing else', () => {
    const meant = truth.slice(0, 1).map((seen) => ({ ...seen, fields: ['a', '1', 'b', '2', 'a', '3'] }));
    const look = (...fields: string[]) => meant.map((seen) => ({ ...seen, fields }));
    expect(difference(look('a', '1, 3', 'b', '2'), meant)).toBeUndefined();
    expect(difference(look('a', '3, 1', 'b', '2'), meant)).toBe('message 0: 2 fields instead of 3');
    expect(difference(look('a', '1', 'b', '2', 'a', '4'), meant)).toBe('message 0: field 2 has "4" instead of "3"');
  });

  it('a contender that remembers the first form is caught at the second', () => {
    const run = runOf(() => varied.forms[0]?.messages ?? []);
    expect(disagreement(run, varied)).toMatch(/^form 1: message 0: target is /);
  });

  it('a contender that is right only the first time is caught', () => {
    let looks = 0;
    const run = runOf(() => (looks++ < varied.forms.length ? (varied.forms[looks - 1]?.messages ?? []) : []));
    expect(disagreement(run, varied)).toBe('form 0: 0 messages instead of 1');
  });

  it('a contender that throws is wrong, with its own words', () => {
    const run = runOf(() => {
      throw new Error('cannot read this');
    });
    expect(disagreement(run, pipeline)).toBe('cannot read this');
  });
});

function runOf(look: () => Look): ParserRun {
  return { messages: 0, repeat: () => {}, look };
}
