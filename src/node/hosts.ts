/** Says whether a request names a host that the server answers for. Guards against DNS rebinding; off by default. */
import type { HttpMachine } from '../parser/machine.ts';
import { FIELD, FLAG, LIMIT } from '../wasm/constants.gen.ts';

/** The host of `host[:port]` in lower case, without port and without the brackets of an IPv6 address. */
export function hostOf(authority: string): string {
  const end = authority.startsWith('[') ? authority.indexOf(']') : authority.lastIndexOf(':');
  const host = authority.startsWith('[') ? authority.slice(1, end) : end < 0 ? authority : authority.slice(0, end);
  return host.toLowerCase();
}

/** Reads the request's authority from its records and looks it up. */
export function isHostAllowed(allowed: ReadonlySet<string>, machine: HttpMachine, at: number, headAt: number): boolean {
  const { words } = machine;
  const flags = (words[at] ?? 0) >>> 16;
  if ((flags & FLAG.ABSOLUTE_TARGET) !== 0) {
    // The target's authority wins over the Host field (RFC 9112 section 3.2.2).
    const target = textAt(machine, headAt + (words[at + 1] ?? 0), words[at + 2] ?? 0);
    const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)/i.exec(target)?.[1] ?? '';
    return allowed.has(hostOf(authority));
  }
  const fields = words[at + 3] ?? 0;
  for (let i = 0, field = at + LIMIT.HEAD_WORDS; i < fields; i++, field += LIMIT.UNIT_WORDS) {
    if ((words[field + 1] ?? 0) >>> 24 !== FIELD.HOST) continue;
    return allowed.has(hostOf(textAt(machine, headAt + (words[field + 2] ?? 0), words[field + 3] ?? 0)));
  }
  return false;
}

function textAt(machine: HttpMachine, at: number, length: number): string {
  return Buffer.from(machine.bytes.buffer, machine.bytes.byteOffset + at, length).toString('latin1');
}
