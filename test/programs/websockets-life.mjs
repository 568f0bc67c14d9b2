/**
 * A program with a server of `httpuv-wasm/websockets`, in the mode of the first argument. The second: `unref`, it ends although
 * the server listens; `ref`, it ends only when it is closed; `lost`, its I/O thread is killed.
 */
import { writeSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const threads = createRequire(import.meta.url)('node:worker_threads');
let worker = null;
threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, options);
    worker = this;
  }
};
syncBuiltinESMExports();
const { createServer, service, websocketWrite } = await import('../../dist/websockets/index.js');

const tell = (...words) => writeSync(1, `${words.join(' ')}\n`);
const [io, how, dispatch = 'auto'] = process.argv.slice(2);
// When the test is gone without having stopped this program.
setTimeout(() => process.exit(9), 180_000).unref();
const server = await createServer({ port: 0, io, dispatch, logger: () => {} });
tell(server.port);
if (how === 'unref') {
  if (server.unref() !== server) throw new Error('it is to return itself');
  process.once('exit', () => tell('ends', server.listening));
} else if (how === 'ref') {
  server.unref().ref();
  setTimeout(() => {
    tell('closes', server.listening);
    server.close();
  }, 200).unref();
} else {
  server.on('error', (error) => tell('error', error.code));
  server.on('close', () => tell('close', server.listening, server.clients.size));
  server.closed = (ws, why) => tell('closed', why.code, why.wasClean, websocketWrite('x', ws));
  server.receive = (data) => {
    tell('heard', Buffer.from(data));
    worker.terminate();
  };
  while (server.listening) await service(server, -1);
  await service(server, -1);
  const next = await createServer({ port: 0, io });
  tell('again', next.listening);
  await next.close();
}
