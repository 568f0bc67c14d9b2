/** The queue against a plain list: any schedule runs in the same order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { destroyLoop, listQueue, nextOpSecs, runNow } from '../../src/later/index.ts';
import { runPending } from '../../src/later/internal.ts';
import { useFakeHost } from './fake-host.ts';
import { type Deed, Model, Real } from './reference.ts';

const fake = useFakeHost();

type Step =
  | { do: 'later'; delay: number; loop: number; deed: Deed }
  | { do: 'post'; loop: number; deed: Deed }
  | { do: 'cancel'; index: number }
  | { do: 'wait'; ms: number }
  | { do: 'run'; all: boolean; loop: number }
  | { do: 'pending' };

/** Whether it threw, so that both sides can be asked alike. */
function threw(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if ((error as Error).message !== 'deed') throw error;
    return true;
  }
}

const delay = fc.constantFrom(0, 0, 0, 1, 2, 3, 5, 8, -1, -2, -5);
const loop = fc.constantFrom(0, 0, 0, 1, 2, 3);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Deed>('nothing') },
  { weight: 1, arbitrary: fc.constantFrom<Deed>('throw', 'nested') },
  { weight: 2, arbitrary: delay.map((add) => ({ add })) },
  { weight: 2, arbitrary: fc.nat(40).map((cancel) => ({ cancel })) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('later' as const), delay, loop, deed }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('post' as const), loop, deed }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), index: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const), all: fc.boolean(), loop }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pending' as const) }) },
);

test('any schedule of adding, cancelling, nesting and throwing runs as in the model', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const model = new Model();
      const real = new Real();
      const now = (): number => fake.host.timeMs;
      for (const one of steps) {
        if (one.do === 'later') {
          model.add(now(), one.delay, one.loop, one.deed);
          real.add(one.delay, one.loop, one.deed);
        } else if (one.do === 'post') {
          model.add(now(), 0, one.loop, one.deed, true);
          real.post(one.loop, one.deed);
          // Looking at the clock gives a posted task its due time.
          nextOpSecs(real.loop(0));
        } else if (one.do === 'cancel') {
          expect(real.cancels[one.index]?.() ?? false).toBe(model.cancel(one.index));
        } else if (one.do === 'wait') fake.host.timeMs += one.ms;
        else if (one.do === 'run') {
          expect(threw(() => runNow(0, one.all, real.loop(one.loop)))).toBe(
            threw(() => model.run(one.loop, now(), one.all)),
          );
        } else expect(threw(() => runPending(real.loop(0)))).toBe(threw(() => model.pending(0, now())));
        expect(real.ran).toEqual(model.ran);
        expect(real.loops.map((at) => listQueue(at).length)).toEqual(
          real.loops.map((_, index) => model.tasks.filter((task) => task.loop === index).length),
        );
      }
      for (const one of real.loops) destroyLoop(one);
    }),
    { numRuns: 400 },
  );
});
