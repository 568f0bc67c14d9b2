/** Servers in programs of their own: when a process may end. */
import { describe, expect, it } from 'vitest';
import { mode } from '../helpers/io-mode.ts';
import { Program } from '../helpers/program.ts';

describe('a process', () => {
  it('ends although an unreferenced server listens', async () => {
    using program = new Program('websockets-life.mjs', [mode, 'unref']);
    await program.port();
    expect(await program.line()).toBe('ends true');
    expect([await program.end(), program.errors]).toEqual([0, '']);
  });

  it('goes on with one that is referenced again, until that is closed', async () => {
    using program = new Program('websockets-life.mjs', [mode, 'ref']);
    await program.port();
    expect(await program.line()).toBe('closes true');
    expect([await program.end(), program.errors]).toEqual([0, '']);
  });
});
