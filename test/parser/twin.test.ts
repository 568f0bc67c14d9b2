/** The parser in AssemblyScript: it passes every fixture by itself, and agrees with the one in C on every fixture at every cut. */
import { describe, expect, it } from 'vitest';
import { HttpMachine } from '../../src/parser/machine.ts';
import { fixtures, lenientFixtures } from '../helpers/fixtures.ts';
import { cuts, pieces } from '../helpers/splits.ts';
import { instantiateTwin } from '../helpers/twin.ts';
import { Judge } from './judge.ts';
import { tell } from './machine-driver.ts';

const twins = {
  request: new HttpMachine('request', instantiateTwin),
  response: new HttpMachine('response', instantiateTwin),
};
const judges = { request: new Judge('request'), response: new Judge('response') };
const all = [...fixtures(), ...lenientFixtures()];

for (const file of new Set(all.map((one) => one.file))) {
  const cases = all.filter((one) => one.file === file).map((one) => [one.title, one] as const);
  describe(file, () => {
    it.each(cases)('the twin: %s', (_, { kind, settings, input, expected }) => {
      const told = tell(twins[kind], settings, [input]);
      expect(told.length === 0 ? ['nothing'] : told).toEqual(expected);
    });

    it.each(cases)('both alike at every cut: %s', (_, { kind, settings, input }) => {
      for (const cut of cuts(input)) {
        // A long head byte by byte would be moved a hundred thousand times, which shows nothing that a thousandth of it does not.
        const places = cut.length > 20_000 ? cut.filter((at) => at % 997 === 0) : cut;
        const parts = pieces(input, places).flatMap(regions);
        const where = cut.length > 1 ? 'every byte' : `${cut}`;
        expect(judges[kind].difference(settings, parts), `cut at ${where}`).toBeNull();
      }
    });
  });
}

/** Parts that fit into the region. */
function regions(piece: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < piece.length; at += 65_536) parts.push(piece.subarray(at, at + 65_536));
  return parts;
}
