/** The figures that the comparison of servers over TLS aims at, as data: ÷ `node:https`. */
import type { Goal } from './goals.ts';

const HELLO = { on: 'tls-hello', to: 'node-https' } as const;
const RATE = { ...HELLO, title: 'hello over TLS: requests/s', measure: 'speed', better: 'higher' } as const;
const CPU = { ...HELLO, title: 'hello over TLS: CPU/request', measure: 'cpu', better: 'lower' } as const;

/** Goals of the comparison of servers over TLS. */
export const TLS_GOALS: readonly Goal[] = [
  { id: 'T1', of: 'httpuv-tls-inline', figure: 1.6, ...RATE },
  { id: 'T1', of: 'httpuv-tls-inline', figure: 0.62, ...CPU },
  { id: 'T1', of: 'httpuv-tls-thread', figure: 1.4, ...RATE },
  { id: 'T1', of: 'httpuv-tls-thread', figure: 0.75, ...CPU },
];
