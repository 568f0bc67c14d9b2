/** Echo, in R's manner: callbacks, and a loop that serves them. Stops at SIGTERM. */
import { create_server, service, set_callback, websocket_close, websocket_write } from 'httpuv-wasm/websockets';

const utf8 = new TextDecoder();
const server = await create_server({
  port: Number(process.env.PORT ?? 7681),
  io: process.env.IO === 'inline' ? 'inline' : 'thread',
  dispatch: process.env.DISPATCH === 'manual' ? 'manual' : 'auto',
});
set_callback('established', (WS) => console.log('established', WS.socket), server);
set_callback('closed', (WS) => console.log('closed', WS.socket), server);
set_callback(
  'receive',
  (DATA, WS) => {
    websocket_write(`You sent ${utf8.decode(DATA)} \n`, WS);
  },
  server,
);
console.log(`Open http://127.0.0.1:${server.port}/`);
process.once('SIGTERM', () => websocket_close(server));
while (server.listening) await service(server);
console.log('over');
