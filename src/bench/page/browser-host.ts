/** A browser as the comparison of parsers sees it, from a worker. What a browser does not tell is absent. */
import { VERSION } from '../../version.ts';
import type { BenchHost, ReadOwnFile } from '../host.ts';
import type { Machine } from '../machine.ts';

/** What a browser says of itself; `userAgentData` only those of one family have. */
export interface Navigator {
  readonly userAgent: string;
  readonly platform?: string;
  readonly hardwareConcurrency?: number;
  readonly deviceMemory?: number;
  readonly userAgentData?: {
    readonly platform?: string;
    readonly brands?: readonly { readonly brand: string; readonly version: string }[];
  };
}

/** Names in `userAgent` with their engines. Order matters: each browser below also names those behind it. */
const FAMILIES: readonly (readonly [pattern: RegExp, name: string, engine: string])[] = [
  [/\bFirefox\/([\d.]+)/, 'Firefox', 'SpiderMonkey'],
  [/\bEdg\/([\d.]+)/, 'Edge', 'V8'],
  [/\bHeadlessChrome\/([\d.]+)/, 'Chromium (headless)', 'V8'],
  [/\bChrome\/([\d.]+)/, 'Chromium', 'V8'],
  [/\bVersion\/([\d.]+).*\bSafari\//, 'Safari', 'JavaScriptCore'],
];

/** The facts as far as a browser tells them. Its memory is a rounded figure, at most 8 GiB, so it is left out. */
export function browserMachine(navigator: Navigator): Machine {
  const { userAgent, userAgentData, hardwareConcurrency = 1 } = navigator;
  const family = FAMILIES.find(([pattern]) => pattern.test(userAgent));
  const version = family?.[0].exec(userAgent)?.[1];
  return {
    cpu: 'processor unknown (browsers do not tell)',
    cores: hardwareConcurrency,
    os: userAgentData?.platform || systemIn(userAgent) || navigator.platform || 'unknown',
    runtime: family === undefined ? userAgent : `${family[1]} ${version}`,
    ...(family === undefined ? {} : { engine: family[2] }),
    version: VERSION,
  };
}

/** The first part in brackets: `X11; Linux x86_64`. */
function systemIn(userAgent: string): string | undefined {
  return /\(([^)]+)\)/.exec(userAgent)?.[1];
}

/** Steps that are waited for. */
const STEPS = 5;

/** The shortest of some steps of the clock, in milliseconds: browsers let pages see time in steps. */
export function clockStep(now: () => number): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let step = 0; step < STEPS; step++) {
    const begun = now();
    let later = now();
    while (later === begun) later = now();
    shortest = Math.min(shortest, later - begun);
  }
  return shortest;
}

/** This worker as a host. */
export function browserHost(navigator: Navigator): BenchHost {
  const now = () => performance.now();
  const micros = Math.max(1, Math.round(clockStep(now) * 1000));
  return {
    machine: browserMachine(navigator),
    clock: { now },
    notes: [
      'garbage was not collected between turns: browsers do not let pages do that',
      `the clock of this page moves in steps of ${micros} µs`,
    ],
  };
}

/** Asks the server of this page, where the package lies as it does in its folder. */
export const fetchOwnFile: ReadOwnFile = async (path) => {
  const answer = await fetch(new URL(`../../../${path}`, import.meta.url));
  if (!answer.ok) throw new Error(`${path}: the server of this page answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};
