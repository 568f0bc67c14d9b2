/** The kept inputs of the fuzzers, for tests; test/native/corpus.mjs writes them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FixtureSettings } from './fixtures.ts';

/** Inputs of a machine as its fuzz target reads them: bytes with settings, then the bytes of the peer. */
export function corpus(machine: 'http' | 'ws'): Buffer[] {
  const file = fileURLToPath(new URL(`../native/corpus/${machine}.txt`, import.meta.url));
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => Buffer.from(line, 'base64'));
}

/** What such an input says to the HTTP machine; the bits are those of fuzz_http.c. */
export interface HttpInput {
  readonly kind: 'request' | 'response';
  readonly settings: FixtureSettings;
  readonly bytes: Uint8Array;
  /** Bytes of a piece. */
  readonly step: number;
}

export function httpCorpus(): HttpInput[] {
  return corpus('http').map((input) => {
    const [bits = 0, pause = 0, step = 0] = input;
    return {
      kind: bits & 1 ? 'response' : 'request',
      settings: {
        maxHeadBytes: bits & 2 ? 64 : 4096,
        maxFields: bits & 4 ? 3 : 1000,
        maxChunkExtensionBytes: bits & 8 ? 4 : 16_384,
        maxBodyBytes: bits & 16 ? 10 : 2 ** 30,
        pause: (pause & 15) | (bits & 32 ? (step & 127) << 8 : 0),
      },
      bytes: input.subarray(3),
      step: (step % 50) + 1,
    };
  });
}
