/**
 * Small programs of threads that talk through the real bell, rings and outboxes, for {@link exploreWorld}: each sends
 * numbered records and checks what it reads.
 */
import { expect } from 'vitest';
import { digest, type Loaded } from './loaded.ts';
import { current, type Scenario, type View } from './run.ts';
import { appWords, runEventLoop, shared } from './simulated.ts';

/** Payload of the record with a number: two words that belong together. */
const PAYLOAD_BYTES = 8;
const secondWord = (number: number): number => number ^ 0x5a5a5a5a;
const TYPE = 7;

/** Shared memory of two threads, called `app` and `io`. */
export interface Memory {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly appWords: Int32Array<SharedArrayBuffer>;
  readonly events: SharedArrayBuffer;
  readonly commands: SharedArrayBuffer;
}

export function makeMemory(ringBytes: number): Memory {
  return {
    words: new Int32Array(shared('control', 4 * 192)),
    appWords: appWords(),
    events: shared('events', ringBytes),
    commands: shared('commands', ringBytes),
  };
}

/** Checks and notes a record. */
export function taker(words: Uint32Array, most: number) {
  let last = 0;
  return (type: number, connection: number, number: number, at: number, length: number): void => {
    const whole = type === TYPE && connection === number + 100 && length === PAYLOAD_BYTES;
    if (!whole || words[at >>> 2] !== number || words[(at >>> 2) + 1] !== secondWord(number) >>> 0) {
      throw new Error('a record was seen in part');
    }
    if (number !== last + 1 || number > most) throw new Error(`record ${number} came after ${last}`);
    last = number;
    current.note(number);
  };
}

type Writer = InstanceType<Loaded['ring']['RingWriter']>;
type Outbox = InstanceType<Loaded['outbox']['Outbox']>;

/** Puts a record straight into the ring; it has to have room. */
export function put(ring: Writer, number: number): void {
  const at = ring.reserve(PAYLOAD_BYTES);
  if (at < 0) throw new Error('there is no room');
  ring.words[(at + 16) >>> 2] = number;
  ring.words[(at + 20) >>> 2] = secondWord(number);
  ring.commit(at, PAYLOAD_BYTES, number + 100, TYPE, number);
  ring.publish();
}

