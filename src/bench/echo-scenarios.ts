/** What the WebSocket comparison does to which servers, as data. Knows no way to make load. */
import { CONTROL, type EchoScenario, type IdleScenario, pickScenarios } from './scenario.ts';

/** One thing to do to some servers. */
export type WebSocketScenario = EchoScenario | IdleScenario;

/** What everything is divided by, and what {@link CONTROL} is here. */
const REFERENCE = 'ws-bufferutil';
const OURS = ['httpuv-inline', 'httpuv-thread'] as const;
const OTHERS = 'r-httpuv';

/** Payloads, with fewer connections for long ones. */
const SIZES = [
  { name: '16b', words: '16 B', bytes: 16, connections: 64 },
  { name: '125b', words: '125 B', bytes: 125, connections: 64 },
  { name: '1k', words: '1 KiB', bytes: 1024, connections: 64 },
  { name: '4k', words: '4 KiB', bytes: 4096, connections: 64 },
  { name: '16k', words: '16 KiB', bytes: 16_384, connections: 16 },
  { name: '64k', words: '64 KiB', bytes: 65_536, connections: 16 },
  { name: '1m', words: '1 MiB', bytes: 1_048_576, connections: 4 },
] as const;

const DEPTHS = [
  { name: 'single', words: 'one message at a time', depth: 1 },
  { name: 'pipelined', words: '16 messages at a time', depth: 16 },
] as const;

const ECHOES: readonly EchoScenario[] = SIZES.flatMap(({ name: size, words: payload, bytes, connections }) =>
  ['binary', 'text'].flatMap((type) =>
    DEPTHS.map(({ name, words, depth }) => ({
      kind: 'load' as const,
      name: `echo-${size}-${type}-${name}`,
      title: `echoes of ${payload} ${type}, ${connections} connections, ${words}`,
      servers: [REFERENCE, CONTROL, 'ws', ...OURS, OTHERS],
      reference: REFERENCE,
      controlled: REFERENCE,
      connections,
      depth,
      bytes,
      isBinary: type === 'binary',
    })),
  ),
);

const IDLE: IdleScenario = {
  kind: 'idle',
  name: 'idle',
  title: 'WebSockets on which nothing is sent',
  servers: ['ws', ...OURS, OTHERS],
  // Masks do not matter here, and it needs one package only.
  reference: 'ws',
};

/** What is compared when no scenario is named: all of them would take an hour and a half. */
const USUAL: readonly EchoScenario[] = ECHOES.filter(
  ({ bytes, depth }) => bytes === 16 || (depth === 1 && [4096, 16_384, 65_536, 1_048_576].includes(bytes)),
);

/** The scenarios that words pick; the usual ones where no word is in the name of one. */
export function keepEchoScenarios(words: readonly string[]): readonly WebSocketScenario[] {
  const isNamed = ECHOES.some(({ name }) => words.some((word) => name.includes(word)));
  return pickScenarios<WebSocketScenario>([...(isNamed ? ECHOES : USUAL), IDLE], words);
}
