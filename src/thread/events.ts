/**
 * What the I/O side tells, as records of a ring: written on the I/O thread as calls of `ToApp`, read on the app's thread
 * into the same calls. The layout of a payload stands beside its writer.
 */
import { copyInto } from '../codec/bytes.ts';
import type { BodyState, ConnectionsToApp, HeadMemory, Peer, StreamsToApp, ToApp } from '../node/link.ts';
import type { SpooledBody } from '../node/spool.ts';
import type { AccessEntry } from '../static-types.ts';
import { LIMIT } from '../wasm/constants.gen.ts';
import type { BodyTeller } from './arriving.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader, TakeRecord } from './ring.ts';
import type { Slots } from './slots.ts';
import { SocketEventReader, SocketEventWriter } from './socket-events.ts';
import { peerText, ToldPeer } from './told-peer.ts';
import { UploadEventReader, UploadEventWriter } from './uploads.ts';

const EVENT = {
  PEER: 1,
  REQUEST: 2,
  BODY: 3,
  PIECE: 4,
  FILE: 5,
  ABORT: 6,
  GONE: 7,
  SENT: 8,
  ENOUGH: 9,
  ACCESS: 10,
  OPENED: 11,
  CLOSED: 12,
} as const;

/** The largest head and its records; while less is free, no further head is read. */
const LARGEST_HEAD_BYTES = LIMIT.MAX_HEAD_BYTES + 4 * (LIMIT.HEAD_WORDS + LIMIT.MAX_FIELDS * LIMIT.UNIT_WORDS);
/** Such a head, and as much again, because it may not fit before the end of the ring. */
const LEAST_ROOM_BYTES = 2 * (LARGEST_HEAD_BYTES + 64);
/** A body up to this size is one record. */
const SHORT_BODY_BYTES = 65_536;

/** Answers that are told in one record; each has a few thousand characters at most. */
const ENTRIES_OF_RECORD = 32;

const TWO_32 = 2 ** 32;
const SHIFT_BIT = 8;
/** From so many words on, a copy by the host is faster than one by hand. */
const MANY_WORDS = 128;

/** Copies words of the parser's memory, whose bytes `from` also shows, into a record. */
function copyWords(fromWords: Uint32Array, at: number, out: Outbox, to: number, count: number, from: Uint8Array): void {
  if (count >= MANY_WORDS) {
    copyInto(out.bytes, 4 * to, from, 4 * at, 4 * (at + count));
    return;
  }
  const { words } = out;
  for (let i = 0; i < count; i++) words[to + i] = fromWords[at + i] as number; // Both ranges are inside their memories.
}

/** Writes events. */
export class EventWriter implements ToApp, BodyTeller {
  readonly connections: ConnectionsToApp = {
    opened: (server, connection, peer) => {
      this.#introduce(connection, peer);
      this.#tellOf(EVENT.OPENED, server, connection);
    },
    closed: (server, connection) => this.#tellOf(EVENT.CLOSED, server, connection),
  };
  readonly sockets: SocketEventWriter;
  /** Of long bodies and of streams the same is told; the number of the request says which it is. */
  readonly streams: StreamsToApp = this;
  readonly uploads: UploadEventWriter;
  readonly #out: Outbox;
  readonly #onNews: () => void;

  /**
   * @param slots What long messages of WebSockets lie in.
   * @param onNews Called when there may be something to announce at the end of this turn.
   */
  constructor(out: Outbox, slots: Slots, onNews: () => void) {
    this.#out = out;
    this.#onNews = onNews;
    this.sockets = new SocketEventWriter(out, slots, onNews);
    this.uploads = new UploadEventWriter(out, onNews);
  }

  /** Without room, has also asked for it: whoever stops for want of room may fall asleep before anything else is told. */
  hasRoom(): boolean {
    return this.#out.hasRoom(LEAST_ROOM_BYTES);
  }

