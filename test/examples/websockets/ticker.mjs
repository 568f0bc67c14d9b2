/** Pages alone: a form, whose answer has a chart of what was asked for. A later page can take its place. */
import {
  create_server,
  daemonize,
  http_response,
  http_vars,
  set_callback,
  websocket_close,
} from 'httpuv-wasm/websockets';

/** A chart of a text: one bar for each character. @param {string} symbol */
function render(symbol) {
  const bars = [...symbol].map((c, i) => `<rect x="${10 * i}" width="8" height="${c.charCodeAt(0) % 100}"/>`);
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">${bars.join('')}</svg>`);
}

const server = await create_server({
  port: Number(process.env.PORT ?? 9999),
  io: process.env.IO === 'inline' ? 'inline' : 'thread',
  dispatch: 'manual',
  webpage: async (socket, header) => {
    if (header.resource === '/hello') {
      set_callback('static', (later) => http_response(later, 200, 'text/plain', 'HELLO'), server);
    }
    const vars = await http_vars(socket, header);
    const form = '<form>Ticker: <input name="symbol"></form>';
    const chart = vars?.symbol ? `<img src="data:image/svg+xml;base64,${render(vars.symbol).toString('base64')}">` : '';
    return http_response(socket, { content: `<!doctype html><body>${form}${chart}` });
  },
});
const daemon = daemonize(server);
console.log(`Open http://127.0.0.1:${server.port}/`);
process.once('SIGTERM', async () => {
  daemon[Symbol.dispose]();
  await websocket_close(server);
});
