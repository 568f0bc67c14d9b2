/** What acting on one connection needs of the host that owns all of them. `conn-host` is the host. */
import type { HttpMachine } from '../parser/machine.ts';
import type { AccessEntry } from '../static-types.ts';
import type { FrameMachine } from '../websocket/machine.ts';
import type { AnswerCoder } from './answer-coder.ts';
import type { Connection } from './connection.ts';
import type { IoServer, ToApp } from './link.ts';
import type { PumpBudget } from './pump.ts';
import type { SocketHost } from './socket-host.ts';
import type { StaticSide } from './static-side.ts';
import type { StreamHost } from './stream-host.ts';
import type { UploadHost } from './upload-host.ts';

export interface Host {
  readonly app: ToApp;
  /** The one parser, free between two calls. */
  readonly machine: HttpMachine;
  /** The one frame machine, likewise. */
  readonly frames: FrameMachine;
  readonly budget: PumpBudget;
  readonly sockets: SocketHost;
  readonly statics: StaticSide;
  readonly streams: StreamHost;
  readonly coder: AnswerCoder;
  readonly uploads: UploadHost;
  /** Connections by number. */
  readonly connections: readonly (Connection | undefined)[];
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs the parser for a connection, over the first `end` bytes. `isLent`: they are gone when this returns. */
  parse(connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void;
  /** Stops reading from a connection for one more reason. */
  hold(connection: Connection, reason: number): void;
  /** Stops reading from a connection until the app side has room again. */
  waitForRoom(connection: Connection): void;
  /** Takes one reason away; reading goes on when none is left. */
  release(connection: Connection, reason: number): void;
  /** Notes that a connection has something to write. */
  markDirty(connection: Connection): void;
  /** Writes what is noted. */
  flush(): void;
  /** Notes an answer, for the app to hear of. */
  noteAccess(server: IoServer, entry: AccessEntry): void;
  /** A number for a request that no other of this host has had. */
  numberRequest(): number;
}
