/** The I/O side on the I/O thread: starts the thread, keeps it while servers need it, and tells them when it is lost. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { callerError } from '../errors.ts';
import { allClosed, type Counters } from '../node/counters.ts';
import type { IoServer } from '../node/link.ts';
import type { Bound, ListenTarget } from '../node/listener.ts';
import { IO_THREAD_ENTRIES } from '../thread/entry.ts';
import { received, type ThreadData } from '../thread/messages.ts';
import { type LinkOwner, noIoThread, RingLink } from '../thread/ring-link.ts';
import type { Logger } from '../types.ts';
import { AppHost } from './app-host.ts';
import type { IoSide, OpenServer } from './io-side.ts';
import { messageOf } from './results.ts';

/** For how long (ms) an idle thread waits for a further server before it ends. */
const LINGER_MS = 1_000;

/** A server on the thread. */
interface Entry {
  readonly log: Logger;
  readonly counters: Counters;
  readonly onLost: (error: Error) => void;
  onClosed: (() => void) | null;
}

export class ThreadSide implements IoSide, LinkOwner {
  readonly app: AppHost;
  readonly #link: RingLink;
  readonly #servers = new Map<number, Entry>();
  #linger: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor() {
    let link: RingLink | undefined;
    this.app = new AppHost((toApp) => {
      link = new RingLink(startThread, toApp, this);
      return link;
    });
    this.#link = link as unknown as RingLink; // The app side asks for its I/O side at once.
    this.#endWhenIdle();
  }

  get hasServers(): boolean {
    return this.#servers.size > 0;
  }

  /** Whether the thread has ended. */
  get isOver(): boolean {
    return this.#isClosed || this.#link.error !== null;
  }

  async listen(
    server: IoServer,
    target: ListenTarget,
    maxConnections: number,
    onLost: (error: Error) => void,
  ): Promise<OpenServer> {
    const data = this.#enter(server, onLost);
    try {
      if (target.kind !== 'pipe' || target.mask === null) {
        return this.#open(server.id, await this.#link.call('listen', data, target, maxConnections));
      }
      await this.#link.call('removeStale', target.path);
      return this.#open(server.id, this.#listenMasked(data, target, target.mask, maxConnections));
    } catch (error) {
      this.#leave(server.id);
      throw error;
    }
  }

  /** As {@link listen}, but blocks until the server listens. */
  listenSync(
    server: IoServer,
    target: ListenTarget,
    maxConnections: number,
    onLost: (error: Error) => void,
  ): OpenServer {
    const data = this.#enter(server, onLost);
    try {
      const bound =
        target.kind === 'pipe' && target.mask !== null
          ? this.#listenMasked(data, target, target.mask, maxConnections)
          : this.#link.callSync('listen', data, target, maxConnections);
      return this.#open(server.id, bound);
    } catch (error) {
      this.#leave(server.id);
      throw error;
    }
  }

  /** The first of the ports that can be bound now. Blocks until that is known. */
  freePort(host: string, ports: readonly number[]): { port: number | null; refusal: Error | null } {
    const { port, refusal } = this.#link.callSync('freePort', host, ports);
    return { port, refusal: refusal === null ? null : received(refusal) };
  }

  closed(server: number): void {
    this.#leave(server)?.onClosed?.();
  }

  log(server: number, level: Parameters<Logger>[0], message: string, fields: Readonly<Record<string, unknown>>): void {
    const log = this.#servers.get(server)?.log;
    if (log !== undefined) this.app.enqueue(() => log(level, message, fields));
  }

  lost(error: Error): void {
    const entries = [...this.#servers.values()];
    this.#servers.clear();
    this.app.allGone();
    for (const { log, counters, onLost, onClosed } of entries) {
      allClosed(counters);
      this.app.enqueue(() => {
        log('ERROR', messageOf(error), { error });
        onLost(error);
      });
      onClosed?.();
    }
    this.#close();
  }

  /** The umask belongs to the process, and only this thread may set it: it holds until the other one has bound. */
  #listenMasked(
    data: Omit<IoServer, 'log'>,
    target: ListenTarget & { readonly kind: 'pipe' },
    mask: number,
    maxConnections: number,
  ): Bound {
    if (!isMainThread) {
      throw callerError(
        'HV_BAD_OPTION',
        'a mask can be set by the main thread alone; pass null and start in a private folder',
      );
    }
    const before = process.umask(mask);
    try {
      return this.#link.callSync('listen', data, { ...target, mask: null }, maxConnections);
    } finally {
      process.umask(before);
    }
  }

  /** Notes a server, so that the thread goes on, and tells what of it can be sent. */
  #enter(server: IoServer, onLost: (error: Error) => void): Omit<IoServer, 'log'> {
    const { log, ...data } = server;
    this.#servers.set(server.id, { log, counters: server.counters, onLost, onClosed: null });
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#linger = null;
    return data;
  }

  #leave(server: number): Entry | undefined {
    const entry = this.#servers.get(server);
    this.#servers.delete(server);
    this.#endWhenIdle();
    return entry;
  }

  #open(id: number, bound: Bound): OpenServer {
    const link = this.#link;
    let holds = true;
    link.hold();
    const letGo = (): void => {
      if (holds) link.letGo();
      holds = false;
    };
    return {
      ...bound,
      close: () => {
        const entry = this.#servers.get(id);
        if (entry === undefined) return Promise.resolve();
        letGo();
        // Also of a server that was let go: whoever waits for its end is to see it.
        link.hold();
        const closed = new Promise<void>((resolve) => {
          entry.onClosed = () => {
            link.letGo();
            resolve();
          };
        });
        try {
          link.callSync('unbind', id);
        } catch {
          // The thread is lost, and so its servers have been closed.
        }
        return closed;
      },
      endConnections: (graceMs) => {
        if (!this.#servers.has(id)) return;
        try {
          // Answers that are given when this has returned say that they are the last.
          link.callSync('endConnections', id, graceMs);
        } catch {
          // As above.
        }
      },
      ring: () => link.ring,
      setMounts: (mounts) => {
        if (this.#servers.has(id)) link.callSync('setMounts', id, mounts);
      },
      setTls: (settings) => {
        if (this.#servers.has(id)) link.callSync('setTls', id, settings);
      },
      ref: () => {
        if (!holds && this.#servers.has(id)) {
          holds = true;
          link.hold();
        }
      },
      unref: letGo,
    };
  }

  #endWhenIdle(): void {
    if (this.#servers.size > 0 || this.isOver || this.#linger !== null) return;
    this.#linger = setTimeout(() => {
      this.#linger = null;
      if (this.#servers.size === 0) this.#close();
    }, LINGER_MS);
    this.#linger.unref();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#link.close();
    this.app.close();
  }
}

function startThread(data: ThreadData): Worker {
  // Of a missing file one would hear later, by an event that a blocked thread does not see.
  const entry = IO_THREAD_ENTRIES.find((url) => url.protocol !== 'file:' || existsSync(url));
  if (entry === undefined)
    throw noIoThread(`there is no file ${IO_THREAD_ENTRIES.map((url) => fileURLToPath(url)).join(' or ')}`);
  try {
    return new Worker(entry, {
      workerData: data,
      transferList: [data.port],
      name: 'httpuv I/O',
      // What the program loads for itself is not loaded here.
      execArgv: [],
      env: environment(),
      // Files of request bodies are closed by the thread that reads them.
      trackUnmanagedFds: false,
    });
  } catch (error) {
    throw noIoThread(messageOf(error));
  }
}

function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...others } = process.env;
  return others;
}
