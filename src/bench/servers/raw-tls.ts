/** The floor below TLS: `node:tls` with a canned answer. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { answerCanned } from './canned.ts';
import { makeCertificate } from './certificate.ts';
import { reportUsage } from './report-usage.ts';

const server = createServer({ ...makeCertificate(), noDelay: true }, answerCanned);
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => reportUsage((server.address() as AddressInfo).port));
