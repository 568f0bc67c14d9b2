/** What the server comparison does to which servers, as data. Knows no way to make load. */
import { CONTROL, type IdleScenario, type LoadScenario, pickScenarios, type StartScenario } from './scenario.ts';

/** One thing to do to some servers. */
export type Scenario = LoadScenario | IdleScenario | StartScenario;

/** What no server on these sockets can be faster than. */
export const FLOOR = 'raw-epoll';
/** What {@link CONTROL} is here. */
const CONTROLLED = 'raw-net';
const REFERENCE = 'node-http';
const OURS = ['httpuv-inline', 'httpuv-thread', 'httpuv-sync'] as const;

const SCENARIOS: readonly Scenario[] = [
  {
    kind: 'load',
    name: 'hello',
    title: '64 connections, one request at a time',
    servers: [FLOOR, CONTROLLED, CONTROL, REFERENCE, ...OURS, 'r-httpuv'],
    reference: REFERENCE,
    controlled: CONTROLLED,
    connections: 64,
    depth: 1,
  },
  {
    kind: 'load',
    name: 'pipelined',
    title: '64 connections, 16 requests at a time',
    servers: [FLOOR, CONTROLLED, REFERENCE, ...OURS],
    reference: REFERENCE,
    controlled: CONTROLLED,
    connections: 64,
    depth: 16,
  },
  {
    kind: 'load',
    name: 'single',
    title: 'one connection, one request at a time',
    servers: [FLOOR, CONTROLLED, REFERENCE, ...OURS],
    reference: REFERENCE,
    controlled: CONTROLLED,
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

/** The scenarios that words pick; without words all of them. */
export function keepScenarios(words: readonly string[]): readonly Scenario[] {
  return pickScenarios(SCENARIOS, words);
}
