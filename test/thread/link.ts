/**
 * The real ends of a link, `RingLink` with the app thread's bell and `IoEnd`, between a stand-in for the sockets and one
 * for the app, for {@link exploreWorld}. What the sockets bring is told as an event of 16 bytes, and the app answers each
 * with a command of 16 bytes.
 */
import { expect } from 'vitest';
import type { ToApp } from '../../src/node/link.ts';
import type { ThreadData } from '../../src/thread/messages.ts';
import { type LinkRoom, Port } from './link-room.ts';
import { digest } from './loaded.ts';
import { upTo } from './protocol.ts';
import { current, type Scenario } from './run.ts';
import { appWords, makeClock, runEventLoop, shared, wordAt } from './simulated.ts';

export interface LinkOptions {
  /** How many events sockets bring, and of these how many are told without room. */
  readonly events: number;
  readonly bodies?: number;
  /** Whether the app answers what it is told; there are events that have no answer. */
  readonly answers?: boolean;
  /** Commands that the app says by itself, outside of any pass. */
  readonly sayings?: number;
  /** How the app says them: one by one without a flush, each with one as after promises, or all in one pass. */
  readonly say?: 'bare' | 'flushed' | 'in a pass';
  /** The app tells how much it has heard, as it does of messages; what it says by itself answers some, too. */
  readonly tellsHeard?: boolean;
  /** How often the app blocks once, from its event loop. */
  readonly blocks?: number;
  /** Interruptions by a third thread. */
  readonly interrupts?: number;
  /** The app takes notice of them, as the forms of its run loop do. */
  readonly takesInterrupts?: boolean;
  readonly ringBytes?: number;
  readonly mostLate?: number;
  /** So many milliseconds pass; else time stands still. */
  readonly ms?: number;
}

/** Sockets, I/O end, link and app; each event is answered. */
export function wholeLink({ room, RingLink, IoEnd, bell }: LinkRoom, options: LinkOptions): Scenario {
  const {
    events,
    bodies = 0,
    answers = true,
    sayings = 0,
    say = 'bare',
    tellsHeard = false,
    blocks = 0,
    interrupts = 0,
    takesInterrupts = true,
  } = options;
  const { ringBytes = 32, mostLate = 0, ms = 0 } = options;
  const { CONTROL } = room.control;
  const control = new Int32Array(shared('control', 4 * 208));
  const app = appWords();
  const memory = {
    control,
    app,
    events: shared('events', ringBytes),
    commands: shared('commands', ringBytes),
    spoolAccount: new BigInt64Array(new SharedArrayBuffer(8)),
  };
  const time = ms > 0 ? makeClock('time', ms) : null;
  const world = globalThis.exploredLink;
  world.app = app;
  world.memory = memory as unknown as ThreadData;
  const inOrder = (log: readonly unknown[]): unknown[] => log.filter((what) => (what as number) <= events);
  return {
    joinsPlain: true,
    // Only a link that gives its thread up looks at these; and one that tells of messages at the last.
    ownWords: new Set(
      [CONTROL.TURNS, CONTROL.DEAD, ...(tellsHeard ? [] : [CONTROL.HEARD])].map((word) => wordAt(control, word)),
    ),
    mostLate,
    ...(time !== null && { clock: time.clock }),
    atRest(view) {
      expect({ app: view.log('app'), io: inOrder(view.log('io')) }).toEqual({
        app: upTo(events),
        io: answers ? upTo(events) : [],
      });
      expect(view.log('io').length).toBe((answers ? events : 0) + sayings);
    },
    threads: {
      app() {
        const own = bell.renew();
        let link: InstanceType<typeof RingLink> | null = null;
        let tasks: (() => void)[] = [];
        let heard = 0;
        const toApp = {
          abort(connection: number, request: number) {
            if (connection !== request + 100) throw new Error('an event was seen in part');
            current.note(request);
            if (answers) tasks.push(() => link?.proceed(connection, request));
          },
        } as unknown as ToApp; // Nothing else is told here.
        /** As the run loop's pass: tasks that are there, then the answers go out. */
        const pass = (): void => {
          const due = tasks;
          tasks = [];
          for (const task of due) task();
          heard += due.length;
          if (due.length > 0) link?.flush();
          if (due.length > 0 && tellsHeard) link?.sockets.heard(heard);
        };
        world.drain = () => {
          own.drain();
          pass();
          own.rest();
        };
        link = new RingLink(
          () => ({ unref() {}, on() {}, terminate: () => Promise.resolve(0) }) as never, // The other thread is explored.
          toApp,
          {
            hasServers: true,
            closed() {},
            log() {},
            lost: (error) => {
              throw error;
            },
          },
        );
        const { port } = world;
        const sayInputs = say === 'in a pass' ? Math.min(1, sayings) : sayings;
        const sayOne = (number: number): void => link?.proceed(events + number + 100, events + number);
        runEventLoop({
          message: (message) => port?.onMessage(message),
          digest: () => digest(own, link, heard),
          inputs: sayInputs + blocks,
          input(index) {
            if (index < sayInputs) {
              if (say === 'in a pass') {
                tasks.push(...upTo(sayings).map((number) => () => sayOne(number)));
                world.drain();
              } else sayOne(index + 1);
              if (say === 'flushed') link?.flush();
              return;
            }
            // A blocking form that waits once.
            own.drain();
            if (takesInterrupts) own.takeInterrupt();
            if (tasks.length === 0) {
              current.mark(`blocks ${index} ${digest(own, link)}`);
              own.wait(1_000);
              own.drain();
              if (takesInterrupts) own.takeInterrupt();
            }
            pass();
            own.rest();
          },
        });
      },
      io() {
        const port = new Port('app');
        const end = new IoEnd({ ...memory, port } as unknown as ThreadData);
        const { sockets } = world;
        runEventLoop({
          message: (message) => port.onMessage(message),
          digest: () => digest(end, sockets),
          inputs: events,
          input: (index) => sockets?.receive(index + 1, index < bodies),
        });
      },
      ...time?.threads,
      ...(interrupts > 0 && {
        interrupter() {
          for (let i = 0; i < interrupts; i++) expect(bell.interruptThread(app.buffer)).toBe(true);
        },
      }),
    },
  };
}
