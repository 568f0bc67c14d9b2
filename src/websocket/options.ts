/** The check of options at the door, for receivers, readers and sessions. */
import { checkNames } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import type { Role } from './machine.ts';

/** What each option has to be; limits are checked by `checkLimits`. */
const KINDS: Readonly<Record<string, (value: unknown) => string | null>> = {
  role: (value) => (value === 'server' || value === 'client' ? null : "'server' or 'client'"),
  allowDeflate: boolean,
  textAsBytes: boolean,
  lends: boolean,
  holdsClose: boolean,
  onMessage: callable,
  wake: callable,
  codec: (value) => (typeof value === 'object' ? null : 'an object with deflate and inflate'),
  thresholdBytes: (value) => (typeof value === 'number' && value >= 0 ? null : 'a number from 0 on'),
};
const LIMIT_NAMES = ['maxMessageBytes', 'maxFragments'];
const OF_RECEIVERS = ['role', 'allowDeflate', 'textAsBytes', ...LIMIT_NAMES];
const OF_SESSIONS = [
  'role',
  'codec',
  'thresholdBytes',
  'textAsBytes',
  'onMessage',
  'lends',
  'holdsClose',
  'wake',
  ...LIMIT_NAMES,
];

function boolean(value: unknown): string | null {
  return typeof value === 'boolean' ? null : 'true or false';
}

function callable(value: unknown): string | null {
  return typeof value === 'function' ? null : 'a function';
}

/** @throws HttpuvError `HV_BAD_OPTION` for an unknown name or a value of the wrong kind. Returns the role. */
export function checkReceiver(owner: string, options: { readonly role?: Role }): Role {
  return checkOptions(owner, options, OF_RECEIVERS);
}

/** The same for the options of sessions. */
export function checkSession(options: { readonly role?: Role }): Role {
  return checkOptions('WebSocketSession', options, OF_SESSIONS);
}

function checkOptions(owner: string, options: { readonly role?: Role }, names: readonly string[]): Role {
  checkNames(owner, options, names);
  for (const [name, value] of Object.entries(options)) {
    const wanted = value === undefined ? null : (KINDS[name]?.(value) ?? null);
    if (wanted !== null) throw callerError('HV_BAD_OPTION', `${name} is ${wanted}`);
  }
  return options.role ?? 'server';
}
