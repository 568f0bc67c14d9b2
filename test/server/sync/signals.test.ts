/** Ctrl-C in a program whose event loop does not turn. */
import { expect, it } from 'vitest';
import { Program } from '../../helpers/program.ts';

it('ends the program at once when it has no handler', async () => {
  using program = new Program('sync-app.mjs', ['signals', 'none']);
  await program.port();
  program.signal('SIGINT');
  expect(await program.end()).toBe('SIGINT');
});

it('does nothing inside the form when there is a handler, which runs afterwards', async () => {
  using program = new Program('sync-app.mjs', ['signals', 'handled']);
  await program.port();
  program.signal('SIGINT');
  expect(await program.line()).toBe('waited');
});
