/** What a comparison of servers consists of, and how words pick from it. Knows no server and no way to make load. */

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
export const CONTROL = 'control';

/**
 * Words pick scenarios and servers by name; the reference stays beside a picked server. A scenario in which none of the
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
    throw new RangeError(
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
      servers: scenario.servers.filter((name) => name === scenario.reference || matches(name)),
    }));
  if (kept.length > 0) return kept;
  throw new RangeError(
    `--filter: no server with one of these words takes part in ${scenarios.map(({ name }) => name).join(', ')}`,
  );
}
