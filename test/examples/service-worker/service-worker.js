/**
 * A service worker that answers from raw HTTP text: it loads a recording, requests and responses as they went over the wire,
 * parses both, and gives the page each recorded answer again. What was not recorded goes to the network.
 * Bundle it: esbuild service-worker.js --bundle --outfile=public/service-worker.js
 */
import { HttpParser, readMessages } from 'httpuv-wasm/parser';

/** Fields that describe the transfer of a body and not the body: the browser has its own transfer. */
const OF_THE_TRANSFER = new Set(['connection', 'keep-alive', 'trailer', 'transfer-encoding', 'content-length']);
/** Statuses that the Response class wants no body with. */
const BODILESS = new Set([204, 205, 304]);

/** A recording has both directions in one text, the answers behind a line of its own. */
const SEPARATOR = '\r\n--- answers ---\r\n';

const streamOf = (text) => new Response(text).body;

/** All messages of one direction. */
async function messagesOf(text, parser) {
  const messages = [];
  for await (const message of readMessages(streamOf(text), parser)) {
    const body = await message.bytes();
    messages.push({ head: message.head, body });
  }
  return messages;
}

/** An answer as the Fetch API has it. */
function responseOf({ head, body }) {
  const { status, reason: statusText, rawHeaders } = head;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!OF_THE_TRANSFER.has(rawHeaders[i].toLowerCase())) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  }
  headers.set('X-From', 'recording');
  return new Response(BODILESS.has(status) ? null : body, { status, statusText, headers });
}

/** Answers by method and target. */
async function load() {
  const recording = await (await fetch('recording.http')).text();
  const [sent = '', received = ''] = recording.split(SEPARATOR);
  const requests = await messagesOf(sent, { eager: true });
  const parser = new HttpParser({ kind: 'response', eager: true });
  for (const { head } of requests) parser.expect(head.method);
  const answers = await messagesOf(received, parser);
  const final = answers.filter(({ head }) => head.status >= 200);
  return new Map(requests.map(({ head }, i) => [`${head.method} ${head.url}`, final[i]]));
}

let recorded = null;

async function answer(request) {
  const { pathname, search } = new URL(request.url);
  try {
    // The worker may have been stopped meanwhile, and then begins anew.
    recorded ??= load();
    const found = (await recorded).get(`${request.method} ${pathname}${search}`);
    return found === undefined ? fetch(request) : responseOf(found);
  } catch (error) {
    recorded = null;
    const text = `The recording cannot be read: ${error.code ?? error} at byte ${error.offset}\n`;
    return new Response(text, { status: 502, headers: { 'Content-Type': 'text/plain' } });
  }
}

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (pathname.startsWith('/api/')) event.respondWith(answer(event.request));
});
