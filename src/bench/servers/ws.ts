/** An echo by `ws` as a program would write it: text comes as bytes and is echoed as the string that a program works with. */
import type { AddressInfo } from 'node:net';
import { reportUsage } from './report-usage.ts';
import { wsPackage } from './ws-package.ts';

const found = wsPackage();
if (found === undefined) throw new Error('ws is not installed');
const server = new found.WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096 });
server.on('listening', () => reportUsage((server.address() as AddressInfo).port));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(isBinary ? data : data.toString()));
  socket.on('error', () => socket.terminate());
});
