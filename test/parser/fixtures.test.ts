/** Every fixture through wasm: whole, byte by byte and at every single cut. */
import { describe, expect, it } from 'vitest';
import { HttpMachine } from '../../src/parser/machine.ts';
import { fixtures } from '../helpers/fixtures.ts';
import { cuts, pieces } from '../helpers/splits.ts';
import { tell } from './machine-driver.ts';

const machines = { request: new HttpMachine('request'), response: new HttpMachine('response') };

const all = fixtures();
for (const file of new Set(all.map((one) => one.file))) {
  const cases = all.filter((one) => one.file === file);
  describe(file, () => {
    it.each(cases.map((one) => [one.title, one] as const))('%s', (_, { kind, settings, input, expected }) => {
      for (const cut of cuts(input)) {
        const told = tell(machines[kind], settings, pieces(input, cut));
        expect(told.length === 0 ? ['nothing'] : told, `cut at ${cut.length > 1 ? 'every byte' : cut}`).toEqual(
          expected,
        );
      }
    });
  });
}
