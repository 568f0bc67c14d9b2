/** Starts `test/programs/load-server.mjs`, the built package in a process of its own, and asks it for its memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '../../src/types.ts';

/** Bytes: now, and the most since the last reset. */
export interface Memory {
  /** Resident memory. */
  readonly rss: number;
  readonly peak: number;
  /** What pumps had given to sockets and sockets not to the kernel; counted in mode `inline` alone. */
  readonly inFlightPeak: number;
}

export class LoadServer {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(options: ServerOptions = {}, file = ''): Promise<LoadServer> {
    const program = fileURLToPath(new URL('../programs/load-server.mjs', import.meta.url));
    const child = fork(program, [JSON.stringify(options), file], { execArgv: ['--expose-gc'] });
    return new Promise((resolve, reject) => {
      child.once('message', ({ port }: { port: number }) => resolve(new LoadServer(child, port)));
      child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it listened`)));
    });
  }

  /** Collects garbage and begins a new peak. */
  reset(): Promise<Memory> {
    return this.#ask('reset');
  }

  memory(): Promise<Memory> {
    return this.#ask('memory');
  }

  /** Resident memory, with the garbage of all threads collected. */
  collectedRss(): Promise<number> {
    return this.#ask('collect');
  }

  /** Sends the text `to all` on every WebSocket. Returns how many there are. */
  broadcast(): Promise<number> {
    return this.#ask('broadcast');
  }

  /** Closes every WebSocket, with code 4000. */
  closeSockets(): void {
    this.#child.send('close');
  }

  /** How many WebSockets are open, and how many were closed cleanly so far. */
  sockets(): Promise<{ open: number; closedCleanly: number }> {
    return this.#ask('sockets');
  }

  /** Stops the server and waits until its process has ended by itself. Returns the exit code. */
  async stop(): Promise<number | null> {
    const exited = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.send('stop');
    return (await exited)[0];
  }

  async #ask<T>(what: string): Promise<T> {
    const answer = once(this.#child, 'message') as Promise<[T]>;
    this.#child.send(what);
    return (await answer)[0];
  }
}
