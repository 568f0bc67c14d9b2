/** Bodies that come as streams, over TLS: whole, no faster than they are taken, and ended with their client. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { connect } from 'node:tls';
import { fetch } from 'undici';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { serve, testServer } from '../helpers/server.ts';
import { trusting } from '../helpers/trusting.ts';
import { Wire } from '../helpers/wire.ts';

const MIB = 1_048_576;

describe.skipIf(!hasOpenssl())('a stream over TLS', () => {
  let authority: Authority;
  let pair: Certified;
  beforeAll(() => {
    authority = new Authority();
    pair = authority.issue('localhost');
  });

  /** Pieces that differ, and how many were asked for. */
  function source(pieces: number): { body: Readable; made: () => number; sum: () => string } {
    const hash = createHash('sha256');
    let made = 0;
    async function* give(): AsyncGenerator<Buffer> {
      for (; made < pieces; made++) {
        const piece = Buffer.alloc(MIB, `${made} `);
        hash.update(piece);
        yield piece;
      }
    }
    return { body: Readable.from(give()), made: () => made, sum: () => hash.digest('hex') };
  }

  it('arrives whole', async () => {
    const { body, sum } = source(48);
    const { url } = await testServer({ call: () => ({ status: 200, body }) }, { tls: pair });
    const dispatcher = trusting(authority.cert);
    const answer = await fetch(url, { dispatcher });
    const hash = createHash('sha256');
    for await (const piece of answer.body ?? []) hash.update(piece);
    expect(hash.digest('hex')).toBe(sum());
    await dispatcher.close();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('that fails is no proper end for HTTP/1.0 (%s)', async (version) => {
    async function* give(): AsyncGenerator<string> {
      yield 'the beginning';
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error('no more');
    }
    const port = await serve({ call: () => ({ status: 200, body: give() }) }, { tls: pair });
    const tls = { ca: authority.cert, maxVersion: version };
    using wire = await Wire.open(port, { tls });
    await wire.send('GET / HTTP/1.0\r\nHost: h\r\n\r\n');
    await wire.until(() => wire.ended !== 'open', 'end of the connection');
    expect(wire.ended).toBe('reset');
  });

  it('waits for a client that does not read, and ends with it', async () => {
    const { body, made } = source(10_000);
    const port = await serve({ call: () => ({ status: 200, body }) }, { tls: pair });
    const socket = connect({ port, host: '127.0.0.1', ca: authority.cert });
    socket.on('error', () => {});
    socket.write(get('/'));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    let before = -1;
    // It has stopped when two looks, with much time for a further piece between them, see the same.
    for (let look = 0; look < 400 && made() !== before; look++) {
      before = made();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(made()).toBeLessThan(200);
    socket.destroy();
    await eventually(() => body.destroyed).toBe(true);
  });
});
