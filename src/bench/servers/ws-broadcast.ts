/** A broadcast by `ws` as its manual has it: whatever comes from one is sent to all who are open. */
import type { AddressInfo } from 'node:net';
import { BROADCAST } from './broadcast.ts';
import { reportUsage } from './report-usage.ts';
import { wsPackage } from './ws-package.ts';

const found = wsPackage();
if (found === undefined) throw new Error('ws is not installed');
const server = new found.WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096 });
server.on('listening', () => reportUsage((server.address() as AddressInfo).port));
server.on('connection', (socket) => {
  socket.on('message', () => {
    for (const client of server.clients) if (client.readyState === client.OPEN) client.send(BROADCAST);
  });
  socket.on('error', () => socket.terminate());
});
