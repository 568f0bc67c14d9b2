/** The figures that the comparison of static files aims at, as data: ÷ sirv, and while the app's thread is blocked. */
import type { Goal } from './goals.ts';

/** By file: title, scenario, and the figure with `io: 'inline'` and with `io: 'thread'`. */
const FILES = [
  ['1 KiB', 'file-1k', 5.4, 5],
  ['64 KiB', 'file-64k', 3.6, 3.3],
  ['10 MiB', 'file-10m', 1.2, 1.2],
] as const;

const BLOCKED = { id: 'S6', on: 'blocked', of: 'httpuv-thread' } as const;

/** Goals of the comparison of static files. */
export const STATIC_GOALS: readonly Goal[] = [
  {
    ...BLOCKED,
    title: "requests/s while the app's thread is blocked ÷ idle",
    figure: 0.6,
    measure: 'blockedShare',
    better: 'higher',
  },
  { ...BLOCKED, title: 'slowest request meanwhile', figure: 250, unit: 'ms', measure: 'slowest', better: 'lower' },
  ...FILES.flatMap(([size, on, inline, thread]): Goal[] => {
    const goal = {
      id: 'S7',
      title: `${size}: requests/s`,
      on,
      to: 'sirv',
      measure: 'speed',
      better: 'higher',
    } as const;
    return [
      { ...goal, of: 'httpuv-inline', figure: inline },
      { ...goal, of: 'httpuv-thread', figure: thread },
    ];
  }),
];
