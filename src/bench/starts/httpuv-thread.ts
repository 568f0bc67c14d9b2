/**
 * The first server with `io: 'thread'`, which starts the I/O thread, and further ones beside it. All of them must answer
 * afterwards, or their times count for nothing.
 */
import { startServerSync, type WebServer } from '../../index.ts';
import { wrongAnswer } from '../servers/check-answer.ts';
import { HELLO_APP } from '../servers/httpuv.ts';
import { median } from '../statistics.ts';
import { millisecondsOf, tellAndEnd } from './timed.ts';

const FURTHER = 10;

const servers: WebServer[] = [];
const start = () => void servers.push(startServerSync('127.0.0.1', 0, HELLO_APP));

const firstMs = millisecondsOf(start);
const laterMs = median(Array.from({ length: FURTHER }, () => millisecondsOf(start)));
Promise.all(servers.map((server) => wrongAnswer(server.getPort(), 1))).then((answers) => {
  const wrong = answers.find((answer) => answer !== undefined);
  tellAndEnd(wrong === undefined ? { firstMs, laterMs } : { firstMs, laterMs, wrong });
});
