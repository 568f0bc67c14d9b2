/** Which scenarios and servers words pick. */
import { describe, expect, it } from 'vitest';
import { ECHO_GOALS } from '../../src/bench/echo-goals.ts';
import { keepEchoScenarios } from '../../src/bench/echo-scenarios.ts';
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

describe('scenarios of echoes', () => {
  const named = (...words: string[]) => keepEchoScenarios(words).map(({ name }) => name);

  it('are those that goals are stated for where none is named, also when servers are', () => {
    const goals = [...new Set(ECHO_GOALS.map(({ on }) => on))];
    expect(named().sort()).toEqual(goals.sort());
    expect(named('ws').sort()).toEqual(goals.sort());
  });

  it('are all sizes, both types and both depths, and idle WebSockets', () => {
    const all = named('echo', 'idle');
    expect(new Set(all).size).toBe(7 * 2 * 2 + 1);
    expect(all).toContain('idle');
    for (const size of ['16b', '125b', '1k', '4k', '16k', '64k', '1m']) {
      expect(named(`echo-${size}`)).toEqual(
        ['binary-single', 'binary-pipelined', 'text-single', 'text-pipelined'].map((rest) => `echo-${size}-${rest}`),
      );
    }
  });

  it('say in their titles what they send, and over how many connections', () => {
    const [scenario] = keepEchoScenarios(['echo-64k-text-pipelined']);
    expect(scenario).toMatchObject({ bytes: 65_536, depth: 16, isBinary: false, connections: 16 });
    expect(scenario?.title).toBe('echoes of 64 KiB text, 16 connections, 16 messages at a time');
  });

  it('keep the reference and its second self beside a picked server', () => {
    const servers = keepEchoScenarios(['1k-text-single', 'idle', 'httpuv-inline']).map((scenario) => scenario.servers);
    expect(servers).toEqual([
      ['ws-bufferutil', 'control', 'httpuv-inline'],
      ['ws', 'httpuv-inline'],
    ]);
  });
});
