/** What a comparison of servers consists of, and how words pick from it. Knows no server and no way to make load. */
import { CONTROL } from './steadiness.ts';
import { BenchUsageError } from './usage.ts';

interface Named {
  readonly name: string;
  readonly title: string;
  readonly servers: readonly string[];
  /** What everything in it is divided by. */
  readonly reference: string;
}

/** Servers answer requests, or echo messages. */
export interface LoadScenario extends Named {
  readonly kind: 'load';
  /** Of which server {@link CONTROL} is a second process. */
  readonly controlled: string;
  readonly connections: number;
  /** Requests or messages sent together. */
  readonly depth: number;
}

/** Servers echo messages. */
export interface EchoScenario extends LoadScenario {
  /** Payload of a message. */
  readonly bytes: number;
  readonly isBinary: boolean;
}

/** Servers send a file. */
export interface FileScenario extends LoadScenario {
  readonly bytes: number;
}

/** Servers send a file while the thread of their app does something else. */
export interface BlockedScenario extends Named {
  readonly kind: 'blocked';
  readonly connections: number;
  readonly bytes: number;
}

/** Connections are only held. */
export interface IdleScenario extends Named {
  readonly kind: 'idle';
}

/** Fresh processes start a server or something to compare it with. */
export interface StartScenario extends Named {
  readonly kind: 'start';
}

/** A second process of the controlled server, which should come out equal to the first. */
export { CONTROL };

/**
 * Words pick scenarios and servers by name; the reference stays beside a picked server, and the control beside its own. A scenario in which none of the
 * picked servers takes part is left out.
 */
export function pickScenarios<Scenario extends Named>(
  all: readonly Scenario[],
  words: readonly string[],
): readonly Scenario[] {
  const servers = [...new Set(all.flatMap((scenario) => scenario.servers))].filter((name) => name !== CONTROL);
  const names = [...all.map(({ name }) => name), ...servers];
  for (const word of words) {
    if (names.some((name) => name.includes(word))) continue;
    throw new BenchUsageError(
      `--filter: no scenario and no server has "${word}" in its name; there are ${names.join(', ')}`,
    );
  }
  const matches = (name: string) => words.some((word) => name.includes(word));
  const scenarios = all.some(({ name }) => matches(name)) ? all.filter(({ name }) => matches(name)) : all;
  if (!servers.some(matches)) return scenarios;
  const kept = scenarios
    .filter((scenario) => scenario.servers.some(matches))
    .map((scenario) => ({
      ...scenario,
      servers: scenario.servers.filter(
        (name) => name === scenario.reference || matches(name) || (name === CONTROL && isControlled(scenario, matches)),
      ),
    }));
  if (kept.length > 0) return kept;
  throw new BenchUsageError(
    `--filter: no server with one of these words takes part in ${scenarios.map(({ name }) => name).join(', ')}`,
  );
}

/** Whether the server that has a second self takes part. */
function isControlled(scenario: Named & { readonly controlled?: string }, matches: (name: string) => boolean): boolean {
  const { controlled, reference } = scenario;
  return controlled !== undefined && (controlled === reference || matches(controlled));
}
