/** R's httpuv as a judge: the same bytes go to both servers, and the answers are equal but for what is listed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebServer } from '../../src/index.ts';
import { hasRHttpuv, type RServer, startR } from '../helpers/r-httpuv.ts';
import { startServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { oracleApp } from './app.ts';
import { EXCHANGES, type Exchange, get, type Outcome, text } from './exchanges.ts';

const PROBE = get('/probe', 'Connection: close\r\n');
const PROBED = text('200 OK', 'probe', 'Connection: close\r\n');

/** What was received, with line ends as they are and every date as `<D>`. */
function transcript(bytes: Buffer): string {
  return bytes.toString().replace(/^Date: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/gm, 'Date: <D>');
}

/**
 * Plays one exchange and returns all that the server sent. An open connection is asked once more, so that every
 * transcript ends with the server's own close and a byte too many or too few cannot hide.
 */
async function play(port: number, exchange: Exchange, after: Outcome['after']): Promise<string> {
  const wire = await Wire.open(port, { methods: exchange.methods ?? [] });
  try {
    const [first = '', ...more] = exchange.send;
    await wire.send(first);
    for (const piece of more) {
      const { between } = exchange;
      if (between !== undefined) await wire.until(() => transcript(wire.received).includes(between), between);
      await wire.send(piece);
    }
    if (after === 'hangs') {
      // Both servers answer in order of arrival, so this answer proves that the other one is not to come.
      await untilEnd(port, [PROBE]);
      expect(wire.ended).toBe('open');
    } else if (after === 'closed') {
      await wire.until(() => wire.ended !== 'open', 'end of the connection');
    } else {
      const pipelined = exchange.send.join('').split(' HTTP/1.1\r\n').length - 1;
      await wire.answers(Math.max(1, pipelined));
      await wire.send(PROBE);
      await wire.until(() => wire.ended !== 'open', 'end of the connection');
    }
    return transcript(wire.received);
  } finally {
    wire.close();
  }
}

function whole(outcome: Outcome): string {
  return outcome.after === 'open' ? outcome.text + PROBED : outcome.text;
}

describe.skipIf(!hasRHttpuv())('beside R httpuv', () => {
  let r: RServer;
  let strict: WebServer;
  let exposing: WebServer;
  let directory: string;

  beforeAll(async () => {
    const logger = (): void => {};
    directory = mkdtempSync(join(tmpdir(), 'httpuv-oracle-'));
    r = await startR();
    strict = await startServer('127.0.0.1', 0, oracleApp(directory), { logger });
    exposing = await startServer('127.0.0.1', 0, oracleApp(directory), { logger, exposeErrors: true });
  });
  afterAll(async () => {
    await r?.stop();
    await strict?.stop();
    await exposing?.stop();
    rmSync(directory, { recursive: true });
  });

  describe('the answers are equal but for the date', () => {
    it.each(EXCHANGES.filter((each) => each.differs === undefined))('$name', async (exchange) => {
      const after = exchange.closes ? 'closed' : 'open';
      const theirs = await play(r.port, exchange, after);
      const ours = await play((exchange.exposeErrors ? exposing : strict).getPort(), exchange, after);
      expect(ours).toBe(theirs);
      expect(ours).toContain('Date: <D>\r\n');
    });
  });

  describe('the answers differ as the page says', () => {
    const page = readFileSync(new URL('../../src/server/differences.md', import.meta.url), 'utf8');

    it.each(EXCHANGES.filter((each) => each.differs !== undefined))('$name', async (exchange) => {
      const { differs } = exchange;
      if (differs === undefined) throw new Error('unreachable: filtered above');
      expect(page).toContain(`| ${differs.id} |`);
      expect(await play(r.port, exchange, differs.theirs.after)).toBe(whole(differs.theirs));
      expect(await play(strict.getPort(), exchange, differs.ours.after)).toBe(whole(differs.ours));
    });
  });
});