/** Says a record as the link does. */
function say(outbox: Outbox, number: number): void {
  outbox.begin(PAYLOAD_BYTES);
  outbox.words[outbox.at >>> 2] = number;
  outbox.words[(outbox.at >>> 2) + 1] = secondWord(number);
  outbox.end(TYPE, number + 100, number);
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** Ways of a reader to wait. */
export type Waits = 'event loop' | 'blocked' | 'both';

const ASLEEP_TALLY = 'app[0] = 1';

/** Nobody is woken by message more often than it fell asleep. */
export function fewPings(view: View, word: string = ASLEEP_TALLY, ping = 'ping app'): void {
  if (view.tally(ping) > view.tally(word)) throw new Error('more messages are on their way than were waited for');
}

/**
 * One or two threads send `count` records each to `app`, through rings with room for all of them.
 * @param waits How the reader waits. `both`: in its event loop, from which it goes into blocking forms.
 */
export function oneWay(
  { bell, ring, control }: Loaded,
  {
    count,
    ringBytes,
    waits,
    mostLate = 0,
  }: { readonly count: number; readonly ringBytes: number; readonly waits: Waits; readonly mostLate?: number },
): Scenario {
  const { words, appWords, events } = makeMemory(ringBytes);
  const { APP, CONTROL } = control;
  const ping = (): void => {
    current.count('ping app');
    current.post('app', 0);
  };
  return {
    mostLate,
    always: (view) => fewPings(view),
    atRest(view) {
      if (!view.isOver('io')) throw new Error('the producer waits');
      expect(view.log('app')).toEqual(upTo(count));
    },
    threads: {
      io() {
        const writer = new ring.RingWriter(words, CONTROL.EVENTS, events);
        for (const number of upTo(count)) {
          current.mark(digest(number, writer));
          put(writer, number);
          bell.wake(appWords, APP.STATE, ping);
        }
      },
      app() {
        const reader = new ring.RingReader(words, CONTROL.EVENTS, events);
        const take = taker(reader.words, count);
        const hasWork = (): boolean => !reader.isEmpty;
        const blockOnce = (ms: number): void => {
          bell.block(appWords, APP.STATE, ms, hasWork);
          reader.drain(take);
        };
        if (waits === 'blocked') {
          while (current.log.length < count) {
            current.mark(digest(reader));
            blockOnce(mostLate > 0 ? 1_000 : Number.POSITIVE_INFINITY);
          }
          return;
        }
        const rest = (): void => {
          if (!bell.fallAsleep(appWords, APP.STATE, hasWork)) setImmediate(turn);
        };
        const turn = (): void => {
          bell.awaken(appWords, APP.STATE);
          reader.drain(take);
          rest();
        };
        rest();
        runEventLoop({
          message: turn,
          digest: () => digest(reader),
          inputs: waits === 'both' ? 2 : 0,
          // A blocking form: looks, waits, looks, and leaves.
          input() {
            bell.awaken(appWords, APP.STATE);
            reader.drain(take);
            if (current.log.length < count) blockOnce(1_000);
            rest();
          },
        });
      },
    },
  };
}

/**
 * Both threads send more records than their rings hold, and each goes on reading meanwhile.
 * @param looksForRoom Before it sleeps, a thread looks for room that was made for what waits in its outbox.
 */
export function bothWays(
  { bell, ring, outbox, control }: Loaded,
  {
    counts,
    ringBytes,
    appBlocks,
    looksForRoom = true,
    batch = 1,
    countsPings = false,
    joinsPlain = true,
    mostLate = 0,
  }: {
    readonly counts: { readonly io: number; readonly app: number };
    readonly ringBytes: number;
    readonly appBlocks: boolean;
    readonly looksForRoom?: boolean;
    /** Records that are shown together. */
    readonly batch?: number;
    readonly countsPings?: boolean;
    readonly joinsPlain?: boolean;
    readonly mostLate?: number;
  },
): Scenario {
  const { words, appWords, events, commands } = makeMemory(ringBytes);
  const { APP, CONTROL } = control;
  const side = (isApp: boolean): void => {
    const [mine, state] = isApp ? [appWords, APP.STATE] : [words, CONTROL.IO_STATE];
    const other = isApp ? 'io' : 'app';
    const wakeOther = (): void => {
      const [theirs, theirState] = isApp ? [words, CONTROL.IO_STATE] : [appWords, APP.STATE];
      bell.wake(theirs, theirState, () => {
        current.count(`ping ${other}`);
        current.post(other, 0);
      });
    };
    const writer = isApp
      ? new ring.RingWriter(words, CONTROL.COMMANDS, commands)
      : new ring.RingWriter(words, CONTROL.EVENTS, events);
    const out = new outbox.Outbox(writer, batch);
    const reader = isApp
      ? new ring.RingReader(words, CONTROL.EVENTS, events)
      : new ring.RingReader(words, CONTROL.COMMANDS, commands);
    const expected = isApp ? counts.io : counts.app;
    const take = taker(reader.words, expected);
    const hasWork = (): boolean => !reader.isEmpty || (looksForRoom && out.hasWork);
    const turn = (): void => {
      bell.awaken(mine, state);
      reader.serve(take, wakeOther);
      if (out.publish()) wakeOther();
    };
    for (const number of upTo(isApp ? counts.app : counts.io)) say(out, number);
    turn();
    if (isApp && appBlocks) {
      while (current.log.length < expected || out.isFull) {
        current.mark(digest('blocks', out, reader));
        bell.block(mine, state, mostLate > 0 ? 1_000 : Number.POSITIVE_INFINITY, hasWork);
        turn();
      }
    }
    const rest = (): void => {
      if (!bell.fallAsleep(mine, state, hasWork)) setImmediate(turnAndRest);
    };
    const turnAndRest = (): void => {
      turn();
      rest();
    };
    rest();
    runEventLoop({ message: turnAndRest, digest: () => digest(out, reader) });
  };
  return {
    joinsPlain,
    mostLate,
    ...(countsPings && {
      always(view: View) {
        fewPings(view);
        fewPings(view, 'control[0] = 1', 'ping io');
      },
    }),
    atRest(view) {
      expect({ app: view.log('app'), io: view.log('io') }).toEqual({ app: upTo(counts.io), io: upTo(counts.app) });
    },
    threads: { app: () => side(true), io: () => side(false) },
  };
}
