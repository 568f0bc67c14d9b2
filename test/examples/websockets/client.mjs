/** A client: connects to the address that it is given, says something, prints the answer, and leaves. */
import { service, set_callback, websocket, websocket_close, websocket_write } from 'httpuv-wasm/websockets';

const utf8 = new TextDecoder();
const client = await websocket(process.argv[2] ?? 'ws://127.0.0.1:7681/', { subprotocol: 'chat' });
let answers = 0;
set_callback(
  'receive',
  (DATA) => {
    answers++;
    console.log(utf8.decode(DATA));
  },
  client,
);
websocket_write('Testing, testing', client);
while (answers === 0 && client.ws.readyState === 'open') await service(client);
await websocket_close(client);
