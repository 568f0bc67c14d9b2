/**
 * Level three of WebSockets, web streams: a server on a plain TCP socket, and a client of it, whose messages are streams. The
 * server sends numbers as fast as they are taken, and no faster.
 *   node stream-chat.mjs 1000
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Duplex } from 'node:stream';
import { HttpWriter, readMessages } from 'httpuv-wasm/parser';
import {
  acceptHandshake,
  checkAnswer,
  clientHandshake,
  isRefusal,
  judgeHandshake,
  WebSocketStreams,
} from 'httpuv-wasm/websocket';

const most = Number(process.argv[2] ?? 1000);

/** The web streams of a TCP socket. */
const streamsOf = (socket) => Duplex.toWeb(socket);

async function write(writable, bytes) {
  const writer = writable.getWriter();
  await writer.write(bytes);
  writer.releaseLock();
}

/** The server's side of one connection. */
async function serve(socket) {
  const { readable, writable } = streamsOf(socket);
  const { value: message } = await readMessages(readable).next();
  const judged = judgeHandshake(message.head);
  if (isRefusal(judged)) {
    const { status, headers, reason } = judged;
    const writer = new HttpWriter();
    const body = new TextEncoder().encode(reason);
    const head = writer.response({
      status,
      headers: { ...headers, Connection: 'close', 'Content-Length': body.length },
    });
    for (const bytes of [head, ...writer.body(body)]) await write(writable, bytes);
    await writable.close();
    return;
  }
  await write(writable, new TextEncoder().encode(acceptHandshake(judged).head));
  const chat = new WebSocketStreams({ readable: message.upgraded(), writable });
  const writer = chat.writable.getWriter();
  for await (const wanted of chat.readable) {
    const from = Number(wanted);
    for (let i = from; i < from + 10 && i < most; i++) await writer.write(`${i} squared is ${i * i}`);
    if (from + 10 >= most) await writer.close();
  }
}

const server = createServer((socket) => void serve(socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

// The client's side.
const socket = connect(port, '127.0.0.1');
const { readable, writable } = streamsOf(socket);
const handshake = clientHandshake({ host: `127.0.0.1:${port}` });
await write(writable, new TextEncoder().encode(handshake.head));
const { value: answer } = await readMessages(readable, { kind: 'response' }).next();
checkAnswer(handshake, answer.head.status, answer.head.rawHeaders);

const chat = new WebSocketStreams({ readable: answer.upgraded(), writable }, { role: 'client' });
const asking = chat.writable.getWriter();
let count = 0;
let last = '';
await asking.write('0');
for await (const message of chat.readable) {
  last = message;
  count++;
  if (count % 10 === 0 && count < most) await asking.write(String(count));
}
const { code, wasClean } = await chat.closed;
console.log(count, 'messages, the last one:', last);
console.log('closed with', code, wasClean);
server.close();
