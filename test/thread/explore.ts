/**
 * Goes through all schedules of a scenario, depth first. A state is the shared memory, the messages on their way, and how
 * far each thread is; one that was reached before is not gone through again.
 */
import { type Explored, type Message, type Op, type Result, Run, runAs, type Scenario, type View } from './run.ts';
import { type Memory, type Move, type Node, RUNNING, type State, WAITING, WOKEN } from './state.ts';

/** In place of the number of schedules: it is being counted. */
const ON_THE_WAY = -1;

const MEMORY_WORDS = 128;

class Failure extends Error {}

/** Goes through every state of a scenario. `nameOf` names a word for the report. */
export function explore(scenario: Scenario, nameOf: (at: number) => string = String): Explored {
  return new Explorer(scenario, nameOf).run();
}

class Explorer {
  readonly #scenario: Scenario;
  readonly #names: readonly string[];
  readonly #nameOf: (at: number) => string;
  /** Schedules from each state on. */
  readonly #seen = new Map<string, number>();
  readonly #memories = new Map<string, Memory>();
  /** Nodes of threads that have said in what state they are. */
  readonly #marked = new Map<string, Node>();
  readonly #path: string[] = [];
  #nodes = 0;
  #rests = 0;
  #longest = 0;

  constructor(scenario: Scenario, nameOf: (at: number) => string) {
    this.#scenario = scenario;
    this.#names = Object.keys(scenario.threads);
    this.#nameOf = nameOf;
  }

  run(): Explored {
    const found = { schedules: 0, failure: null as Explored['failure'] };
    try {
      found.schedules = this.#visit({
        memory: this.#memory(new Int32Array(MEMORY_WORDS)),
        nodes: this.#names.map((_, thread) => this.#node(thread, null, null, 0)),
        queues: this.#names.map(() => []),
        waits: this.#names.map(() => RUNNING),
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      found.failure = { message: error.message, steps: [...this.#path] };
    }
    return { ...found, states: this.#seen.size, rests: this.#rests, longest: this.#longest };
  }

  /** Returns how many schedules there are from this state on. */
  #visit(state: State): number {
    const key = this.#keyOf(state);
    const known = this.#seen.get(key);
    // Each step changes something, unless threads only look again and again.
    if (known === ON_THE_WAY) this.#fail('somebody turns for ever');
    if (known !== undefined) return known;
    const { mostStates = 3_000_000 } = this.#scenario;
    if (this.#seen.size >= mostStates)
      throw new RangeError(`more than ${mostStates} states: make the scenario smaller`);
    this.#seen.set(key, ON_THE_WAY);
    this.#longest = Math.max(this.#longest, this.#path.length);
    for (const [thread, { error }] of state.nodes.entries()) {
      if (error !== null) this.#fail(`${this.#names[thread]} threw ${String(error)}`);
    }
    const moves = this.#movesOf(state);
    this.#check(state, this.#scenario.always);
    if (moves.every(({ isLate }) => isLate)) {
      this.#rests++;
      this.#check(state, this.#scenario.atRest);
    }
    let schedules = moves.length === 0 ? 1 : 0;
    for (const { thread, label, to } of moves) {
      const before = this.#path.length;
      this.#path.push(label);
      schedules += this.#visit(this.#goOn(to(), thread));
      this.#path.length = before;
    }
    this.#seen.set(key, schedules);
    return schedules;
  }

  /** What only the thread itself can tell happens with the step before. */
  #goOn(state: State, thread: number): State {
    for (;;) {
      const { op } = state.nodes[thread] as Node;
      if (op === null || op.kind === 'choose' || !this.#isPrivate(op)) return state;
      const [move] = this.#movesOfThread(state, thread, state.nodes[thread] as Node, op);
      if (move === undefined) return state;
      this.#path.push(move.label);
      state = move.to();
    }
  }

  #check(state: State, check: ((view: View) => void) | undefined): void {
    if (check === undefined) return;
    const of = (thread: string): number => this.#names.indexOf(thread);
    try {
      check({
        log: (thread) => state.nodes[of(thread)]?.log ?? [],
        tally: (what, thread) =>
          state.nodes.reduce((sum, { tallies }, i) => {
            return thread === undefined || i === of(thread) ? sum + (tallies[what] ?? 0) : sum;
          }, 0),
        isOver: (thread) => state.nodes[of(thread)]?.op === null,
        messages: (thread) => state.queues[of(thread)]?.length ?? 0,
      });
    } catch (error) {
      this.#fail((error as Error).message);
    }
  }

  #fail(message: string): never {
    throw new Failure(message);
  }

  #keyOf({ memory, nodes, queues, waits }: State): string {
    let key = `${memory.id}`;
    for (let i = 0; i < nodes.length; i++) key += `|${nodes[i]?.id},${waits[i]},${queues[i]?.join(';')}`;
    return key;
  }

