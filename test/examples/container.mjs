/**
 * A server for a container: on SIGTERM it takes no new connection, finishes what is running, tells WebSockets and event
 * streams, and ends with exit code 0, all in less time than the container gets (30 s in Kubernetes, 10 s in Docker).
 *   node container.mjs
 * PORT and HOST in the environment are where it listens; IO=inline keeps the sockets on the thread of the app.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventStream, startServer } from 'httpuv-wasm';

const GRACE_MS = 8_000;

const app = {
  async call(req) {
    if (req.path === '/ready') return { status: 200, body: 'ready\n' };
    if (req.path === '/events') {
      const events = eventStream({ request: req });
      events.send('hello');
      // It has no end of its own, so it ends with the server.
      const end = () => events.close();
      server.ended.addEventListener('abort', end, { once: true });
      events.onClose(() => server.ended.removeEventListener('abort', end));
      return events.response;
    }
    console.log('working');
    await sleep(Number(req.query.get('ms') ?? 1_000));
    return { status: 200, body: 'done\n' };
  },
  // Connections to databases and the like are closed here: nobody uses them any more.
  onStop: () => console.log('stopped'),
};

const server = await startServer(process.env.HOST ?? '127.0.0.1', Number(process.env.PORT ?? 8080), app, {
  io: process.env.IO,
});
// Nothing else keeps the process, so it ends by itself, with 0. A second signal makes an end of it.
process.once('SIGTERM', () => {
  process.once('SIGTERM', () => server.stop({ graceMs: 0 }));
  server.stop({ graceMs: GRACE_MS });
});
console.log(`Listening at ${server.url}/`);
