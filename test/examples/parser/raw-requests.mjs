/**
 * Level one, raw records: reads requests from a file straight into the machine's memory and adds up what they ask for, without
 * an event, a headers object or a copy. Strings are made of two things only: methods that are not in the table, and hosts.
 *   node raw-requests.mjs requests.http
 */
import { closeSync, openSync, readSync } from 'node:fs';
import {
  FIELD,
  FIELD_NAMES,
  HEAD,
  HttpMachine,
  KIND,
  kindAt,
  LIMIT,
  METHODS,
  recordEnd,
  STATUS,
  UNIT,
} from 'httpuv-wasm/parser';

const LIMITS = { maxHeadBytes: 16_384, maxFields: 100, maxChunkExtensionBytes: 1024, maxBodyBytes: 2 ** 40 };
const HOST = FIELD_NAMES.indexOf('host');

const machine = new HttpMachine('request');
const { words } = machine;
const asked = new Map();
const hosts = new Map();
let bodyBytes = 0;

const add = (counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1);
const text = (from, length) => String.fromCharCode(...machine.bytes.subarray(from, from + length));

/** Looks at one head; `at` is its record, `address` its first byte in memory. */
function countHead(at, address) {
  const id = (words[at] >>> 8) & 0xff;
  add(asked, id > 0 ? METHODS[id] : text(address, words[at + HEAD.METHOD] & 0xff));
  for (let field = at + LIMIT.HEAD_WORDS; field < recordEnd(words, at); field += LIMIT.UNIT_WORDS) {
    if (words[field + FIELD.NAME] >>> 24 !== HOST) continue;
    add(hosts, text(address + words[field + FIELD.VALUE_OFFSET], words[field + FIELD.VALUE_LENGTH]));
  }
}

/** Looks at all records of one feed, whose first byte lies at `base`. */
function drain(base) {
  for (let at = machine.recordsAt; at < machine.recordsEnd; at = recordEnd(words, at)) {
    const kind = kindAt(words, at);
    if (kind === KIND.REQUEST) countHead(at, base + (words[at + HEAD.START] | 0));
    else if (kind === KIND.BODY) bodyBytes += words[at + UNIT.LENGTH];
  }
}

const file = openSync(process.argv[2]);
let parked = null; // Of a message that the last piece ended in: what the machine has to be given back.
let isGood = true;
while (isGood) {
  machine.begin(parked, LIMITS, 0);
  const n = readSync(file, machine.bytes, machine.region, machine.regionBytes);
  if (n === 0) break;
  let at = 0;
  for (
    let status = STATUS.TABLE_FULL;
    status === STATUS.TABLE_FULL || status === STATUS.UPGRADE;
    at += machine.consumed
  ) {
    status = machine.feed(at, n); // Requests to change to another protocol count as any others.
    drain(machine.region + at);
    isGood = status !== STATUS.ERROR;
  }
  if (isGood) parked = machine.park();
}
closeSync(file);

if (isGood) isGood = machine.finish();
for (const [name, count] of [...asked, ...hosts]) console.log(name, count);
console.log('body bytes', bodyBytes);
if (!isGood) console.log(machine.error.name, 'at byte', machine.error.offset, 'of its message');
