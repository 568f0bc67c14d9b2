/** The URI codecs and base64 against R's own, on texts made at random from the pieces that matter. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import * as codecs from '../../src/codec/index.ts';
import { missing, needs } from '../helpers/needs.ts';

const hasR =
  needs('Rscript', 'r-base-core') &&
  (spawnSync('Rscript', ['-e', 'library(httpuv)'], { stdio: 'ignore' }).status === 0 ||
    missing("R's httpuv is missing: install r-cran-httpuv to run these tests"));

/** Reads one hex text a line; writes for each the five results in hex. */
const PROGRAM = `
library(httpuv)
hex <- function(x) paste(format(charToRaw(x)), collapse = "")
raws <- function(h) { n <- nchar(h); if (n == 0) raw(0) else as.raw(strtoi(substring(h, seq(1, n, 2), seq(2, n, 2)), 16L)) }
for (line in readLines(file("stdin"))) {
  bytes <- raws(sub("^x", "", line)); text <- rawToChar(bytes); Encoding(text) <- "UTF-8"
  cat(paste0("x", c(hex(encodeURI(text)), hex(encodeURIComponent(text)), hex(decodeURI(text)), hex(decodeURIComponent(text)),
    hex(rawToBase64(bytes)))), "\\n")
}`;

const PIECES = [
  '%',
  '%2',
  '2F',
  '%2f',
  '%23',
  '%C3%A5',
  'c3',
  '%ff',
  '%E4%B8',
  'a',
  'Z',
  '/',
  '#',
  '[',
  ' ',
  '+',
  '~',
  'å',
  '中',
  '😀',
  '\n',
];

/** A fixed sequence of numbers that looks random, so that a failure comes back. */
function* numbers(seed: number): Generator<number> {
  for (;;) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    yield seed / 2 ** 32;
  }
}

describe.skipIf(!hasR)("R's httpuv", () => {
  it('encodes and decodes 2,000 texts as we do', () => {
    const next = numbers(7);
    const number = (below: number) => Math.floor((next.next().value ?? 0) * below);
    const texts = Array.from({ length: 2000 }, () =>
      Array.from({ length: number(12) }, () => PIECES[number(PIECES.length)] ?? '').join(''),
    );
    const input = texts.map((text) => `x${Buffer.from(text).toString('hex')}\n`).join('');
    const { stdout, status, stderr } = spawnSync('Rscript', ['-e', PROGRAM], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(status, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(texts.length);
    texts.forEach((text, i) => {
      const judged = (lines[i] ?? '')
        .trim()
        .split(' ')
        .map((hex) => Buffer.from(hex.slice(1), 'hex').toString('utf8'));
      const ours = [
        codecs.encodeURI(text),
        codecs.encodeURIComponent(text),
        codecs.decodeURI(text),
        codecs.decodeURIComponent(text),
        codecs.rawToBase64(new TextEncoder().encode(text)),
      ];
      expect(ours, JSON.stringify(text)).toEqual(judged);
    });
  });
});
