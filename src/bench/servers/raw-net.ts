/** The floor: `node:net` with a canned answer. */
import { type AddressInfo, createServer } from 'node:net';
import { answerCanned } from './canned.ts';
import { reportUsage } from './report-usage.ts';

const server = createServer({ noDelay: true }, answerCanned);
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => reportUsage((server.address() as AddressInfo).port));