  /** `[server][body state | shift << 8]`, the records, `shift` bytes of no meaning, the bytes of the head. */
  request(
    server: number,
    connection: number,
    request: number,
    { words, bytes }: HeadMemory,
    recordAt: number,
    headAt: number,
    peer: Peer,
    body: BodyState,
  ): void {
    if (peer.isTold !== true) this.#introduce(connection, peer);
    const out = this.#out;
    // Both words are inside the memory.
    const recordBytes = 4 * (LIMIT.HEAD_WORDS + (words[recordAt + 3] as number) * LIMIT.UNIT_WORDS);
    const headBytes = words[recordAt + 4] as number;
    // The head begins at the place within a word where it began in the parser's memory.
    const shift = headAt & 3;
    const headLength = shift + headBytes;
    out.begin(8 + recordBytes + headLength);
    const word = out.at >>> 2;
    out.words[word] = server;
    out.words[word + 1] = body | (shift << SHIFT_BIT);
    copyWords(words, recordAt, out, word + 2, recordBytes >>> 2, bytes);
    copyWords(words, headAt >>> 2, out, word + 2 + (recordBytes >>> 2), (headLength + 3) >>> 2, bytes);
    out.end(EVENT.REQUEST, connection, request);
    this.#onNews();
  }

  /** `[server][size, low][high][descriptor]`: of a FILE that is all, of a BODY its first bytes and PIECEs follow. */
  body(server: number, connection: number, request: number, body: SpooledBody): void {
    const out = this.#out;
    const size = body.kind === 'file' ? body.size : body.bytes.length;
    const first = body.kind === 'file' ? 0 : size <= SHORT_BODY_BYTES ? size : 0;
    out.begin(16 + first);
    const word = out.at >>> 2;
    out.words[word] = server;
    out.words[word + 1] = size % TWO_32;
    out.words[word + 2] = Math.floor(size / TWO_32);
    out.words[word + 3] = body.kind === 'file' ? body.fd : 0;
    if (first > 0 && body.kind === 'memory') copyInto(out.bytes, out.at + 16, body.bytes);
    out.end(body.kind === 'file' ? EVENT.FILE : EVENT.BODY, connection, request);
    if (body.kind === 'memory' && size > first) out.putBody(EVENT.PIECE, connection, request, body.bytes, first, true);
    this.#onNews();
  }

  /** `[server]`, then the entries as JSON. */
  access(server: number, entries: readonly AccessEntry[]): void {
    for (let from = 0; from < entries.length; from += ENTRIES_OF_RECORD) {
      const text = JSON.stringify(entries.slice(from, from + ENTRIES_OF_RECORD));
      const length = Buffer.byteLength(text);
      this.#out.begin(4 + length);
      this.#out.words[this.#out.at >>> 2] = server;
      this.#out.bytes.write(text, this.#out.at + 4);
      this.#out.end(EVENT.ACCESS, 0, 0);
    }
    this.#onNews();
  }

  abort(connection: number, request: number): void {
    this.#tell(EVENT.ABORT, connection, request);
  }

  gone(connection: number): void {
    this.#tell(EVENT.GONE, connection, 0);
  }

  /** `[bytes]` */
  sent(connection: number, request: number, bytes: number): void {
    this.#out.begin(4);
    this.#out.words[this.#out.at >>> 2] = bytes;
    this.#out.end(EVENT.SENT, connection, request);
    this.#onNews();
  }

  enough(connection: number, request: number): void {
    this.#tell(EVENT.ENOUGH, connection, request);
  }

  /** Both ends of a connection, before its first request. */
  #introduce(connection: number, peer: Peer): void {
    peer.isTold = true;
    const text = peerText(peer);
    const length = Buffer.byteLength(text);
    this.#out.begin(length);
    this.#out.bytes.write(text, this.#out.at);
    this.#out.end(EVENT.PEER, connection, 0);
  }

  /** `[server]` */
  #tellOf(type: number, server: number, connection: number): void {
    this.#out.begin(4);
    this.#out.words[this.#out.at >>> 2] = server;
    this.#out.end(type, connection, 0);
    this.#onNews();
  }

  #tell(type: number, connection: number, request: number): void {
    this.#out.begin(0);
    this.#out.end(type, connection, request);
    this.#onNews();
  }
}

/** A body that arrives in pieces; nothing else comes between them. */
interface Arriving {
  readonly server: number;
  readonly bytes: Uint8Array;
  filled: number;
}

/** Who hears how long bodies of answers leave; see `long-bodies.ts`. */
export interface LeavingBodies {
  /** Returns whether it is one of these. */
  sent(request: number, bytes: number): boolean;
  forget(request: number): boolean;
}

