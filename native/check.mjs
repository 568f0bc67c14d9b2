/**
 * Proves what every host relies on, from the bytes of a built module: no imports, exactly the listed exports, memory of
 * fixed size, at most 40 KB.
 */
import { readFileSync } from 'node:fs';

const file = process.argv[2];
const bytes = readFileSync(file);
const module = new WebAssembly.Module(bytes);
const fail = (sentence) => {
  process.stderr.write(`${file}: ${sentence}\n`);
  process.exit(1);
};

const imports = WebAssembly.Module.imports(module);
if (imports.length > 0) fail(`imports ${imports.map((one) => `${one.module}.${one.name}`).join(', ')}`);

const wanted = JSON.parse(readFileSync(new URL('exports.json', import.meta.url), 'utf8')).map((one) => one.export);
const exported = WebAssembly.Module.exports(module).map((one) => one.name);
if (exported.toSorted().join() !== wanted.toSorted().join()) fail(`exports ${exported.join(', ')}`);

const { memory } = new WebAssembly.Instance(module).exports;
try {
  memory.grow(1);
  fail('its memory can grow');
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
}

if (bytes.length > 40 * 1024) fail(`is ${bytes.length} bytes long, more than 40 KB`);
process.stdout.write(`${file}: ${bytes.length} bytes, no imports\n`);
