/**
 * The tasks of one loop, in the order (due time, creation number): a binary heap for tasks with a delay and a ring
 * for those due as soon as they are made. It knows no clock and no loop, and never calls a task.
 */
import type { Scope } from './context.ts';

/** What a task does; its result is not looked at. */
export type Call = () => unknown;

/** Where a task is when it is not in the heap (there it is its index). */
const IN_RING = -1;
const GONE = -2;

const SMALLEST_RING = 16;
/** An emptied ring larger than this is given back, so that one burst does not hold memory for ever. */
const LARGEST_IDLE_RING = 4096;
/** Fewer cancelled tasks than this are not worth moving the ring for. */
const CANCELLED_TO_KEEP = 32;

let created = 0;

/** Number that the next task will get. A task with a smaller number existed before this moment. */
export function nextTaskNumber(): number {
  return created;
}

/** One queued call. A due time of NaN means: posted, and due when the queue next looks at the clock. */
export class Task {
  due: number;
  readonly seq: number;
  call: Call;
  scope: Scope | null;
  at: number;

  constructor(due: number, call: Call, scope: Scope | null) {
    this.due = due;
    this.seq = created++;
    this.call = call;
    this.scope = scope;
    this.at = IN_RING;
  }
}

/** What a cancelled task still in the ring holds instead of its callback, which is released at once. */
const nothing: Call = () => undefined;

/** False whenever one due time is NaN, so that a posted task never overtakes one with a time. */
function isBefore(a: Task, b: Task): boolean {
  return a.due < b.due || (a.due === b.due && a.seq < b.seq);
}

/** A queue with O(log n) insertion, removal and cancellation, and O(1) for tasks without delay. */
export class TaskQueue {
  readonly #heap: Task[] = [];
  /** Tasks whose due times never fall: those of `post`, and those of `add` with the present time. */
  #ring: (Task | undefined)[] = new Array<Task | undefined>(SMALLEST_RING);
  #mask = SMALLEST_RING - 1;
  #head = 0;
  #tail = 0;
  #cancelledInRing = 0;
  /** How many tasks at the end of the ring have no due time yet. They were posted, so none of them is cancelled. */
  #unstamped = 0;
  /** Tasks that may be cancelled, by number, so that a canceller needs to hold nothing but a number. */
  readonly #cancellable = new Map<number, Task>();

  /** Number of tasks waiting. */
  get size(): number {
    return this.#heap.length + (this.#tail - this.#head) - this.#cancelledInRing;
  }

  /** Adds a task that is due at once. Reads no clock, cannot be cancelled: the cheap way in. */
  post(call: Call, scope: Scope | null): void {
    this.#push(new Task(Number.NaN, call, scope));
    this.#unstamped++;
  }

  /**
   * Adds a task due at `due`; `now` is the present time, which never goes back from call to call.
   * Returns the task's number, by which {@link cancel} finds it.
   */
  add(due: number, now: number, call: Call, scope: Scope | null): number {
    this.stamp(now);
    const task = new Task(due, call, scope);
    if (due === now) this.#push(task);
    else this.#lift(task, this.#heap.length);
    this.#cancellable.set(task.seq, task);
    return task.seq;
  }

  /** Gives the posted tasks older than number `before` their due time. */
  stamp(now: number, before: number = Number.POSITIVE_INFINITY): void {
    while (this.#unstamped > 0) {
      const task = this.#ring[(this.#tail - this.#unstamped) & this.#mask];
      if (task !== undefined) {
        if (task.seq >= before) return;
        task.due = now;
      }
      this.#unstamped--;
    }
  }

  /** Removes the task with this number and releases its callback; false when it is not waiting any more. */
  cancel(seq: number): boolean {
    const task = this.#cancellable.get(seq);
    return task !== undefined && this.remove(task);
  }

  /** Takes a task out, wherever it stands; false when it had been taken out already. */
  remove(task: Task): boolean {
    if (task.at === GONE) return false;
    if (task.at >= 0) this.#unheap(task);
    else this.#unring(task);
    this.#forget(task);
    return true;
  }

  /**
   * Takes the first task that is due in a pass which began at time `time`, when `before` was the next task number;
   * null when there is none. A task made since, and due at that very time, must wait for the next pass.
   */
  takeDue(time: number, before: number): Task | null {
    const first = this.#first();
    if (first === undefined) return null;
    if (!(first.due < time || (first.due === time && first.seq < before))) return null;
    this.remove(first);
    return first;
  }

  /** Due time of the first task; Infinity when there is none. */
  nextDue(now: number): number {
    this.stamp(now);
    return this.#first()?.due ?? Number.POSITIVE_INFINITY;
  }

