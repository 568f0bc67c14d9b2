/** Starts two servers, stops one, asks the other, stops it: then nothing holds the process. HTTPUV_TEST_IO is the mode. */
import { listServers, startServer, stopServer } from '../../dist/index.js';

const io = process.env.HTTPUV_TEST_IO;
const first = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'server 1' }), { io });
const second = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'server 2' }), { io });
const texts = await Promise.all([first, second].map(async (server) => (await fetch(server.url)).text()));
console.log(texts.join(', '), listServers().length);
await stopServer(first);
console.log(await (await fetch(second.url)).text(), listServers().length);
// A connection that the client keeps open must not hold the process either.
await stopServer(second);
console.log('stopped', listServers().length);
