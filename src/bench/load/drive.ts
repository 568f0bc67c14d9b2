/**
 * The half of a load generator that is the same for every protocol: opens connections to a server on loopback, keeps each
 * busy with the same batch for a bounded time, and counts and times what its readers call answered.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { LoadPlan, LoadResult } from './load.ts';
import { midPage } from './mid-page.ts';

/** Takes what a connection brings; the bytes are overwritten afterwards. `done`: all that was sent is answered. */
export interface Reader {
  feed(bytes: Buffer): 'more' | 'done' | 'wrong';
}

/** What is said on every connection. */
export interface Talk {
  /** Sent first, when there is something to agree on before. */
  readonly greeting?: { readonly text: string; reader(): Reader };
  /** Sent again and again. */
  readonly batch: Buffer;
  reader(): Reader;
}

const READ_BYTES = 262_144;
/** A server that has stopped answering must not hold the generator. */
const GRACE_MS = 1000;

/** Makes one stretch of load. */
export function drive(plan: LoadPlan, talk: Talk): Promise<LoadResult> {
  const buffers = midPage(plan.connections, READ_BYTES);
  const sockets: Socket[] = [];
  const latencies: number[] = [];
  let answers = 0;
  let errors = 0;
  let slowestMicros = 0;
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const until = begun + plan.timeMs;
  return new Promise((resolve) => {
    let open = plan.connections;
    const last = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, plan.timeMs + GRACE_MS);
    const oneLess = () => {
      open--;
      if (open > 0) return;
      clearTimeout(last);
      const seconds = (performance.now() - begun) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      latencies.sort((a, b) => a - b);
      const medianMicros = latencies[latencies.length >> 1] ?? Number.NaN;
      resolve({ answers, seconds, medianMicros, slowestMicros, errors, cpuMicros: user + system });
    };
    for (const buffer of buffers) sockets.push(connection(buffer));

    function connection(buffer: Buffer): Socket {
      const { greeting, batch } = talk;
      let reader = (greeting ?? talk).reader();
      let isGreeted = greeting === undefined;
      /** NaN: nothing is waited for. */
      let sentAt = Number.NaN;
      const took = (): number => {
        const micros = (performance.now() - sentAt) * 1000;
        if (micros > slowestMicros) slowestMicros = micros;
        return micros;
      };
      const send = () => {
        sentAt = performance.now();
        if (sentAt < until) {
          socket.write(batch);
        } else {
          sentAt = Number.NaN;
          socket.end();
        }
      };
      const answered = () => {
        if (isGreeted) {
          latencies.push(took());
          answers += plan.depth;
        } else {
          isGreeted = true;
          reader = talk.reader();
        }
        send();
      };
      const callback = (length: number): boolean => {
        const found = reader.feed(buffer.subarray(0, length));
        if (found === 'done') answered();
        else if (found === 'wrong') {
          errors++;
          socket.destroy();
        }
        return true;
      };
      const target = { host: '127.0.0.1', port: plan.port, noDelay: true, onread: { buffer, callback } };
      const isTls = plan.isTls === true;
      // The types of the two calls differ; what is asked for does not.
      const socket = isTls
        ? connectTls({ ...target, rejectUnauthorized: false } as ConnectionOptions)
        : connect(target);
      socket.on(isTls ? 'secureConnect' : 'connect', () => {
        if (greeting === undefined) send();
        else socket.write(greeting.text);
      });
      socket.on('error', () => {
        errors++;
      });
      socket.on('close', () => {
        took();
        oneLess();
      });
      return socket;
    }
  });
}

/** Runs a generator program: its plan comes from its parent, which is this package and passes one, and hears the result. */
export function runGenerator<Plan extends LoadPlan>(talkFor: (plan: Plan) => Talk): void {
  const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
  drive(plan, talkFor(plan)).then((result) => {
    process.send?.(result, () => process.disconnect());
  });
}