  /** All tasks due at `now` or before, in order, still waiting: the caller removes each as it runs it. */
  allDue(now: number): Task[] {
    return this.#list(now, now);
  }

  /** All tasks waiting, in order. */
  list(now: number): Task[] {
    return this.#list(now, Number.POSITIVE_INFINITY);
  }

  /** Drops every task. */
  clear(): void {
    for (const task of this.#heap) task.at = GONE;
    this.#heap.length = 0;
    for (const task of this.#ring) if (task !== undefined) task.at = GONE;
    this.#cancellable.clear();
    this.#renewRing([], SMALLEST_RING);
    this.#unstamped = 0;
  }

  #list(now: number, until: number): Task[] {
    this.stamp(now);
    const tasks = this.#ringTasks();
    const ordered = tasks.length;
    for (const task of this.#heap) if (task.due <= until) tasks.push(task);
    return tasks.length === ordered ? tasks : tasks.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #first(): Task | undefined {
    const top = this.#heap[0];
    if (this.#head === this.#tail) return top;
    const front = this.#ring[this.#head & this.#mask];
    if (top === undefined || front === undefined) return front ?? top;
    return isBefore(front, top) ? front : top;
  }

  #forget(task: Task): void {
    task.at = GONE;
    if (this.#cancellable.size > 0) this.#cancellable.delete(task.seq);
  }

  #push(task: Task): void {
    if (this.#tail - this.#head > this.#mask) this.#renewRing(this.#ringTasks(), (this.#mask + 1) * 2);
    this.#ring[this.#tail++ & this.#mask] = task;
  }

  /** The front goes at once, anything behind it is emptied and stays as a gap until the front reaches it. */
  #unring(task: Task): void {
    if (this.#ring[this.#head & this.#mask] === task) {
      this.#ring[this.#head++ & this.#mask] = undefined;
      this.#skipCancelled();
      return;
    }
    task.at = GONE;
    task.call = nothing;
    task.scope = null;
    this.#cancelledInRing++;
    const length = this.#tail - this.#head;
    if (this.#cancelledInRing > CANCELLED_TO_KEEP && this.#cancelledInRing * 2 > length) {
      this.#renewRing(this.#ringTasks(), this.#mask + 1);
    }
  }

  /** Keeps the invariant that the front of the ring, if there is one, is a waiting task. */
  #skipCancelled(): void {
    while (this.#cancelledInRing > 0 && this.#ring[this.#head & this.#mask]?.at === GONE) {
      this.#ring[this.#head++ & this.#mask] = undefined;
      this.#cancelledInRing--;
    }
    if (this.#head !== this.#tail) return;
    this.#head = 0;
    this.#tail = 0;
    if (this.#mask >= LARGEST_IDLE_RING) this.#renewRing([], SMALLEST_RING);
  }

  /** The waiting tasks of the ring, in order. */
  #ringTasks(): Task[] {
    const tasks: Task[] = [];
    for (let at = this.#head; at < this.#tail; at++) {
      const task = this.#ring[at & this.#mask];
      if (task !== undefined && task.at !== GONE) tasks.push(task);
    }
    return tasks;
  }

  #renewRing(tasks: Task[], capacity: number): void {
    const ring: (Task | undefined)[] = tasks;
    this.#head = 0;
    this.#tail = tasks.length;
    this.#cancelledInRing = 0;
    this.#mask = capacity - 1;
    while (ring.length < capacity) ring.push(undefined);
    this.#ring = ring;
  }

  #unheap(task: Task): void {
    const last = this.#heap.pop();
    if (last === undefined || last === task) return;
    const parent = this.#heap[(task.at - 1) >> 1];
    if (task.at > 0 && parent !== undefined && isBefore(last, parent)) this.#lift(last, task.at);
    else this.#sink(last, task.at);
  }

  /** Moves `task` from place `at` towards the top, to where it belongs. */
  #lift(task: Task, at: number): void {
    const heap = this.#heap;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(task, parent)) break;
      heap[at] = parent;
      parent.at = at;
      at = up;
    }
    heap[at] = task;
    task.at = at;
  }

  /** Moves `task` from place `at` away from the top, to where it belongs. */
  #sink(task: Task, at: number): void {
    const heap = this.#heap;
    for (;;) {
      let down = 2 * at + 1;
      let child = heap[down];
      const other = heap[down + 1];
      if (child === undefined) break;
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        down++;
      }
      if (!isBefore(child, task)) break;
      heap[at] = child;
      child.at = at;
      at = down;
    }
    heap[at] = task;
    task.at = at;
  }
}
