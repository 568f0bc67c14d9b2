/** Both ends of what is said of WebSockets, on one thread, and what they said in a form that can be compared. */
import { expect } from 'vitest';
import type { LentFrame, SocketsToApp, SocketsToIo } from '../../src/node/link.ts';
import { makeAppWords, makeShared, type Shared } from '../../src/thread/control.ts';
import { Slots } from '../../src/thread/slots.ts';
import { SocketCommandReader, SocketCommandWriter } from '../../src/thread/socket-commands.ts';
import { SocketEventReader, SocketEventWriter } from '../../src/thread/socket-events.ts';
import { readFrameHead } from '../../src/websocket/frame-head.ts';
import { makeSlots, type Pair } from './pair.ts';

export type IoCalls = Omit<SocketsToIo, 'sentBytes' | 'heard'>;
/** One call, and its arguments. */
type Said<Side> = {
  [K in keyof Side]: Side[K] extends (...args: infer A) => void ? readonly [K, ...A] : never;
}[keyof Side];
export type Command = Said<IoCalls>;
export type AppCalls = Omit<SocketsToApp, 'takesBytes' | 'memory'>;
export type News = Said<AppCalls>;

/** Bytes and texts of messages become comparable: what a text is to the reader are its characters as UTF-8. */
export function told([name, ...args]: Command | News): unknown {
  return [name, ...args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg).toString('hex') : arg))];
}

/** Texts travel to the I/O side as bytes. */
export function toldToIo(one: Command): unknown {
  if (one[0] !== 'send') return told(one);
  const [name, connection, request, data, isBinary] = one;
  return told([name, connection, request, Buffer.from(data as string), isBinary]);
}

/** What a client reads in a frame, after a look at what its sender says of it. */
export function payloadOf({ frame, payload, isBinary }: LentFrame): Buffer {
  const head = readFrameHead(frame);
  const opcode = isBinary ? 2 : 1;
  expect(head).toMatchObject({ isFinal: true, reserved: 0, opcode, key: null, length: payload.length });
  const read = Buffer.from(frame.subarray(head?.headBytes));
  expect(Buffer.compare(read, payload)).toBe(0);
  return read;
}

interface CommandEnds {
  readonly writer: SocketCommandWriter;
  readonly reader: Reader;
  readonly got: Command[];
  readonly memory: Shared;
  readonly slots: Slots;
  said(): number;
}

/** @param keep Keeps what lies in a slot, until it gives it back. */
export function commandEnds(
  pair: Pair,
  keep: (message: LentFrame) => void = ({ giveBack }) => giveBack(),
): CommandEnds {
  const got: Command[] = [];
  const memory = makeShared(makeAppWords(), 64, 64);
  let said = 0;
  const reader = new SocketCommandReader(
    pair.ring,
    {
      accept: (...args) => got.push(['accept', ...args]),
      take: (...args) => got.push(['take', ...args]),
      cut: (...args) => got.push(['cut', ...args]),
      broadcast: (targets, data, isBinary) => got.push(['broadcast', targets, Buffer.from(data), isBinary]),
      // It lies in the ring, and is overwritten later.
      send: (connection, request, data, isBinary) =>
        got.push(['send', connection, request, Buffer.from(data as Uint8Array), isBinary]),
      sendFrame: (connection, request, message) => {
        got.push(['send', connection, request, payloadOf(message), message.isBinary]);
        keep(message);
      },
      notify: (...args) => got.push(['notify', ...args]),
      ping: (...args) => got.push(['ping', ...args]),
      close: (...args) => got.push(['close', ...args]),
      fail: (...args) => got.push(['fail', ...args]),
      hold: (...args) => got.push(['hold', ...args]),
    },
    new Slots(memory.slotsOut, 'out'),
  );
  const writer = new SocketCommandWriter(pair.out, memory, () => said++);
  const slots = new Slots(memory.slotsOut, 'out');
  return { writer, reader: draining(pair, reader), got, memory, slots, said: () => said };
}

interface EventEnds {
  readonly writer: SocketEventWriter;
  readonly reader: Reader;
  readonly got: News[];
  readonly slots: Slots;
  news(): number;
}

export function eventEnds(pair: Pair): EventEnds {
  const got: News[] = [];
  const [ours, theirs] = makeSlots();
  let news = 0;
  const app: SocketsToApp = {
    takesBytes: false,
    hasPlenty: () => true,
    message: (...args) => got.push(['message', ...args]),
    closed: (...args) => got.push(['closed', ...args]),
    drained: (...args) => got.push(['drained', ...args]),
    pinged: (...args) => got.push(['pinged', ...args]),
  };
  const reader = new SocketEventReader(pair.ring, app, theirs);
  const writer = new SocketEventWriter(pair.out, ours, () => news++);
  return { writer, reader: draining(pair, reader), got, slots: ours, news: () => news };
}

type Reader = { drain(): boolean; readonly isEmpty: boolean };

/** Reads the ring as the readers of all records do, which hand these on. */
function draining(
  { ring }: Pair,
  reader: { read(...record: [number, number, number, number, number]): boolean },
): Reader {
  return {
    drain: () => {
      ring.drain((...record) => {
        if (!reader.read(...record)) throw new RangeError(`a record of type ${record[0]}`);
      });
      return true;
    },
    get isEmpty() {
      return ring.isEmpty;
    },
  };
}

/** Calls what was said, by name. */
export function call<Side>(side: Side, [name, ...args]: Said<Side> & readonly [keyof Side, ...unknown[]]): void {
  // What is given away may be freed when it is sent.
  const given = args.map((one) => (one instanceof Uint8Array ? new Uint8Array(one) : one));
  (side[name] as (...args: readonly unknown[]) => void).apply(side, given); // A name goes with its own arguments.
  // What is lent is used for something else.
  if (name === 'message' && given.at(-1) === true) (given[2] as Uint8Array).fill(0xee);
}
