/** What the comparison of static files does to which servers, as data. Knows no way to make load. */
import { type BlockedScenario, CONTROL, type FileScenario, pickScenarios } from './scenario.ts';

/** One thing to do to some servers. */
export type StaticScenario = FileScenario | BlockedScenario;

/** What everything is divided by, and what {@link CONTROL} is here. */
const REFERENCE = 'sirv';
const OURS = ['httpuv-inline', 'httpuv-thread'] as const;

/** Files, with fewer connections for a long one. */
const SIZES = [
  { name: '1k', words: '1 KiB', bytes: 1024, connections: 64 },
  { name: '64k', words: '64 KiB', bytes: 65_536, connections: 64 },
  { name: '10m', words: '10 MiB', bytes: 10_485_760, connections: 8 },
] as const;

const FILES: readonly FileScenario[] = SIZES.map(({ name, words, bytes, connections }) => ({
  kind: 'load',
  name: `file-${name}`,
  title: `a file of ${words}, ${connections} connections, one request at a time`,
  servers: [REFERENCE, CONTROL, 'serve-static', ...OURS, 'nginx', 'r-httpuv'],
  reference: REFERENCE,
  controlled: REFERENCE,
  connections,
  depth: 1,
  bytes,
}));

const BLOCKED: BlockedScenario = {
  kind: 'blocked',
  name: 'blocked',
  title: "a file of 1 KiB, 64 connections, while the app's thread computes, against the same while it is idle",
  servers: [REFERENCE, ...OURS],
  reference: REFERENCE,
  connections: 64,
  bytes: 1024,
};

/** The scenarios that words pick; without words all of them. */
export function keepStaticScenarios(words: readonly string[]): readonly StaticScenario[] {
  return pickScenarios<StaticScenario>([...FILES, BLOCKED], words);
}
