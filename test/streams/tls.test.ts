/** Streams over TLS, where every write ends later. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { Authority, hasOpenssl } from '../helpers/certificates.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';

const LINE = 'a short line of a long text\n'.repeat(300);
const LINES = 2_000;

describe.skipIf(!hasOpenssl())('over TLS', () => {
  it.each(['whole', 'cut'])('a stream of short pieces goes on: %s', async (how) => {
    const authority = new Authority();
    let hasEnded = false;
    const server = await testServer(
      {
        call: () => ({
          status: 200,
          body: (function* () {
            try {
              for (let i = 0; how === 'cut' || i < LINES; i++) yield LINE;
            } finally {
              hasEnded = true;
            }
          })(),
        }),
      },
      { tls: authority.issue('localhost') },
    );
    const socket = connect({ port: server.getPort(), host: '127.0.0.1', servername: 'localhost', ca: authority.cert });
    await once(socket, 'secureConnect');
    // HTTP/1.0: there is nothing between the pieces.
    socket.write(how === 'cut' ? get('/') : 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n');
    let text = '';
    socket.setEncoding('latin1');
    for await (const chunk of socket) {
      text += chunk;
      if (how === 'cut' && text.length > 3_000_000) break;
    }
    socket.destroy();
    await eventually(() => hasEnded).toBe(true);
    if (how === 'cut') return;
    const sum = (bytes: string): string => createHash('sha256').update(bytes, 'latin1').digest('hex');
    expect(sum(text.slice(text.indexOf('\r\n\r\n') + 4))).toBe(sum(LINE.repeat(LINES)));
  });
});
