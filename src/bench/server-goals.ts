/** The figures that the server comparison aims at, as data: for `io: 'inline'` and for `io: 'thread'`. */
import type { Goal } from './goals.ts';

const INLINE = 'httpuv-inline';
const THREAD = 'httpuv-thread';

const RATE = { measure: 'speed', better: 'higher' } as const;
const CPU = { measure: 'cpu', better: 'lower' } as const;
const MEMORY = { measure: 'memory', better: 'lower' } as const;
const LATENCY = { measure: 'latency', better: 'lower' } as const;

const HELLO_RATE = { title: 'hello, 64 connections: requests/s', on: 'hello', ...RATE };
const HELLO_CPU = { title: 'hello, 64 connections: CPU/request', on: 'hello', ...CPU };
const PIPELINED = { title: 'pipelined 16: requests/s', on: 'pipelined', to: 'node-http', ...RATE };
const SINGLE = { title: 'one connection: median latency', on: 'single', to: 'node-http', ...LATENCY };
const IDLE = { title: 'memory of an idle connection', on: 'idle', to: 'node-http', ...MEMORY };
const START = { on: 'start', better: 'lower', unit: 'ms' } as const;

const INLINE_GOALS: readonly Goal[] = [
  { id: 'S1', of: INLINE, to: 'node-http', figure: 2.8, newer: [[24, 1.9]], ...HELLO_RATE },
  { id: 'S1', of: INLINE, to: 'node-http', figure: 0.34, newer: [[24, 0.52]], ...HELLO_CPU },
  {
    id: 'S2',
    of: INLINE,
    to: 'raw-net',
    figure: 1.15,
    newer: [
      [24, 0.9],
      [26, 1.05],
    ],
    ...HELLO_RATE,
  },
  {
    id: 'S3',
    of: INLINE,
    figure: 15,
    newer: [
      [24, 15],
      [26, 13],
    ],
    ...PIPELINED,
  },
  { id: 'S4', of: INLINE, figure: 1, ...SINGLE },
  // Reading into wasm memory, which is the default, costs an idle connection more than the standard path (0.5).
  { id: 'S11', of: INLINE, figure: 0.8, ...IDLE },
  { id: 'S12', of: INLINE, to: 'r-httpuv', figure: 22, ...HELLO_RATE },
  { id: 'S12', of: INLINE, to: 'r-httpuv', figure: 1 / 16, ...HELLO_CPU },
];

const THREAD_GOALS: readonly Goal[] = [
  {
    id: 'S1',
    of: THREAD,
    to: 'node-http',
    figure: 2.4,
    newer: [
      [24, 1.9],
      [26, 1.5],
    ],
    ...HELLO_RATE,
  },
  {
    id: 'S1',
    of: THREAD,
    to: 'node-http',
    figure: 0.45,
    newer: [
      [24, 0.6],
      [26, 0.7],
    ],
    ...HELLO_CPU,
  },
  {
    id: 'S2',
    of: THREAD,
    to: 'raw-net',
    figure: 1,
    newer: [
      [24, 0.9],
      [26, 0.85],
    ],
    ...HELLO_RATE,
  },
  {
    id: 'S3',
    of: THREAD,
    figure: 10,
    newer: [
      [24, 9.4],
      [26, 7.6],
    ],
    ...PIPELINED,
  },
  // Two threads wake each other for every request: a price that does not grow with the work.
  { id: 'S4', of: THREAD, by: 'difference', figure: 60, unit: 'µs', ...SINGLE },
  {
    id: 'S5',
    title: "hello, 64 connections: main thread's CPU/request",
    on: 'hello',
    of: THREAD,
    to: INLINE,
    figure: 0.2,
    measure: 'mainCpu',
    better: 'lower',
  },
  { id: 'S11', of: THREAD, figure: 0.6, ...IDLE },
  { id: 'S12', of: THREAD, to: 'r-httpuv', figure: 22, ...HELLO_RATE },
  { id: 'S12', of: THREAD, to: 'r-httpuv', figure: 1 / 16, ...HELLO_CPU },
  { id: 'S13', title: 'first startServerSync', of: THREAD, figure: 60, measure: 'firstStart', ...START },
  { id: 'S13', title: 'startServerSync while one runs', of: THREAD, figure: 2, measure: 'laterStart', ...START },
];

/** Goals of the server comparison. */
export const SERVER_GOALS: readonly Goal[] = [...INLINE_GOALS, ...THREAD_GOALS];
