/** `node:https` as a program would use it, with no time-outs changed. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.ts';
import { HELLO_BODY } from './hello.ts';
import { reportUsage } from './report-usage.ts';

const server = createServer(makeCertificate(), (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': HELLO_BODY.length });
  response.end(HELLO_BODY);
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => reportUsage((server.address() as AddressInfo).port));
