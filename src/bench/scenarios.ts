/** What the server comparison does to which servers, as data. Knows no way to make load. */

interface Named {
  readonly name: string;
  readonly title: string;
  readonly servers: readonly string[];
  /** What everything in it is divided by. */
  readonly reference: string;
}

/** Servers answer requests. */
export interface LoadScenario extends Named {
  readonly kind: 'load';
  readonly connections: number;
  /** Requests sent together. */
  readonly depth: number;
}

/** Connections are only held. */
export interface IdleScenario extends Named {
  readonly kind: 'idle';
}

/** Fresh processes start a server or something to compare it with. */
export interface StartScenario extends Named {
  readonly kind: 'start';
}

/** One thing to do to some servers. */
export type Scenario = LoadScenario | IdleScenario | StartScenario;

/** A second process of the controlled server, which should come out equal to the first. */
export const CONTROL = 'control';
export const CONTROLLED = 'raw-net';

const REFERENCE = 'node-http';
const OURS = ['httpuv-inline', 'httpuv-thread', 'httpuv-sync'] as const;

const SCENARIOS: readonly Scenario[] = [
  {
    kind: 'load',
    name: 'hello',
    title: '64 connections, one request at a time',
    servers: [CONTROLLED, CONTROL, REFERENCE, ...OURS, 'r-httpuv'],
    reference: REFERENCE,
    connections: 64,
    depth: 1,
  },
  {
    kind: 'load',
    name: 'pipelined',
    title: '64 connections, 16 requests at a time',
    servers: [CONTROLLED, REFERENCE, ...OURS],
    reference: REFERENCE,
    connections: 64,
    depth: 16,
  },
  {
    kind: 'load',
    name: 'single',
    title: 'one connection, one request at a time',
    servers: [CONTROLLED, REFERENCE, ...OURS],
    reference: REFERENCE,
    connections: 1,
    depth: 1,
  },
  {
    kind: 'idle',
    name: 'idle',
    title: 'connections that send nothing',
    // The memory of a program that never returns to its event loop cannot be collected at will.
    servers: [CONTROLLED, REFERENCE, 'httpuv-inline', 'httpuv-thread', 'r-httpuv'],
    reference: REFERENCE,
  },
  {
    kind: 'start',
    name: 'start',
    title: 'fresh processes: startServerSync, the first and further ones; a bare worker thread beside it',
    servers: ['bare-worker', 'httpuv-thread'],
    reference: 'bare-worker',
  },
];

/**
 * Words pick scenarios and servers by name; the reference stays beside a picked server. A scenario in which none of the
 * picked servers takes part is left out.
 */
export function keepScenarios(words: readonly string[]): readonly Scenario[] {
  const servers = [...new Set(SCENARIOS.flatMap((scenario) => scenario.servers))].filter((name) => name !== CONTROL);
  const names = [...SCENARIOS.map(({ name }) => name), ...servers];
  for (const word of words) {
    if (names.some((name) => name.includes(word))) continue;
    throw new RangeError(
      `--filter: no scenario and no server has "${word}" in its name; there are ${names.join(', ')}`,
    );
  }
  const matches = (name: string) => words.some((word) => name.includes(word));
  const scenarios = SCENARIOS.some(({ name }) => matches(name))
    ? SCENARIOS.filter(({ name }) => matches(name))
    : SCENARIOS;
  if (!servers.some(matches)) return scenarios;
  const kept = scenarios
    .filter((scenario) => scenario.servers.some(matches))
    .map((scenario) => ({
      ...scenario,
      servers: scenario.servers.filter((name) => name === scenario.reference || matches(name)),
    }));
  if (kept.length > 0) return kept;
  throw new RangeError(
    `--filter: no server with one of these words takes part in ${scenarios.map(({ name }) => name).join(', ')}`,
  );
}
