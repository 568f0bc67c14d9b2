/**
 * Takes uploads. Who may upload is decided before a byte of the body is read; the body is then complete when `call`
 * runs, however large it is: what is longer than `spoolBytes` waits in a temporary file.
 *   node upload.mjs [token]
 * PORT in the environment is where it listens; IO=inline keeps the sockets on the thread of the app.
 */
import { createHash } from 'node:crypto';
import { startServer } from 'httpuv-wasm';

const token = process.argv[2] ?? 'open sesame';
const PIECE_BYTES = 65_536;

const app = {
  onHeaders(req) {
    if (req.method !== 'PUT') return { status: 405, headers: { Allow: 'PUT' }, body: 'Only PUT is taken here.\n' };
    if (req.headers.authorization === `Bearer ${token}`) return undefined; // Go on: read the body, then call.
    return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: 'Who are you?\n' };
  },
  call(req) {
    // Piece by piece, so that a large body is never in memory as a whole.
    const input = req['rook.input'];
    const hash = createHash('sha256');
    let bytes = 0;
    for (let piece = input.read(PIECE_BYTES); piece.length > 0; piece = input.read(PIECE_BYTES)) {
      hash.update(piece);
      bytes += piece.length;
    }
    return { status: 201, body: `${bytes} ${hash.digest('hex')}\n` };
  },
};

const server = await startServer('127.0.0.1', Number(process.env.PORT ?? 8080), app, {
  io: process.env.IO,
  maxBodyBytes: 10_000_000,
  spoolBytes: 100_000,
});
console.log(`Uploads go to ${server.url}`);
process.once('SIGTERM', () => server.stop({ graceMs: 10_000 }));
