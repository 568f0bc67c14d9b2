/**
 * A program: opens connections to a server on loopback, keeps each busy with batches of one request for a bounded time,
 * and sends one result to its parent. The first answer on a connection is read in full; every later one must have its
 * length and begin as it did, so that counting bytes counts answers.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type LoadPlan, type LoadResult, REQUEST } from './load.ts';

const STATUS_LINE = 'HTTP/1.1 200 ';

/** Bytes of the first whole answer in `bytes`, or 0 when it is not complete yet; -1 when it is not a good answer. */
function answerBytes(bytes: Buffer): number {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (!head.startsWith(STATUS_LINE) || length === null) return -1;
  const whole = headEnd + 4 + Number(length[1]);
  return bytes.length >= whole ? whole : 0;
}

function drive(plan: LoadPlan): Promise<LoadResult> {
  const batch = Buffer.from(REQUEST.repeat(plan.depth), 'latin1');
  const sockets: Socket[] = [];
  const latencies: number[] = [];
  let requests = 0;
  let errors = 0;
  const begun = performance.now();
  return new Promise((resolve) => {
    let open = plan.connections;
    const until = begun + plan.timeMs;
    const oneLess = () => {
      open--;
      if (open > 0) return;
      clearTimeout(last);
      const seconds = (performance.now() - begun) / 1000;
      latencies.sort((a, b) => a - b);
      resolve({ requests, seconds, medianMicros: latencies[latencies.length >> 1] ?? Number.NaN, errors });
    };
    // A server that has stopped answering must not hold this process: one second of grace.
    const last = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, plan.timeMs + 1000);
    for (let made = 0; made < plan.connections; made++) sockets.push(connection());

    function connection(): Socket {
      const socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true });
      let length = 0;
      let kept: Buffer | null = null;
      let waiting = 0;
      let sentAt = 0;
      const send = () => {
        const now = performance.now();
        if (sentAt > 0) latencies.push((now - sentAt) * 1000);
        if (now >= until) {
          socket.end();
          return;
        }
        sentAt = now;
        waiting = length === 0 ? 0 : length * plan.depth;
        socket.write(batch);
      };
      const fail = () => {
        errors++;
        socket.destroy();
      };
      socket.on('connect', send);
      socket.on('data', (piece) => {
        if (length === 0) {
          kept = kept === null ? piece : Buffer.concat([kept, piece]);
          const found = answerBytes(kept);
          if (found === 0) return;
          if (found < 0) return fail();
          length = found;
          waiting = length * plan.depth - kept.length;
        } else {
          if (waiting === length * plan.depth && piece.toString('latin1', 0, STATUS_LINE.length) !== STATUS_LINE)
            return fail();
          waiting -= piece.length;
        }
        if (waiting < 0) return fail();
        if (waiting > 0) return;
        requests += plan.depth;
        send();
      });
      socket.on('error', () => {
        errors++;
      });
      socket.on('close', oneLess);
      return socket;
    }
  });
}

// The parent is this package and passes one plan.
drive(JSON.parse(process.argv[2] ?? '{}') as LoadPlan).then((result) => {
  process.send?.(result, () => process.disconnect());
});
