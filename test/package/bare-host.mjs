/**
 * Loads modules of the package where nothing of Node exists: a fresh global object with what every web host has, and a
 * linker that knows relative imports only. Run with --experimental-vm-modules and the path of an entry; prints what the
 * expression in the third argument gives, with the entry as `entry`.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import vm from 'node:vm';

const [path, expression] = process.argv.slice(2);
const web = { atob, performance, setTimeout, clearTimeout, queueMicrotask, MessageChannel, TextEncoder, TextDecoder };
const context = vm.createContext({ ...web });
const modules = new Map();

function load(file) {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const module = new vm.SourceTextModule(readFileSync(file, 'utf8'), { context, identifier: file });
  modules.set(file, module);
  return module;
}

function link(specifier, from) {
  if (!specifier.startsWith('.')) throw new Error(`${from.identifier} imports ${specifier}`);
  return load(resolve(dirname(from.identifier), specifier));
}

const entry = load(resolve(path));
await entry.link(link);
await entry.evaluate();
context.entry = entry.namespace;
const result = await vm.runInContext(expression, context);
console.log(
  JSON.stringify({ result, globals: vm.runInContext('[typeof process, typeof Buffer, typeof require]', context) }),
);
process.exit(0);
