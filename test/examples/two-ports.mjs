/**
 * Two servers share one program and one state: one for everybody, one on a private port that may change it and stop both.
 *   node two-ports.mjs
 * IO=inline in the environment keeps the sockets on the thread of the app.
 */
import { startServer, stopAllServers } from 'httpuv-wasm';

const options = { io: process.env.IO };
let greeting = 'Hello';
const text = (status, body) => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: `${body}\n`,
});

function manage(req) {
  if (req.method !== 'POST') return text(200, greeting);
  if (req.path === '/stop') {
    // Connections get a moment to read their answers; then nothing holds the process any more.
    setImmediate(() => stopAllServers({ graceMs: 1000 }));
    return text(202, 'Stopping');
  }
  greeting = req.text().trim() || greeting;
  return text(200, greeting);
}

const everybody = await startServer('127.0.0.1', 0, (req) => text(200, `${greeting}, ${req.remoteAddress}`), options);
const manager = await startServer('127.0.0.1', 0, manage, options);
console.log(`Everybody: ${everybody.url}`);
console.log(`Manager: ${manager.url}`);