/** Reads events. */
export class EventReader {
  readonly #ring: RingReader;
  readonly #app: ToApp;
  readonly #bodies: LeavingBodies;
  readonly #sockets: SocketEventReader;
  readonly #uploads: UploadEventReader;
  readonly #peers: Peer[] = [];
  readonly #take: TakeRecord = (type, connection, request, at, length) =>
    this.#tell(type, connection, request, at, length);
  readonly #onRoom: () => void;
  #arriving: Arriving | null = null;

  /**
   * @param slots What long messages of WebSockets lie in.
   * @param onRoom Called when the writer waits for room and there is some now: it has to be woken.
   */
  constructor(ring: RingReader, app: ToApp, bodies: LeavingBodies, slots: Slots, onRoom: () => void) {
    this.#ring = ring;
    this.#app = app;
    this.#bodies = bodies;
    this.#sockets = new SocketEventReader(ring, app.sockets, slots);
    this.#uploads = new UploadEventReader(ring, app.uploads);
    this.#onRoom = onRoom;
  }

  get isEmpty(): boolean {
    return this.#ring.isEmpty;
  }

  /** Tells the app side everything that is there. @returns Whether there was anything. */
  drain(): boolean {
    return this.#ring.serve(this.#take, this.#onRoom);
  }

  #tell(type: number, connection: number, request: number, at: number, length: number): void {
    const { words, bytes } = this.#ring;
    const word = at >>> 2;
    // The server in records of requests and bodies.
    const first = words[word] as number;
    switch (type) {
      case EVENT.PEER:
        this.#peers[connection] = new ToldPeer(bytes.toString('utf8', at, at + length));
        break;
      case EVENT.REQUEST: {
        const recordAt = word + 2;
        const fields = words[recordAt + 3] as number;
        const second = words[word + 1] as number;
        const headAt = at + 8 + 4 * (LIMIT.HEAD_WORDS + fields * LIMIT.UNIT_WORDS) + (second >>> SHIFT_BIT);
        const peer = this.#peers[connection] as Peer; // It was told before the first request.
        const body = (second & 0xff) as BodyState;
        this.#app.request(first, connection, request, this.#ring, recordAt, headAt, peer, body);
        break;
      }
      case EVENT.FILE: {
        const size = sizeAt(words, word);
        this.#app.body(first, connection, request, { kind: 'file', fd: words[word + 3] as number, size });
        break;
      }
      case EVENT.BODY:
        this.#arriving = { server: first, bytes: new Uint8Array(sizeAt(words, word)), filled: 0 };
        this.#fill(connection, request, at + 16, length - 16);
        break;
      case EVENT.PIECE:
        this.#fill(connection, request, at, length);
        break;
      case EVENT.ABORT:
        this.#app.abort(connection, request);
        break;
      case EVENT.GONE:
        this.#app.gone(connection);
        break;
      case EVENT.ACCESS:
        this.#app.access(first, JSON.parse(bytes.toString('utf8', at + 4, at + length)) as AccessEntry[]);
        break;
      case EVENT.OPENED:
        this.#app.connections.opened(first, connection, this.#peers[connection] as Peer); // As above.
        break;
      case EVENT.CLOSED:
        this.#app.connections.closed(first, connection);
        break;
      case EVENT.SENT:
        if (!this.#bodies.sent(request, first)) this.#app.streams.sent(connection, request, first);
        break;
      case EVENT.ENOUGH:
        if (!this.#bodies.forget(request)) this.#app.streams.enough(connection, request);
        break;
      default:
        if (this.#sockets.read(type, connection, request, at, length)) return;
        if (this.#uploads.read(type, connection, request, at, length)) return;
        throw new RangeError(`the I/O thread told an event of type ${type}, which there is not`);
    }
  }

  #fill(connection: number, request: number, at: number, length: number): void {
    const arriving = this.#arriving;
    if (arriving === null) throw new RangeError('a piece of a body came without its beginning');
    copyInto(arriving.bytes, arriving.filled, this.#ring.bytes, at, at + length);
    arriving.filled += length;
    if (arriving.filled < arriving.bytes.length) return;
    this.#arriving = null;
    this.#app.body(arriving.server, connection, request, { kind: 'memory', bytes: arriving.bytes });
  }
}

function sizeAt(words: Uint32Array, word: number): number {
  return (words[word + 1] as number) + TWO_32 * (words[word + 2] as number);
}
