/**
 * For how long the thread of the app lets all others wait: between two looks at what came. On the event loop a timer looks;
 * in the middle of synchronous code, `serviceSync` and the like do.
 */
import { appBell } from '../thread/app-bell.ts';

/** Between two looks on the event loop. It keeps no process running. */
const LOOK_MS = 50;

/** Hears of blocks for one server. */
export interface Watched {
  /** The longest block (ms) since it was asked last, or since the beginning. One that goes on counts as far as it has come. */
  take(): number;
  end(): void;
}

const watched = new Set<{ longestMs: number; readonly onLook: () => void }>();
let timer: NodeJS.Timeout | null = null;
let seenAt = 0;
/** Since then the event loop may have had nothing to do. */
let mayIdle = true;
let isEndPlanned = false;

/** Begins to watch, for as long as a server runs. @param onLook Called at each look. */
export function watchBlocks(onLook: () => void): Watched {
  const one = { longestMs: 0, onLook };
  if (timer === null) {
    seen(true);
    timer = setInterval(() => {
      note(LOOK_MS);
      seen(true);
    }, LOOK_MS);
    timer.unref();
    appBell.watch = { looked, waited: () => seen(false) };
  }
  watched.add(one);
  return {
    take: () => {
      if (watched.has(one)) looked();
      const { longestMs } = one;
      one.longestMs = 0;
      return longestMs;
    },
    end: () => {
      watched.delete(one);
      if (watched.size > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
      appBell.watch = null;
    },
  };
}

/** This thread looks at what came, in the middle of synchronous code. */
export function looked(): void {
  if (timer === null) return;
  note(mayIdle ? LOOK_MS : 0);
  seen(false);
}

function seen(isByLoop: boolean): void {
  seenAt = performance.now();
  mayIdle = isByLoop;
  if (isByLoop || isEndPlanned) return;
  isEndPlanned = true;
  // Runs where this stretch of synchronous code ends.
  queueMicrotask(() => {
    isEndPlanned = false;
    mayIdle = true;
  });
}

/** @param idleMs Of the time since the last look, so much may have been idle. */
function note(idleMs: number): void {
  const ms = performance.now() - seenAt - idleMs;
  for (const one of watched) {
    if (ms > one.longestMs) one.longestMs = ms;
    one.onLook();
  }
}
