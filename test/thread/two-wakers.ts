/** Two threads that wake a third one, for {@link exploreWorld}. */
import { expect } from 'vitest';
import { digest, type Loaded } from './loaded.ts';
import { makeMemory, put, taker, upTo } from './protocol.ts';
import { current, type Scenario } from './run.ts';

/** The I/O thread and an interrupter wake one thread that blocks or is in its event loop. */
export function twoWakers(
  { bell, ring, control }: Loaded,
  interrupt: (handle: SharedArrayBuffer) => void,
  { count, rounds }: { readonly count: number; readonly rounds: number },
): Scenario {
  const { words, appWords, events } = makeMemory(128);
  const { APP, CONTROL } = control;
  return {
    joinsPlain: true,
    mostLate: 1,
    atRest(view) {
      expect(view.isOver('io') && view.isOver('interrupter')).toBe(true);
      expect(view.log('app').filter((what) => typeof what === 'number')).toEqual(upTo(count));
      // Interruptions may fall together, but none is forgotten.
      expect(view.log('app')).toContain(`${rounds} interruptions`);
    },
    threads: {
      io() {
        const writer = new ring.RingWriter(words, CONTROL.EVENTS, events);
        for (const number of upTo(count)) {
          current.mark(digest(number, writer));
          put(writer, number);
          bell.wake(appWords, APP.STATE, () => {
            current.count('ping app');
            current.post('app', 0);
          });
        }
      },
      interrupter() {
        for (let i = 0; i < rounds; i++) {
          current.mark(`${i}`);
          interrupt(appWords.buffer);
        }
      },
      app() {
        const reader = new ring.RingReader(words, CONTROL.EVENTS, events);
        const take = taker(reader.words, count);
        let taken = 0;
        let seen = 0;
        const isInterrupted = (): boolean => Atomics.load(appWords, APP.INTERRUPTS) !== seen;
        const hasWork = (): boolean => !reader.isEmpty || isInterrupted();
        const look = (): void => {
          reader.drain((...record) => {
            taken++;
            take(...record);
          });
          seen = Atomics.load(appWords, APP.INTERRUPTS);
        };
        while (taken < count || seen < rounds) {
          current.mark(digest(seen, taken, reader));
          bell.block(appWords, APP.STATE, 1_000, hasWork);
          look();
        }
        current.note(`${seen} interruptions`);
      },
    },
  };
}
