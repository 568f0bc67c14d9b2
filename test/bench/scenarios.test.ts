/** Which scenarios and servers words pick. */
import { describe, expect, it } from 'vitest';
import { keepScenarios } from '../../src/bench/scenarios.ts';

const picked = (...words: string[]) =>
  Object.fromEntries(keepScenarios(words).map(({ name, servers }) => [name, servers]));

describe('words that pick scenarios', () => {
  it('without words all are kept', () => {
    expect(Object.keys(picked())).toEqual(['hello', 'pipelined', 'single', 'idle', 'start']);
    expect(picked()['hello']).toEqual(expect.arrayContaining(['httpuv-inline', 'httpuv-thread', 'httpuv-sync']));
  });

  it('a scenario keeps all of its servers', () => {
    expect(picked('single')).toEqual({ single: picked()['single'] });
  });

  it('a server is kept beside the reference, where it takes part', () => {
    expect(picked('httpuv-sync')).toEqual({
      hello: ['node-http', 'httpuv-sync'],
      pipelined: ['node-http', 'httpuv-sync'],
      single: ['node-http', 'httpuv-sync'],
    });
    expect(picked('httpuv-thread')['start']).toEqual(['bare-worker', 'httpuv-thread']);
  });

  it('both kinds of words together pick servers within scenarios', () => {
    expect(picked('hello', 'r-httpuv')).toEqual({ hello: ['node-http', 'r-httpuv'] });
  });

  it('words that leave nothing are refused', () => {
    expect(() => keepScenarios(['idle', 'httpuv-sync'])).toThrow(/takes part in idle/);
  });
});
