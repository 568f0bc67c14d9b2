/** The figures that the parser comparison aims at, as data. */
import type { Goal } from './goals.ts';

const speed = { measure: 'speed', better: 'higher' } as const;

/** Goals of the parser comparison. */
export const PARSER_GOALS: readonly Goal[] = [
  {
    id: 'P1',
    title: 'lazy request, varied Chrome',
    on: 'browser-get-varied',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 4,
    ...speed,
  },
  {
    id: 'P1',
    title: 'lazy request, Chrome',
    on: 'chrome-get',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 5.5,
    ...speed,
  },
  {
    id: 'P1',
    title: 'lazy request, minimal',
    on: 'minimal-get',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 7,
    ...speed,
  },
  {
    id: 'P2',
    title: 'headers object, Chrome',
    on: 'chrome-get',
    of: 'httpuv-eager',
    to: 'node-object',
    figure: 4.5,
    ...speed,
  },
  {
    id: 'P2',
    title: 'headers object, varied Chrome',
    on: 'browser-get-varied',
    of: 'httpuv-eager',
    to: 'node-object',
    figure: 3.8,
    ...speed,
  },
  {
    id: 'P3',
    title: 'wasm core from JS, Chrome',
    on: 'chrome-get',
    of: 'httpuv-in-place',
    to: 'native-llhttp',
    figure: 3.5,
    ...speed,
  },
  {
    id: 'P3',
    title: 'wasm core from JS, 8 KB header',
    on: 'long-header',
    of: 'httpuv-in-place',
    to: 'native-llhttp',
    figure: 10,
    ...speed,
  },
  {
    id: 'P4',
    title: 'chunked 1 MiB, body views',
    on: 'chunked-4k',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 6.5,
    ...speed,
  },
];
