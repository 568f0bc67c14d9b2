/**
 * Fuzzes both machines of native/ with libFuzzer under the address and undefined-behaviour sanitizers, side by side.
 *   node test/native/fuzz.mjs SECONDS          begins with the kept corpus; a finding is printed and kept in build/fuzz
 *   node test/native/fuzz.mjs SECONDS --keep   puts the smallest inputs that reach as much into the kept corpus
 * Needs clang with libFuzzer: the Debian packages clang-19 and libclang-rt-19-dev.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack, unpack } from './corpus.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLAGS = ['-std=c11', '-g', '-O1', '-fno-sanitize-recover=all', '-fsanitize=fuzzer,address,undefined'];
const SIMD = process.arch === 'x64' ? ['-mssse3'] : [];
const SCANS = ['scan_scalar', 'scan_simd'];
const TARGETS = {
  http: {
    parts: ['http_body', 'http_fields', 'http_head', 'http_parser', 'records', ...SCANS],
    own: ['text', 'tell', 'fuzz_http'],
  },
  ws: { parts: ['ws_frames', 'ws_mask', 'ws_utf8', ...SCANS], own: ['text', 'ws_tell', 'fuzz_ws'] },
};

/** Runs one fuzzer; fails when it does. */
async function fuzz(machine, seconds, keep) {
  const folder = join(ROOT, 'build', 'fuzz', machine);
  const inputs = join(folder, 'inputs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(inputs, { recursive: true });
  unpack(machine, inputs);
  const { parts, own } = TARGETS[machine];
  const files = [...parts.map((part) => `native/src/${part}.c`), ...own.map((part) => `test/native/${part}.c`)];
  const program = join(folder, 'fuzz');
  execFileSync('clang-19', [...FLAGS, ...SIMD, ...files, '-o', program], { cwd: ROOT, stdio: 'inherit' });
  const words = [`-max_total_time=${seconds}`, '-max_len=700', '-timeout=10', '-print_final_stats=1', inputs];
  const said = await run(program, words, folder);
  console.log(`${machine}: ${said.match(/Done \d+ runs in \d+ second/)?.[0]}s, no finding`);
  if (!keep) return;
  const least = join(folder, 'least');
  mkdirSync(least);
  await run(program, ['-set_cover_merge=1', least, inputs], folder);
  pack(machine, least);
}

function run(program, words, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-20_000);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`${program}: ${said}`))));
  });
}

const seconds = Number(process.argv[2]);
if (!(seconds > 0)) throw new RangeError('say for how many seconds: node test/native/fuzz.mjs 60');
execFileSync('node', ['native/defs/generate.mjs'], { cwd: ROOT });
await Promise.all(Object.keys(TARGETS).map((machine) => fuzz(machine, seconds, process.argv[3] === '--keep')));
