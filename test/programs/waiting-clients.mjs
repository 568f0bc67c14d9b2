/** Clients in a process of their own. `three`: one request computes, three more come meanwhile. `ten`: all at once. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [mode, port] = process.argv.slice(2);

async function open() {
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.setNoDelay(true);
  const client = { socket, text: '', answeredAt: 0 };
  socket.on('data', (bytes) => {
    client.text += bytes;
    client.answeredAt ||= performance.now();
  });
  socket.on('error', (error) => {
    client.text += error.code;
  });
  return client;
}

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const statusOf = ({ text }) => text.split(' ')[1] ?? text;

async function three() {
  const [fresh, idle, partial, computing] = await Promise.all([open(), open(), open(), open()]);
  idle.socket.write(get('/'));
  partial.socket.write('GET / HT');
  await sleep(100);
  computing.socket.write(get('/compute'));
  await sleep(200);
  idle.text = '';
  fresh.socket.write(get('/'));
  idle.socket.write(get('/'));
  partial.socket.write('TP/1.1\r\nHost: h\r\n\r\n');
  await sleep(4_000);
  return { fresh: statusOf(fresh), idle: statusOf(idle), partial: statusOf(partial) };
}

/** Milliseconds from the first request to each answer, in rising order. */
async function ten() {
  const all = await Promise.all(Array.from({ length: 10 }, open));
  const start = performance.now();
  for (const { socket } of all) socket.write(get('/compute'));
  while (all.some(({ answeredAt }) => answeredAt === 0)) await sleep(10);
  return all.map(({ answeredAt }) => answeredAt - start).sort((a, b) => a - b);
}

process.send(await (mode === 'three' ? three() : ten()), () => process.exit());
