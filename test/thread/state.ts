/** A state of an exploration: the shared memory, the messages on their way, and how far each thread is. */
import type { Message, Op, Result } from './run.ts';

/** A thread after the steps that led here. Threads that saw the same have the same node. */
export interface Node {
  readonly id: number;
  readonly parent: Node | null;
  readonly result: Result;
  readonly late: number;
  readonly op: Op | null;
  readonly error: unknown;
  readonly log: readonly unknown[];
  readonly tallies: Readonly<Record<string, number>>;
  readonly children: Map<Result, Node>;
}

export const RUNNING = 0;
export const WAITING = 1;
export const WOKEN = 2;

/** One content of the shared memory, and its number. */
export interface Memory {
  readonly id: number;
  readonly words: Int32Array;
}

export interface State {
  readonly memory: Memory;
  readonly nodes: readonly Node[];
  readonly queues: readonly (readonly Message[])[];
  /** Whether each thread is inside `Atomics.wait`. */
  readonly waits: readonly number[];
}

export interface Move {
  readonly thread: number;
  readonly isLate: boolean;
  readonly label: string;
  readonly to: () => State;
}
