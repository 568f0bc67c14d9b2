/**
 * A room in which whatever one sends is evaluated for all, perhaps with a picture. What is evaluated here are sums alone: never
 * evaluate what strangers send as code, and never send it on as HTML.
 */
import {
  create_server,
  set_callback,
  static_text_service,
  websocket_broadcast,
  websocket_close,
} from 'httpuv-wasm/websockets';

const utf8 = new TextDecoder();
const escaped = (/** @type {string} */ text) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const bar = (/** @type {number} */ height) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 100"><rect width="10" height="${height}"/></svg>`,
  );

/**
 * A sum of whole numbers; between 1 and 100 it comes with a picture.
 * @param {string} code
 * @returns {Promise<{ text: string, picture?: Buffer | undefined }>}
 */
async function evaluate(code) {
  if (!/^\d{1,9}( *\+ *\d{1,9})*$/.test(code)) throw new RangeError('only sums, such as 1 + 2');
  const sum = code.split('+').reduce((total, part) => total + Number(part), 0);
  return { text: String(sum), picture: sum > 0 && sum <= 100 ? bar(sum) : undefined };
}

const server = await create_server({
  port: Number(process.env.PORT ?? 7681),
  io: process.env.IO === 'inline' ? 'inline' : 'thread',
  webpage: static_text_service('<!doctype html><title>Sums</title>'),
});
set_callback(
  'receive',
  async (DATA, WS) => {
    const code = utf8.decode(DATA);
    const { text, picture } = await evaluate(code).catch((error) => ({ text: String(error), picture: undefined }));
    const msg = `<b>Client ${WS.socket} says: </b>${escaped(code)}\n${escaped(text)}`;
    const fig = picture && `data:image/svg+xml;base64,${picture.toString('base64')}`;
    websocket_broadcast(JSON.stringify(fig ? { msg, fig } : { msg }), server);
  },
  server,
);
console.log(`Open http://127.0.0.1:${server.port}/`);
process.once('SIGTERM', () => websocket_close(server));
