/** What the server comparison does to which servers, as data. Knows no way to make load. */
import { SERVERS } from './servers/all.ts';

/** One kind of load on some servers. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly servers: readonly string[];
  /** Connections and requests sent together; absent: connections are only held. */
  readonly load?: { readonly connections: number; readonly depth: number };
}

/** What everything is divided by. */
export const REFERENCE = 'node-http';
/** A second process of the controlled server, which should come out equal to the first. */
export const CONTROL = 'control';
export const CONTROLLED = 'raw-net';

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'hello',
    title: '64 connections, one request at a time',
    servers: ['raw-net', CONTROL, 'node-http', 'httpuv-inline', 'r-httpuv'],
    load: { connections: 64, depth: 1 },
  },
  {
    name: 'pipelined',
    title: '64 connections, 16 requests at a time',
    servers: ['raw-net', 'node-http', 'httpuv-inline'],
    load: { connections: 64, depth: 16 },
  },
  {
    name: 'single',
    title: 'one connection, one request at a time',
    servers: ['raw-net', 'node-http', 'httpuv-inline'],
    load: { connections: 1, depth: 1 },
  },
  {
    name: 'idle',
    title: 'connections that send nothing',
    servers: ['raw-net', 'node-http', 'httpuv-inline', 'r-httpuv'],
  },
];

/** Words pick scenarios and servers by name; the reference and the control stay beside a picked server. */
export function keepScenarios(words: readonly string[]): readonly Scenario[] {
  const names = [...SCENARIOS, ...SERVERS].map(({ name }) => name);
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
  if (!SERVERS.some(({ name }) => matches(name))) return scenarios;
  return scenarios.map((scenario) => ({
    ...scenario,
    servers: scenario.servers.filter((name) => name === REFERENCE || matches(name)),
  }));
}
