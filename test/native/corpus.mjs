/**
 * The kept inputs of the fuzzers: corpus/http.txt and corpus/ws.txt, one input a line in base64. Each begins with the
 * bytes in which its fuzz target finds settings: see fuzz_http.c and fuzz_ws.c.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fileOf = (machine) => fileURLToPath(new URL(`corpus/${machine}.txt`, import.meta.url));

/** The inputs of a machine, `http` or `ws`. */
export function corpus(machine) {
  const lines = readFileSync(fileOf(machine), 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => Buffer.from(line, 'base64'));
}

/** Writes them as the files that libFuzzer reads. */
export function unpack(machine, folder) {
  for (const [at, input] of corpus(machine).entries()) writeFileSync(join(folder, `kept-${at}`), input);
}

/** Keeps the files of a folder instead, the shortest first. */
export function pack(machine, folder) {
  const inputs = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  inputs.sort((a, b) => a.length - b.length || a.compare(b));
  writeFileSync(fileOf(machine), inputs.map((input) => `${input.toString('base64')}\n`).join(''));
}
