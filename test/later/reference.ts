/** A plain list that is sorted anew for every task, and the real queue behind the same few verbs. */
import { createLoop, type EventLoop, later, runNow } from '../../src/later/index.ts';
import { post } from '../../src/later/internal.ts';

/** What a task does when it runs: nothing, add another, cancel one, or throw. */
export type Deed = { add: number } | { cancel: number } | 'throw' | 'nothing' | 'nested';

interface ModelTask {
  readonly name: number;
  readonly due: number;
  readonly loop: number;
  readonly deed: Deed;
  readonly isPosted: boolean;
}

/** Loop 0 is the root; 1 and 2 are its children, 3 is a child of 1. */
const CHILDREN: readonly (readonly number[])[] = [[1, 2], [3], [], []];

export class Model {
  tasks: ModelTask[] = [];
  ran: number[] = [];
  made = 0;

  add(now: number, delay: number, loop: number, deed: Deed, isPosted: boolean = false): void {
    this.tasks.push({ name: this.made++, due: now + delay, loop, deed, isPosted });
  }

  /** Posted tasks have no canceller. */
  cancel(name: number): boolean {
    const waiting = this.tasks.length;
    this.tasks = this.tasks.filter((task) => task.name !== name || task.isPosted);
    return this.tasks.length < waiting;
  }

  due(loop: number, now: number, before: number): ModelTask | undefined {
    return this.tasks
      .filter((task) => task.loop === loop && (task.due < now || (task.due === now && task.name < before)))
      .sort((a, b) => a.due - b.due || a.name - b.name)[0];
  }

  run(loop: number, now: number, all: boolean, before: number = this.made): void {
    for (let task = this.due(loop, now, before); task !== undefined; task = this.due(loop, now, before)) {
      this.start(task, now);
      if (!all) break;
    }
    for (const child of CHILDREN[loop] ?? []) this.run(child, now, true, before);
  }

  pending(loop: number, now: number): void {
    const before = this.made;
    const list = (at: number): ModelTask[] => {
      const own = this.tasks.filter((task) => task.loop === at && task.due <= now && task.name < before);
      return [...own.sort((a, b) => a.due - b.due || a.name - b.name), ...(CHILDREN[at] ?? []).flatMap(list)];
    };
    for (const task of list(loop)) if (this.tasks.includes(task)) this.start(task, now);
  }

  start(task: ModelTask, now: number): void {
    this.tasks = this.tasks.filter((other) => other !== task);
    this.ran.push(task.name);
    if (typeof task.deed === 'object' && 'add' in task.deed) this.add(now, task.deed.add, task.loop, 'nothing');
    else if (typeof task.deed === 'object') this.cancel(task.deed.cancel);
    else if (task.deed === 'nested') this.run(task.loop, now, false);
    else if (task.deed === 'throw') throw new Error('deed');
  }
}

export class Real {
  readonly ran: number[] = [];
  readonly cancels: (() => boolean)[] = [];
  readonly loops: EventLoop[];

  constructor() {
    const root = createLoop(null);
    const first = createLoop(root);
    this.loops = [root, first, createLoop(root), createLoop(first)];
  }

  loop(index: number): EventLoop {
    const loop = this.loops[index];
    if (loop === undefined) throw new Error('no such loop');
    return loop;
  }

  add(delay: number, loop: number, deed: Deed): void {
    this.cancels.push(later(this.call(loop, deed), delay / 1000, this.loop(loop)));
  }

  post(loop: number, deed: Deed): void {
    post(this.loop(loop), this.call(loop, deed));
    this.cancels.push(() => false);
  }

  call(loop: number, deed: Deed): () => void {
    const name = this.cancels.length;
    return () => {
      this.ran.push(name);
      if (typeof deed === 'object' && 'add' in deed) this.add(deed.add, loop, 'nothing');
      else if (typeof deed === 'object') this.cancels[deed.cancel]?.();
      else if (deed === 'nested') runNow(0, false);
      else if (deed === 'throw') throw new Error('deed');
    };
  }
}
