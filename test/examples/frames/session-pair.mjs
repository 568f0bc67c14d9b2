/**
 * Level two of WebSockets, events: a client and a server in one process, without any socket. Bytes are carried between them in
 * pieces of a size of your choice; the server answers questions, tells long answers in parts, and closes when it is asked to.
 *   node session-pair.mjs 7
 */

import { HttpParser } from 'httpuv-wasm/parser';
import {
  acceptHandshake,
  checkAnswer,
  clientHandshake,
  FrameReader,
  isRefusal,
  judgeHandshake,
  WebSocketSession,
} from 'httpuv-wasm/websocket';

const pieceBytes = Number(process.argv[2] ?? 7);
const encoder = new TextEncoder();

/** The only event of a kind that a parser tells of these bytes. */
const headOf = (kind, bytes) => new HttpParser({ kind, eager: true }).feed(bytes).find(({ type }) => type === kind);

// The handshake: a request, and its answer.
const handshake = clientHandshake({ host: 'localhost', target: '/ask', protocols: ['questions'] });
const request = headOf('request', encoder.encode(handshake.head));
const judged = judgeHandshake(request);
if (isRefusal(judged)) throw new Error(judged.reason);
const acceptance = acceptHandshake(judged, 'questions');
const answer = headOf('response', encoder.encode(acceptance.head));
const { protocol } = checkAnswer(handshake, answer.status, answer.rawHeaders);
console.log(request.url, answer.status, protocol);

const client = new WebSocketSession({ role: 'client' });
const server = new WebSocketSession({ role: 'server', maxMessageBytes: 1000 });
// A second reader that listens in on what the server says, and keeps none of it.
const listener = new FrameReader({ role: 'client' });

/** Carries everything that `from` has to say, in pieces. Returns whether there was anything. */
function carry(from, to, hears = () => {}) {
  const output = from.output();
  for (const bytes of output) {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.slice(at, at + pieceBytes);
      hears(piece);
      to.feed(piece);
    }
  }
  from.sent(); // The memory of what was carried may be used again.
  return output.length > 0;
}

let heardBytes = 0;
const listen = (piece) => {
  for (const event of listener.feed(piece)) if (event.type === 'piece') heardBytes += event.bytes.length;
};

function serve() {
  for (const event of server.events()) {
    if (event.type === 'message' && event.data === 'bye') server.close(1000, 'good bye');
    else if (event.type === 'message') server.send(`${event.data.length} letters: ${event.data.toUpperCase()}`);
    else if (event.type === 'error') console.log('server:', event.error.code, event.error.answer);
    else if (event.type === 'close') console.log('server: closed', event.code, event.wasClean);
  }
}

function hear() {
  for (const event of client.events()) {
    if (event.type === 'message') console.log('client:', event.data);
    else if (event.type === 'pong') console.log('client: a pong of', event.data.length, 'bytes');
    else if (event.type === 'close') console.log('client: closed', event.code, event.reason, event.wasClean);
  }
}

client.send('how are you?');
client.send('grüße');
client.ping('are you there?');
client.send('bye');
while (carry(client, server) | carry(server, client, listen)) {
  serve();
  hear();
}
serve();
hear();
console.log('heard', heardBytes, 'bytes');
