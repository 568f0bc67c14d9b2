/** The figures that the WebSocket comparison aims at, as data: for `io: 'inline'` and for `io: 'thread'`. */
import type { Goal } from './goals.ts';

type Figures = readonly [id: string, on: string, inline: number, thread: number];

/** Rates ÷ `ws` with `bufferutil`; text is to do at least as well as binary. */
const ECHOES: readonly Figures[] = [
  ['S8', '16b-single', 1.35, 1.1],
  ['S9', '16b-pipelined', 8.5, 5],
  ['S10', '4k-single', 1.4, 1.1],
  ['S10', '16k-single', 1.5, 1.3],
  ['S10', '64k-single', 1.7, 1.3],
  ['S10', '1m-single', 1.2, 0.9],
];

const IDLE: Omit<Goal, 'of'> = {
  id: 'S11w',
  title: 'memory of an idle WebSocket',
  on: 'idle',
  to: 'ws',
  figure: 0.7,
  measure: 'memory',
  better: 'lower',
};

function echoes(mode: 'inline' | 'thread'): Goal[] {
  return ECHOES.flatMap(([id, on, inline, thread]) => {
    const [size = '', depth = ''] = on.split('-');
    return ['binary', 'text'].map((type) => ({
      id,
      title: 'messages/s',
      on: `echo-${size}-${type}-${depth}`,
      of: `httpuv-${mode}`,
      to: 'ws-bufferutil',
      figure: mode === 'inline' ? inline : thread,
      measure: 'speed' as const,
      better: 'higher' as const,
    }));
  });
}

/** Goals of the WebSocket comparison. */
export const ECHO_GOALS: readonly Goal[] = [
  ...echoes('inline'),
  { ...IDLE, of: 'httpuv-inline' },
  ...echoes('thread'),
  { ...IDLE, of: 'httpuv-thread' },
];
