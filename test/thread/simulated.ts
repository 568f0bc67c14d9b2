/**
 * The world in which explored threads run: `Atomics`, shared words, timers and the event loop, each as steps of
 * {@link current}. It is in place only while an exploration runs.
 */
import { APP, APP_MARK, makeAppWords } from '../../src/thread/control.ts';
import { explore } from './explore.ts';
import { current, type Explored, type Message, type Run, type Scenario } from './run.ts';

interface Words {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
}

/** Dense numbers of the shared words that were touched, and their names. */
let numbers = new Map<ArrayBufferLike, Map<number, number>>();
let names: string[] = [];
let bufferNames = new Map<ArrayBufferLike, string>();

/** The number of a shared word. */
export function wordAt(words: Words, index: number): number {
  let inside = numbers.get(words.buffer);
  if (inside === undefined) {
    inside = new Map();
    numbers.set(words.buffer, inside);
  }
  const place = (words.byteOffset >>> 2) + index;
  let at = inside.get(place);
  if (at === undefined) {
    at = names.length;
    inside.set(place, at);
    names.push(`${bufferNames.get(words.buffer) ?? 'memory'}[${place}]`);
  }
  return at;
}

/** Gives shared memory, and names its words in reports. */
export function shared(name: string, bytes: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes);
  bufferNames.set(buffer, name);
  return buffer;
}

/** The app thread's own words, with the mark by which its handle is known. */
export function appWords(): Int32Array<SharedArrayBuffer> {
  const words = new Int32Array(shared('app', makeAppWords().byteLength));
  words[APP.MARK] = APP_MARK;
  return words;
}

const simulatedAtomics = {
  load: (words: Words, index: number) => current.step({ kind: 'load', at: wordAt(words, index) }),
  store(words: Words, index: number, value: number) {
    const at = wordAt(words, index);
    const stored = current.step({ kind: 'store', at, value: value | 0 });
    current.count(`${names[at]} = ${value}`);
    return stored;
  },
  exchange: (words: Words, index: number, value: number) =>
    current.step({ kind: 'exchange', at: wordAt(words, index), value }),
  add: (words: Words, index: number, value: number) => current.step({ kind: 'add', at: wordAt(words, index), value }),
  compareExchange: (words: Words, index: number, expected: number, value: number) =>
    current.step({ kind: 'compareExchange', at: wordAt(words, index), expected, value }),
  notify: (words: Words, index: number) => current.step({ kind: 'notify', at: wordAt(words, index) }),
  wait: (words: Words, index: number, value: number, ms = Number.POSITIVE_INFINITY) =>
    current.step({ kind: 'wait', at: wordAt(words, index), value, isEndless: ms === Number.POSITIVE_INFINITY }),
};

/** Words of shared memory without `Atomics`. */
export function plainWords(memory: ArrayBufferLike): Uint32Array {
  const words = { buffer: memory, byteOffset: 0 };
  return new Proxy(new Uint32Array(0), {
    get: (_, name) => (current.step({ kind: 'load', at: wordAt(words, Number(name)), isPlain: true }) as number) >>> 0,
    set: (_, name, value: number) => {
      current.step({ kind: 'store', at: wordAt(words, Number(name)), value: value | 0, isPlain: true });
      return true;
    },
  });
}

/** Bytes of shared memory, as far as rings use them: whole words are put there. */
function plainBytes(memory: ArrayBufferLike): Pick<Buffer, 'set'> {
  const words = plainWords(memory);
  return {
    set(bytes: Uint8Array, at: number) {
      const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < bytes.byteLength; i += 4) words[(at + i) >>> 2] = from.getUint32(i, true);
    },
  };
}

/** Half milliseconds: the smallest time that a clock shows here. */
const TICKS_PER_MS = 2;

/** The clock that all threads see; null while time stands still. */
let clockWords: Int32Array | null = null;

const ticks = (): number => (clockWords === null ? 0 : Atomics.load(clockWords, 0));

/** Makes a clock that `thread` moves on for so many milliseconds. Timers are then in time, to Node's whole milliseconds. */
export function makeClock(
  thread: string,
  ms: number,
): { readonly clock: NonNullable<Scenario['clock']>; readonly threads: Scenario['threads'] } {
  const words = new Int32Array(shared('clock', 4));
  clockWords = words;
  const run = (): void => {
    for (let i = 0; i < ms * TICKS_PER_MS; i++) {
      current.mark(`${i}`);
      Atomics.add(words, 0, 1);
    }
  };
  return { clock: { word: wordAt(words, 0) }, threads: { [thread]: run } };
}

/** The event loop of one run. */
class EventLoop {
  readonly immediates: (() => void)[] = [];
  readonly timers: { call: () => void; due: number; isSet: boolean }[] = [];
}

const loops = new WeakMap<Run, EventLoop>();

function loopOf(run: Run): EventLoop {
  let loop = loops.get(run);
  if (loop === undefined) {
    loop = new EventLoop();
    loops.set(run, loop);
  }
  return loop;
}

const simulatedGlobals = {
  Atomics: simulatedAtomics,
  setImmediate: (call: () => void) => void loopOf(current).immediates.push(call),
  setTimeout(call: () => void, ms: number) {
    const timer = { call, due: 0, isSet: false };
    // Node counts whole milliseconds, so that it may be early by less than one.
    const set = (): void => {
      timer.due = (Math.floor(ticks() / TICKS_PER_MS) + ms) * TICKS_PER_MS;
      timer.isSet = true;
    };
    set();
    loopOf(current).timers.push(timer);
    return { refresh: set, unref() {} };
  },
  performance: { now: () => 1_000 + ticks() / TICKS_PER_MS },
  // Its milliseconds begin elsewhere than those of timers.
  Date: { now: () => 1_000 + Math.floor((ticks() + 1) / TICKS_PER_MS) },
  exploredWords: plainWords,
  exploredBytes: plainBytes,
};

export interface LoopHandlers {
  message?(message: Message): void;
  /** Called from the event loop so many times, whenever: bytes at a socket, a timer of the app. */
  readonly inputs?: number;
  input?(index: number): void;
  /** What else decides about what the thread does next; see {@link Run.mark}. */
  digest?(): string;
}

/** Runs the event loop of the thread for ever. */
export function runEventLoop({ message, inputs = 0, input, digest }: LoopHandlers): never {
  const loop = loopOf(current);
  let nextInput = 0;
  for (;;) {
    const ready: string[] = [];
    if (loop.immediates.length > 0) ready.push('immediate');
    if (nextInput < inputs) ready.push('input');
    const timers = loop.timers.flatMap(({ due, isSet }, i) => (isSet ? [{ name: `timer ${i}`, due }] : []));
    if (digest !== undefined) {
      current.mark(`${nextInput} ${loop.immediates.length} ${JSON.stringify(timers)} ${digest()}`);
    }
    const event = current.step({ kind: 'turn', ready, timers }) as string;
    if (event === 'immediate') loop.immediates.shift()?.();
    else if (event === 'input') input?.(nextInput++);
    else if (event.startsWith('timer ')) {
      const timer = loop.timers[Number(event.slice(6))];
      if (timer !== undefined) {
        timer.isSet = false;
        timer.call();
      }
    } else message?.(Number(event.slice(8)));
  }
}

/** Explores the scenario that `make` describes; the world is the simulated one while it does. */
export function exploreWorld(make: () => Scenario): Explored {
  numbers = new Map();
  names = [];
  bufferNames = new Map();
  clockWords = null;
  const before = Object.keys(simulatedGlobals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(simulatedGlobals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    return explore(make(), (at) => names[at] ?? String(at));
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}
