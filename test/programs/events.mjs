/**
 * A server of event streams whose app blocks its thread. Says its port. The mode stands in HTTPUV_TEST_IO.
 *   /              a page that listens, and notes what it hears in `heard`, and how often it was connected in `opens`
 *   /events        an event stream: `hello LAST-ID`, then whatever else is said
 *   /say?text      says a text to all streams, with the next number as its id
 *   /block?file    blocks the thread for at least 30 s; meanwhile says `step 1`, and `step 2` once there is the file
 *   /end           closes all streams
 */
import { existsSync } from 'node:fs';
import { eventStream, startServer } from '../../dist/index.js';

const BLOCK_MS = 30_000;
const MOST_MS = 200_000;
const nothing = new Int32Array(new SharedArrayBuffer(4));
const streams = new Set();
let id = 0;

const PAGE = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Events</title><link rel="icon" href="data:,"></head>
<body><script>
const heard = [];
let opens = 0;
const source = new EventSource('/events');
source.onopen = () => { opens++; };
source.onmessage = ({ data, lastEventId }) => heard.push([data, lastEventId]);
source.addEventListener('named', ({ data }) => heard.push([data, 'named']));
</script></body></html>`;

function say(data) {
  id++;
  for (const stream of streams) stream.send({ data, id: `é${id}` });
}

const answers = {
  '/': () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: PAGE }),
  '/events': (request) => {
    const stream = eventStream({ request, keepAliveMs: 1_000 });
    streams.add(stream);
    stream.onClose(() => streams.delete(stream));
    stream.send({ data: `hello ${stream.lastEventId}`, retry: 50 });
    return stream.response;
  },
  '/say': ({ query }) => {
    say(query.get('text'));
    return { status: 200, body: String(streams.size) };
  },
  '/named': () => {
    for (const stream of streams) stream.send({ event: 'named', data: 'one\r\ntwo\rthree\nfour' });
    return { status: 200 };
  },
  '/block': ({ query }) => {
    const began = performance.now();
    say('step 1');
    const file = query.get('file');
    while (!existsSync(file) && performance.now() - began < MOST_MS) Atomics.wait(nothing, 0, 0, 20);
    say('step 2');
    Atomics.wait(nothing, 0, 0, Math.max(0, BLOCK_MS - (performance.now() - began)));
    say('step 3');
    return { status: 200, body: 'unblocked' };
  },
  '/end': () => {
    for (const stream of streams) stream.close();
    return { status: 200 };
  },
  '/count': () => ({ status: 200, body: String(streams.size) }),
};

const server = await startServer('127.0.0.1', 0, (req) => answers[req.path]?.(req) ?? { status: 404 }, {
  io: process.env.HTTPUV_TEST_IO,
});
console.log(server.getPort());
