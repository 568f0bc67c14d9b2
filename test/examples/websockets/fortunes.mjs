/** A chat into which the server now and then throws a phrase and a picture. The first argument: milliseconds of a pass. */
import {
  create_server,
  service,
  set_callback,
  static_text_service,
  websocket_broadcast,
  websocket_close,
} from 'httpuv-wasm/websockets';

const passMs = Number(process.argv[2] ?? 1000);
const utf8 = new TextDecoder();
const phrases = ['Measure twice.', 'A small step is a step.', 'Ask the data <again>.'];
const escaped = (/** @type {string} */ text) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const cloud = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><ellipse cx="2" cy="1" rx="2" ry="1"/></svg>',
);

const server = await create_server({
  port: Number(process.env.PORT ?? 7681),
  io: process.env.IO === 'inline' ? 'inline' : 'thread',
  webpage: static_text_service('<!doctype html><title>Fortunes</title>'),
});
set_callback(
  'receive',
  (DATA, WS) => {
    websocket_broadcast(`CHAT<b>WebSocket ${WS.socket} says: </b>${escaped(utf8.decode(DATA))}`, server);
  },
  server,
);
console.log(`Open http://127.0.0.1:${server.port}/`);
process.once('SIGTERM', () => websocket_close(server));

let due = 0;
for (let pass = 1; server.listening; pass++) {
  await service(server, passMs);
  if (pass < due) continue;
  due = pass + 5 + Math.round(Math.random() * 20);
  const phrase = phrases[Math.floor(Math.random() * phrases.length)] ?? '';
  websocket_broadcast(`CHAT<b>fortune says: </b>${escaped(phrase)}`, server);
  websocket_broadcast(`data:image/svg+xml;base64,${cloud.toString('base64')}`, server);
}