  #memory(words: Int32Array): Memory {
    const text = Buffer.from(words.buffer).toString('latin1');
    let memory = this.#memories.get(text);
    if (memory === undefined) {
      memory = { id: this.#memories.size, words };
      this.#memories.set(text, memory);
    }
    return memory;
  }

  /** What a thread does after the steps of its history. */
  #node(thread: number, parent: Node | null, result: Result, late: number): Node {
    const results: Result[] = [];
    for (let at = parent; at?.parent != null; at = at.parent) results.push(at.result);
    results.reverse();
    if (parent !== null) results.push(result);
    const name = this.#names[thread] as string;
    const run = new Run(name, results);
    const error = runAs(run, this.#scenario.threads[name] as () => void);
    const { log, tallies, pending, digest, replayed } = run;
    if (replayed?.kind !== parent?.op?.kind) throw new RangeError(`${name} did something else the second time`);
    const op = error === null ? pending : null;
    const make = (): Node => ({
      id: this.#nodes++,
      parent,
      result,
      late,
      op,
      error,
      log,
      // Without a look at every state nobody asks for them.
      tallies: this.#scenario.always === undefined ? {} : tallies,
      children: new Map(),
    });
    if (digest === null || error !== null) return make();
    const key = JSON.stringify([thread, digest, log, this.#scenario.always && tallies, late, op]);
    let node = this.#marked.get(key);
    if (node === undefined) {
      node = make();
      this.#marked.set(key, node);
    }
    return node;
  }

  #movesOf(state: State): Move[] {
    const moves: Move[] = [];
    for (let thread = 0; thread < state.nodes.length; thread++) {
      const node = state.nodes[thread] as Node;
      if (node.op === null) continue;
      const own = this.#movesOfThread(state, thread, node, node.op);
      // Nobody else can tell when this happens, so it happens now.
      if (this.#isPrivate(node.op)) return own;
      moves.push(...own);
    }
    return moves.length > 0 ? moves : this.#movesAfterAll(state);
  }

  /** The clock has stopped, and everybody waits: then timers fire however far off they are. */
  #movesAfterAll(state: State): Move[] {
    if (this.#scenario.clock === undefined) return [];
    return state.nodes.flatMap((node, thread) => {
      if (node.op?.kind !== 'turn') return [];
      return node.op.timers.map(({ name }) => ({
        thread,
        isLate: false,
        label: `${this.#names[thread]}: event loop: ${name}, after all`,
        to: () => ({ ...state, nodes: state.nodes.with(thread, this.#after(thread, node, name, false)) }),
      }));
    });
  }

  #isPrivate(op: Op): boolean {
    if (op.kind === 'choose') return true;
    if (!('at' in op)) return false;
    if (this.#scenario.ownWords?.has(op.at) === true) return true;
    return this.#scenario.joinsPlain === true && 'isPlain' in op && op.isPlain === true;
  }

  #movesOfThread(state: State, thread: number, node: Node, op: Op): Move[] {
    const { memory, waits, queues } = state;
    const name = this.#names[thread] as string;
    const mayBeLate = node.late < (this.#scenario.mostLate ?? 0);
    const queue = queues[thread] as readonly Message[];
    const move = (text: string, result: Result, change: Partial<State> = {}, isLate = false): Move => ({
      thread,
      isLate,
      label: `${name}: ${text}`,
      to: () => ({ ...state, ...change, nodes: state.nodes.with(thread, this.#after(thread, node, result, isLate)) }),
    });
    const at = 'at' in op ? op.at : 0;
    const old = memory.words[at] as number;
    const word = this.#nameOf(at);
    const writing = (text: string, value: number, result: number): Move =>
      move(`${text} → ${result}`, result, value === old ? {} : { memory: this.#memory(memory.words.with(at, value)) });
    switch (op.kind) {
      case 'load':
        return [move(`${word} is ${old}`, old)];
      case 'store':
        return [writing(`${word} = ${op.value}`, op.value, op.value | 0)];
      case 'exchange':
        return [writing(`${word} exchanged for ${op.value}`, op.value, old)];
      case 'add':
        return [writing(`${word} + ${op.value}`, old + op.value, old)];
      case 'compareExchange':
        return [writing(`${word} if ${op.expected} = ${op.value}`, old === op.expected ? op.value : old, old)];
      case 'notify': {
        const isSleeper = (i: number): boolean => {
          const other = state.nodes[i]?.op;
          return waits[i] === WAITING && other?.kind === 'wait' && other.at === at;
        };
        const woken = waits.map((wait, i) => (isSleeper(i) ? WOKEN : wait));
        return [move(`notify ${word}`, woken.filter((wait, i) => wait !== waits[i]).length, { waits: woken })];
      }
      case 'wait':
        return this.#movesOfWait(state, thread, op, move, mayBeLate && !op.isEndless);
      case 'post': {
        const to = this.#names.indexOf(op.to);
        return [
          move(`post ${op.message} to ${op.to}`, 0, { queues: queues.with(to, [...(queues[to] ?? []), op.message]) }),
        ];
      }
      case 'receive':
        if (queue.length === 0) return [move('receive nothing', null)];
        return [move('receive', queue[0] as Message, { queues: queues.with(thread, queue.slice(1)) })];
      case 'turn': {
        const moves = op.ready.map((what) => move(`event loop: ${what}`, what));
        if (queue.length > 0) {
          moves.push(
            move('event loop: message', `message ${queue[0]}`, { queues: queues.with(thread, queue.slice(1)) }),
          );
        }
        for (const { name: what, due } of op.timers) {
          const { clock } = this.#scenario;
          if (clock !== undefined) {
            if (due <= (memory.words[clock.word] as number)) moves.push(move(`event loop: ${what}`, what));
          } else if (mayBeLate) moves.push(move(`event loop: ${what}`, what, {}, true));
        }
        return moves;
      }
      case 'choose':
        return Array.from({ length: op.of }, (_, i) => move(`chooses ${i}`, i));
      default:
        return op satisfies never;
    }
  }

  #movesOfWait(
    state: State,
    thread: number,
    op: Op & { readonly kind: 'wait' },
    move: (text: string, result: Result, change?: Partial<State>, isLate?: boolean) => Move,
    canTimeOut: boolean,
  ): Move[] {
    const { memory, waits } = state;
    const word = this.#nameOf(op.at);
    const running = { waits: waits.with(thread, RUNNING) };
    if (waits[thread] === WOKEN) return [move(`woken at ${word}`, 'ok', running)];
    if (waits[thread] === WAITING) return canTimeOut ? [move(`timed out at ${word}`, 'timed-out', running, true)] : [];
    if (memory.words[op.at] !== op.value) return [move(`need not wait at ${word}`, 'not-equal')];
    const label = `${this.#names[thread]}: waits at ${word}`;
    return [{ thread, isLate: false, label, to: () => ({ ...state, waits: waits.with(thread, WAITING) }) }];
  }

  #after(thread: number, node: Node, result: Result, isLate: boolean): Node {
    let child = node.children.get(result);
    if (child === undefined) {
      child = this.#node(thread, node, result, node.late + (isLate ? 1 : 0));
      node.children.set(result, child);
    }
    return child;
  }
}
