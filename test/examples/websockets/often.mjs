/** Load: a client that says something every 10 ms, so many times, and leaves when all was answered. */
import { setTimeout as pause } from 'node:timers/promises';
import { websocket } from 'httpuv-wasm/websockets';

const [address = 'ws://127.0.0.1:7681/', times = '100'] = process.argv.slice(2);
const client = await websocket(address);
let answers = 0;
/** @type {Promise<void>} */
const all = new Promise((resolve) => {
  client.receive = () => {
    if (++answers === Number(times)) resolve();
  };
});
for (let i = 0; i < Number(times); i++) {
  await client.send(`number ${i}`);
  await pause(10);
}
await all;
console.log(`${answers} answers`);
await client.close();
