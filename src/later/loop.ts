/**
 * Loops: a tree of queues, the handles by which programs hold them, and how long each of them lives. It knows nothing
 * of running tasks or of the event loop.
 *
 * A program holds an EventLoop, which holds a Core, which holds its tasks and its children's cores. Nothing leads back
 * from a core to its handle but a weak reference, so a handle that nobody holds can be collected, even when its own
 * tasks mention it; a loop without a parent then goes with it, one with a parent goes when it has nothing left to do.
 */
import { callerError } from '../errors.ts';
import { TaskQueue } from './queue.ts';

let loopsMade = 0;

/** A loop as this room sees it. */
export class Core {
  readonly id: number = loopsMade++;
  readonly queue: TaskQueue = new TaskQueue();
  /** In creation order. */
  readonly children: Set<Core> = new Set();
  /** For cancellers, which must not keep a loop alive. */
  readonly self: WeakRef<Core> = new WeakRef(this);
  parent: Core | null;
  isDestroyed = false;
  /** How many tasks of this loop and of those below it have been started. */
  started = 0;
  /** How many calls on the stack have this loop as the current one. */
  timesCurrent = 0;
  handle: WeakRef<EventLoop> | null = null;

  constructor(parent: Core | null) {
    this.parent = parent;
    parent?.children.add(this);
  }
}

let revealCore: (loop: EventLoop) => Core | undefined;

/**
 * Handle of a loop, made by {@link createLoop}. Printed, it reads as in R: `<event loop> ID: 1`.
 *
 * @example
 * const loop = createLoop(null);
 * String(loop); // '<event loop> ID: 1'
 */
export class EventLoop {
  readonly #core: Core;

  /** Not for programs: use {@link createLoop}. */
  constructor(core: Core) {
    this.#core = core;
  }

  static {
    revealCore = (loop) => (typeof loop === 'object' && loop !== null && #core in loop ? loop.#core : undefined);
    // So that Node prints a loop as R does.
    const print = { value: EventLoop.prototype.toString };
    Object.defineProperty(EventLoop.prototype, Symbol.for('nodejs.util.inspect.custom'), print);
  }

  /** Number of the loop; the global one has 0. */
  get id(): number {
    return this.#core.id;
  }

  toString(): string {
    return `<event loop> ID: ${this.#core.id}${this.#core.isDestroyed ? ' (destroyed)' : ''}`;
  }
}

/** The loop behind a handle, destroyed or not. */
export function anyCore(loop: EventLoop): Core {
  const core = revealCore(loop);
  if (core === undefined) {
    throw callerError('HV_BAD_OPTION', 'loop must be a loop made by createLoop, or left out for the current loop');
  }
  return core;
}

/** The loop behind a handle; destroyed ones are refused. */
export function liveCore(loop: EventLoop): Core {
  return alive(anyCore(loop));
}

/** Passes a loop through unless it has been destroyed. */
export function alive(core: Core): Core {
  if (core.isDestroyed) {
    throw callerError('HV_LOOP_DESTROYED', `loop ${core.id} has been destroyed: it holds no tasks and takes none`);
  }
  return core;
}

const collected = new FinalizationRegistry<WeakRef<Core>>((self) => {
  const core = self.deref();
  // While its tasks ran the loop may have been given a new handle.
  if (core !== undefined && core.handle?.deref() === undefined) abandon(core);
});

/** The handle of a loop: the one the program holds, or a new one when it holds none any more. */
export function handleOf(core: Core): EventLoop {
  const known = core.handle?.deref();
  if (known !== undefined) return known;
  const handle = new EventLoop(core);
  core.handle = new WeakRef(handle);
  collected.register(handle, core.self);
  return handle;
}

/** The global loop, which is nobody's child and is never destroyed. */
export const globalCore: Core = new Core(null);

/** Its handle, held for ever. */
export const globalHandle: EventLoop = handleOf(globalCore);

/** Whether the event loop runs this loop by itself. */
export function runsByItself(core: Core): boolean {
  let at: Core = core;
  while (at.parent !== null) at = at.parent;
  return at === globalCore;
}

/** When the first task of the loop or of any below it comes due; Infinity when there is none. */
export function earliest(core: Core, now: number): number {
  let due = core.queue.nextDue(now);
  for (const child of core.children) due = Math.min(due, earliest(child, now));
  return due;
}

/** Discards the tasks of a loop and cuts it out of the tree; its children become parentless. */
export function destroy(core: Core): void {
  core.isDestroyed = true;
  core.queue.clear();
  for (const child of core.children) orphan(child);
  core.children.clear();
  const parent = core.parent;
  core.parent = null;
  if (parent === null) return;
  parent.children.delete(core);
  dropIfUnneeded(parent);
}

/** Drops a loop that nobody holds once it has neither tasks nor children; the event loop has no more use for it. */
export function dropIfUnneeded(core: Core): void {
  if (core === globalCore || core.queue.size > 0 || core.children.size > 0 || core.timesCurrent > 0) return;
  if (!core.isDestroyed && core.handle?.deref() === undefined) destroy(core);
}

/** What becomes of a loop whose handle is gone. */
export function abandon(core: Core): void {
  if (core.isDestroyed) return;
  if (core.parent === null) destroy(core);
  else dropIfUnneeded(core);
}

/** A loop whose parent went: without a handle nothing could ever run it again. */
function orphan(core: Core): void {
  core.parent = null;
  if (core.handle?.deref() === undefined) destroy(core);
}
