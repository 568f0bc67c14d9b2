/** From the words on the command line to what is to be done: checks each value, starts nothing. */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { type StaticPathInit, staticPathOptions } from '../../index.ts';
import { allowedNames } from '../loopback.ts';
import { type Given, hostOf, portOf, UsageError } from '../usage.ts';

/** How requests are logged. */
export type LogForm = 'line' | 'json' | 'none';

/** What the command is to do. */
export interface ServePlan {
  /** As given. */
  readonly folder: string;
  readonly host: string;
  /** Undefined: the usual one, or the next that is free. */
  readonly port: number | undefined;
  /** Host names that requests may name; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Certificate and key; undefined: http. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly isOpened: boolean;
  readonly isShared: boolean;
  readonly files: StaticPathInit;
  readonly log: LogForm;
  readonly isQuiet: boolean;
}

/** Header fields that let other origins read an answer. */
export const SHARED: readonly (readonly [string, string])[] = [
  ['Access-Control-Allow-Origin', '*'],
  // Else their scripts could not see of which part of a file the bytes are that they were given.
  ['Access-Control-Expose-Headers', '*'],
  ['Cross-Origin-Resource-Policy', 'cross-origin'],
];

/** Header fields that give a page memory that it can share between threads, and precise clocks. */
const ISOLATED: readonly (readonly [string, string])[] = [
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
];

/**
 * Reads the command line.
 * @throws UsageError for a value that cannot be meant; Error for a folder that cannot be served.
 */
export function servePlan(folder: string | undefined, given: Given): ServePlan {
  const host = hostOf(given['host']);
  const isShared = given['cors'] === true;
  const isQuiet = given['quiet'] === true;
  const headers = [
    ...(isShared ? SHARED : []),
    ...(given['crossOriginIsolate'] === true ? ISOLATED : []),
    ...texts('--header', given['header']).map(headerOf),
  ];
  const validation = validationOf(given['validate']);
  const plan: ServePlan = {
    folder: folder ?? '.',
    host,
    port: given['port'] === undefined ? undefined : portOf(given['port']),
    allowedHosts: allowedNames(host, texts('--allow-host', given['allowHost']).map(nameOf)),
    tls: certificateOf(onlyText('--cert', given['cert']), onlyText('--key', given['key'])),
    isOpened: given['open'] === true,
    isShared,
    files: {
      slashRedirect: true,
      listing: given['list'] === true,
      spa: given['spa'] === true,
      dotfiles: given['dotfiles'] === true,
      compress: given['compress'] !== false,
      cacheControl: cacheControlOf(given['cache']),
      // Without it a preflight of another origin would be refused before anybody could allow it.
      fallthrough: isShared,
      headers,
      ...(validation === undefined ? {} : { validation }),
    },
    log: logFormOf(given['log'], isQuiet),
    isQuiet,
  };
  checkFiles(plan.files);
  checkFolder(plan.folder);
  return plan;
}

/** An option that may be given several times; numbers are text that looked like one. */
function texts(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.map((each) => {
    if (typeof each === 'string' || typeof each === 'number') return String(each);
    throw new UsageError(`${name} needs a value`);
  });
}

function onlyText(name: string, value: unknown): string | undefined {
  const [first, second] = texts(name, value);
  if (second !== undefined) throw new UsageError(`${name} can be given once only`);
  return first;
}

/** What may stand in a field of a header (RFC 9110 section 5.5), as far as it can be typed. */
const FIELD_VALUE = /^[\x20-\x7e]*$/;

function headerOf(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined && FIELD_VALUE.test(value)) return [name, value];
  throw new UsageError(`--header must look like "Name: value", not ${JSON.stringify(text)}`);
}

function nameOf(text: string): string {
  if (text === '*' || /^\[[0-9a-fA-F:.]+\]$|^[\w.-]+$/.test(text)) return text;
  throw new UsageError(`--allow-host must be a host name without a port, or "*", not ${JSON.stringify(text)}`);
}

function validationOf(value: unknown): string | undefined {
  const text = onlyText('--validate', value);
  if (text === undefined || /^\s*"[^"\s]+"\s*==?\s*"[^"]*"\s*$/.test(text)) return text;
  throw new UsageError(`--validate must look like '"Name" == "value"', not ${JSON.stringify(text)}`);
}

function cacheControlOf(value: unknown): string {
  const text = onlyText('--cache', value) ?? 'no-cache';
  if (/^\d+$/.test(text)) return `max-age=${text}`;
  if (/[a-z]/i.test(text) && FIELD_VALUE.test(text)) return text;
  throw new UsageError(`--cache must be seconds, or a value for Cache-Control, not ${JSON.stringify(text)}`);
}

function certificateOf(cert: string | undefined, key: string | undefined): ServePlan['tls'] {
  if (cert === undefined && key === undefined) return undefined;
  if (key === undefined) throw new UsageError('--cert needs --key with the private key of the certificate');
  if (cert === undefined) throw new UsageError('--key needs --cert with the certificate');
  const tls = { cert: pemOf('--cert', cert), key: pemOf('--key', key) };
  if (/\bENCRYPTED\b/.test(tls.key)) {
    throw new Error(
      `--key ${JSON.stringify(key)} is encrypted; write it without its passphrase: openssl pkey -in <file> -out <other>`,
    );
  }
  return tls;
}

function pemOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : error;
    throw new Error(`${name} ${JSON.stringify(file)} cannot be read: ${why instanceof Error ? why.message : why}`);
  }
}

function logFormOf(value: unknown, isQuiet: boolean): LogForm {
  const form = onlyText('--log', value) ?? (isQuiet ? 'none' : 'line');
  if (form === 'line' || form === 'json' || form === 'none') return form;
  throw new UsageError(`--log must be line, json or none, not ${JSON.stringify(form)}`);
}

/** What looks right here may be refused there, such as a field that is the server's own. */
function checkFiles(files: StaticPathInit): void {
  try {
    staticPathOptions(files);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function checkFolder(folder: string): void {
  const name = JSON.stringify(folder);
  try {
    if (!statSync(folder).isDirectory()) throw new Error(`${name} is a file; name the folder that it is in`);
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new Error(`There is no folder ${name}`);
    throw new Error(`${name} cannot be read: ${error.message}`);
  }
}
