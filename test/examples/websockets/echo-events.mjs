/** Echo, in Node's manner: emitters, and a loop over what happens. Stops at SIGTERM. */
import { createServer } from 'httpuv-wasm/websockets';

const server = await createServer({
  port: Number(process.env.PORT ?? 7681),
  io: process.env.IO === 'inline' ? 'inline' : 'thread',
});
server.on('connection', (ws) => {
  ws.on('message', (data) => ws.send(`You sent ${Buffer.from(data)}`).catch(() => {}));
});
console.log(`Open http://127.0.0.1:${server.port}/`);
process.once('SIGTERM', () => server.close());
for await (const event of server) {
  if (event.type === 'closed') console.log('closed', event.why.code);
}
