/**
 * Rows of bad (and odd but good) input, each with its one answer, and the judge that plays a row over real sockets:
 * whole, byte by byte, and pipelined behind a good request.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppRequest, ServerOptions, WebServer } from '../../src/index.ts';
import { startServer } from './server.ts';
import { bytewise, latin1, untilEnd } from './wire.ts';
import { field, type WireResponse } from './wire-response.ts';

/** What the app was given, in short. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** One input. Exactly one of `refused` and `sees` is given. */
export interface Row {
  readonly name: string;
  /** latin1: `\xff` is one byte. */
  readonly bytes: string;
  /** The status of the refusal. */
  readonly refused?: number;
  /** What the app is given, for each request in the bytes. */
  readonly sees?: readonly Partial<Seen>[];
  /** Accepted, but the connection ends behind the last answer. */
  readonly closes?: true;
}

/** Reasons as they stand on the wire: R's where R has one, else IANA's. */
export const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

/** A server whose app notes what it is given and answers 200 with the path. */
export interface NotingServer {
  readonly port: number;
  readonly seen: Seen[];
  /** Log entries as `LEVEL message`. */
  readonly log: string[];
  readonly server: WebServer;
}

function note(req: AppRequest): Seen {
  return {
    method: req.method,
    url: req.url,
    path: req.path,
    query: req.QUERY_STRING,
    version: req.httpVersion,
    headers: { ...req.headers },
    rawHeaders: [...req.rawHeaders],
    body: Buffer.from(req.body).toString('latin1'),
  };
}

export async function startNoting(options: ServerOptions = {}): Promise<NotingServer> {
  const seen: Seen[] = [];
  const log: string[] = [];
  const server = await startServer(
    '127.0.0.1',
    0,
    (req) => {
      seen.push(note(req));
      return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: req.path };
    },
    { logger: (level, message) => log.push(`${level} ${message}`), ...options },
  );
  return { port: server.getPort(), seen, log, server };
}

/** Fails unless the answer is a whole refusal: status, reason, Connection: close, body, type, length, date. */
export function expectRefusal(response: WireResponse | undefined, status: number): void {
  const reason = REASONS[status];
  expect(`${response?.status} ${response?.reason}`).toBe(`${status} ${reason}`);
  if (response === undefined) return;
  const body = `${status} ${reason}\n`;
  expect(response.body.toString()).toBe(body);
  expect(response.framing).toBe('length');
  expect(response.version).toBe('1.1');
  expect(field(response, 'connection')).toBe(status === 426 ? 'close, upgrade' : 'close');
  expect(field(response, 'content-type')).toBe('text/plain; charset=UTF-8');
  expect(Math.abs(Date.now() - Date.parse(field(response, 'date') ?? ''))).toBeLessThan(60_000);
  if (status === 405) expect(field(response, 'allow')).toBeDefined();
}

const GOOD = 'POST /earlier HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok';
const PROBE = 'GET /probe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/**
 * Plays a row three ways. A refused one is answered once, closed with FIN, and unknown to the app; what stands
 * behind it is not read. An accepted one is followed by a probe in the same stream, whose answer proves that not a
 * byte too many or too few was taken.
 */
export async function expectRow(on: NotingServer, row: Row): Promise<void> {
  const bytes = latin1(row.bytes + PROBE);
  for (const pieces of [[bytes], bytewise(bytes)]) await playRow(on, row, pieces, false);
  await playRow(on, row, [latin1(GOOD), bytes], true);
  await playRow(on, row, [latin1(GOOD + row.bytes + PROBE)], true);
}

/** Makes a test of each row, in named groups, on one server for the whole file. Returns what gives that server. */
export function describeRows(groups: Readonly<Record<string, readonly Row[]>>): () => NotingServer {
  let on: NotingServer | undefined;
  const running = (): NotingServer => {
    if (on === undefined) throw new Error('the server runs only during tests');
    return on;
  };
  beforeAll(async () => {
    on = await startNoting();
  });
  afterAll(() => on?.server.stop());
  describe.each(Object.entries(groups))('%s', (_, rows) => {
    it.each(rows)('$name', async (row) => {
      await expectRow(running(), row);
      expect(running().log.filter((entry) => entry.startsWith('ERROR'))).toEqual([]);
    });
  });
  return running;
}

async function playRow(on: NotingServer, row: Row, pieces: readonly Buffer[], behind: boolean): Promise<void> {
  on.seen.length = 0;
  const { responses, end } = await untilEnd(on.port, pieces, {
    methods: [...(behind ? ['POST'] : []), ...(row.sees ?? []).map(({ method = 'GET' }) => method)],
  });
  expect(end).toBe('fin');
  const finals = responses.filter(({ status }) => status >= 200);
  if (behind) {
    expect(finals.shift()).toMatchObject({ status: 200, body: Buffer.from('/earlier') });
    expect(on.seen.shift()).toMatchObject({ path: '/earlier', body: 'ok' });
  }
  if (row.refused !== undefined) {
    expectRefusal(finals[0], row.refused);
    expect(finals.length).toBe(1);
    expect(on.seen).toEqual([]);
    return;
  }
  const sees = [...(row.sees ?? []), ...(row.closes ? [] : [{ path: '/probe', body: '' }])];
  expect(finals.map(({ status }) => status)).toEqual(sees.map(() => 200));
  expect(on.seen).toMatchObject(sees);
}
