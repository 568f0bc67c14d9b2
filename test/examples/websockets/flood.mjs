/** Load: 20 broadcasts in each pass of service, as long as anybody listens. */
import { create_server, service, websocket_broadcast, websocket_close } from 'httpuv-wasm/websockets';

const server = await create_server({
  port: Number(process.env.PORT ?? 7681),
  io: process.env.IO === 'inline' ? 'inline' : 'thread',
  dispatch: process.env.DISPATCH === 'manual' ? 'manual' : 'auto',
});
console.log(`Open http://127.0.0.1:${server.port}/`);
process.once('SIGTERM', () => websocket_close(server));
for (let sent = 0; server.listening; ) {
  await service(server, 1);
  for (let i = 0; i < 20; i++) websocket_broadcast(`message ${sent++}`, server);
}
