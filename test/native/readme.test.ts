/** The tables of native/README.md are those of native/defs. */
import { describe, expect, it } from 'vitest';
import { ERRORS, WS_ERRORS } from '../../src/wasm/constants.gen.ts';
import { page } from '../docs/markdown.ts';

describe('native/README.md', () => {
  it.each([
    ['HTTP', ERRORS, 'HV_'],
    ['frames', WS_ERRORS, 'HV_WS_'],
  ] as const)('lists every error of %s by number', (_, errors, prefix) => {
    const rows = errors
      .map(({ name, status, message }, n) => `| ${n} | ${name.slice(prefix.length)} | ${status} | ${message} |\n`)
      .slice(1);
    expect(page('native/README.md')).toContain(`| --- | --- | --- | --- |\n${rows.join('')}\n`);
  });
});
