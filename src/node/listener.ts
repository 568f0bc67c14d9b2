/**
 * Listens on a TCP port or on a pipe and hands accepted sockets to the connection host. It turns the system's
 * refusals into errors that name what was asked for.
 */
import { lstatSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import type { ConnHost } from './conn-host.ts';
import { add, COUNT, openConnections } from './counters.ts';
import { canReadFast } from './fast-read.ts';
import { type IoServer, setMounts } from './link.ts';
import { NetSocket } from './net-socket.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { TlsSettings } from './tls-settings.ts';
import { trustOf } from './trust.ts';

/** Connections that the kernel keeps for us between two turns of the event loop; it may cap the number. */
const BACKLOG = 4096;

/** Where to listen. */
export type ListenTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'pipe'; readonly path: string; readonly mask: number | null };

/** Where a listener is bound. */
export interface Bound {
  /** IP address; empty for a pipe. */
  readonly address: string;
  /** 0 for a pipe. */
  readonly port: number;
}

/** An open listener. */
export interface Listener extends Bound {
  /** Refuses new connections from now on. Resolves when every accepted one is closed. */
  close(): Promise<void>;
  /** Speaks TLS in another way with connections that begin to from now on. A listener without TLS stays without. */
  setTls(settings: TlsSettings): void;
  ref(): void;
  unref(): void;
}

/** Starts to listen. Rejects with the system's error, its code kept and its sentence naming the target. */
export async function listen(
  host: ConnHost,
  server: IoServer,
  target: ListenTarget,
  maxConnections: number,
): Promise<Listener> {
  setMounts(server, server.mounts);
  if (server.trustProxy !== null) server.trust = trustOf(server.trustProxy);
  if (target.kind === 'pipe') await removeStaleSocket(target.path);
  const attach = (port: NetSocket): void => port.attach(host.accept(server, port));
  const acceptor = server.tls === null ? null : new TlsAcceptor(server.tls, server.log, attach);
  const isFast = acceptor === null && server.fastRead && canReadFast();
  const pauseOnConnect = isFast || acceptor !== null;
  const listener = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect }, (socket) => {
    if (acceptor !== null) acceptor.take(socket);
    else attach(isFast ? NetSocket.reading(socket, host.nextBuffer()) : new NetSocket(socket));
  });
  if (maxConnections !== Number.POSITIVE_INFINITY) {
    listener.maxConnections = maxConnections;
    listener.on('drop', () => add(server.counters, COUNT.REFUSED, 1));
  }
  await bind(listener, target);
  listener.on('error', (error) => server.log('ERROR', `accepting a connection failed: ${error.message}`, { error }));
  const bound = listener.address();
  const { address, port } = bound !== null && typeof bound === 'object' ? bound : { address: '', port: 0 };
  return {
    address,
    port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => {
          // Node tells of this before it tells the last sockets that they are closed.
          if (openConnections(server.counters) === 0) resolve();
          else server.whenEmpty = resolve;
        });
        acceptor?.close();
      }),
    setTls: (settings) => acceptor?.change(settings),
    ref: () => {
      listener.ref();
    },
    unref: () => {
      listener.unref();
    },
  };
}

function bind(listener: net.Server, target: ListenTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explained(error, target));
    listener.once('error', fail);
    const bound = (): void => {
      listener.off('error', fail);
      resolve();
    };
    if (target.kind === 'tcp') {
      listener.listen({ host: target.host, port: target.port, backlog: BACKLOG }, bound);
      return;
    }
    // A pipe is bound before `listen` returns, so the mask holds for this file alone.
    const before = target.mask === null ? null : process.umask(target.mask);
    try {
      listener.listen({ path: target.path, backlog: BACKLOG }, bound);
    } finally {
      if (before !== null) process.umask(before);
    }
  });
}

const CAUSES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use already; stop the other program or choose another',
  EACCES: 'needs permissions that this process does not have; choose another',
  EADDRNOTAVAIL: 'is no address of this machine; use 127.0.0.1, 0.0.0.0 or one of its own',
  ENOTFOUND: 'is a host name that cannot be resolved',
  ENOENT: 'lies in a folder that does not exist',
};

function explained(error: NodeJS.ErrnoException, target: ListenTarget): Error {
  const what = target.kind === 'tcp' ? `${target.host} port ${target.port}` : `pipe ${target.path}`;
  const why = CAUSES[error.code ?? ''] ?? `cannot be used: ${error.message}`;
  const facts = target.kind === 'tcp' ? { address: target.host, port: target.port } : { address: target.path };
  const { code, errno, syscall } = error;
  return Object.assign(new Error(`cannot listen: ${what} ${why} (${code ?? 'unknown error'})`, { cause: error }), {
    code,
    errno,
    syscall,
    ...facts,
  });
}

/** Removes the socket file of a server that is gone: it is a socket, and nobody accepts connections on it. */
export async function removeStaleSocket(path: string): Promise<void> {
  if (process.platform === 'win32' || !lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  const refused = await new Promise<boolean>((resolve) => {
    const probe = net.connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (refused) unlinkSync(path);
}
