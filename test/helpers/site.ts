/** A small site in a folder of its own: a page with script, style and WebAssembly, folders to list, and a sound. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PAGE = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Site</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style/main.css"></head>
<body><h1>Ünïcode</h1><p id="sum">…</p><script type="module" src="script/main.js"></script></body></html>
`;
const SCRIPT = `import { show } from './show.mjs';
const { instance } = await WebAssembly.instantiateStreaming(fetch(new URL('../add.wasm', import.meta.url)));
show(String(instance.exports.add(20, 22)));
`;
const SHOW = `export const show = (text) => { document.getElementById('sum').textContent = text; };\n`;

/** (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)) */
const ADD_WASM = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f, 0x03, 0x02,
  0x01, 0x00, 0x07, 0x07, 0x01, 0x03, 0x61, 0x64, 0x64, 0x00, 0x00, 0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20,
  0x01, 0x6a, 0x0b,
]);

/** All files of the site by their path below it. */
export const SITE: Readonly<Record<string, string | Uint8Array>> = {
  'index.html': PAGE,
  'style/main.css': 'h1 { color: rgb(1, 2, 3); }\n',
  'script/main.js': SCRIPT,
  'script/show.mjs': SHOW,
  'add.wasm': ADD_WASM,
  'listed/track10.txt': 'ten\n',
  'listed/track2.txt': 'two, and some more\n',
  'listed/a & <b>.txt': 'odd\n',
  'listed/100%.txt': 'percent\n',
  'listed/.hidden': 'secret\n',
  'listed/sub/deeper.txt': 'deep\n',
  '.well/known.txt': 'hidden\n',
};

/** Writes the site. The caller removes it. */
export function makeSite(more: Readonly<Record<string, string | Uint8Array>> = {}): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-site-'));
  for (const [path, content] of Object.entries({ ...SITE, ...more })) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, 1_600_000_000, 1_600_000_000);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** A sound: 16 bits, one channel, a tone whose pitch rises with time. */
export function wave(seconds: number, rate = 8000): Uint8Array {
  const samples = seconds * rate;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16); // Length of this part.
  bytes.writeUInt16LE(1, 20); // Plain samples.
  bytes.writeUInt16LE(1, 22); // Channels.
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28); // Bytes a second.
  bytes.writeUInt16LE(2, 32); // Bytes a sample.
  bytes.writeUInt16LE(16, 34); // Bits a sample.
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) {
    const secs = at / rate;
    bytes.writeInt16LE(Math.round(8000 * Math.sin(2 * Math.PI * (200 + secs / 4) * secs)), 44 + at * 2);
  }
  return bytes;
}
