/** Starts two servers, stops one, asks the other, stops it: then nothing holds the process. */
import { listServers, startServer, stopServer } from '../../dist/index.js';

const first = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'server 1' }));
const second = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'server 2' }));
const texts = await Promise.all([first, second].map(async (server) => (await fetch(server.url)).text()));
console.log(texts.join(', '), listServers().length);
await stopServer(first);
console.log(await (await fetch(second.url)).text(), listServers().length);
// A connection that the client keeps open must not hold the process either.
await stopServer(second);
console.log('stopped', listServers().length);
