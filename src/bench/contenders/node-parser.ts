/**
 * Node's own HTTPParser (in Deno and Bun, their one of that name), twice: delivering its flat list of names and values, as `node:http` receives it, and with an
 * object with lower-case names made from that list. It comes with the binary, so it is also the control. It is internal
 * (`node:_http_common`): where it is absent the contender says so.
 */
import { createRequire } from 'node:module';
import { type ContenderLoader, HTTP, Notes, notedRun, type ParserContender } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { runtimeName } from '../node-machine.ts';
import { checksum, flatFields, lowerNames } from '../seen.ts';

/** Both faces of Node's parser. */
export const loadNodeParser: ContenderLoader = async () => {
  const internals = findInternals();
  if (internals === undefined) {
    const missing = 'this runtime does not let programs use the parser of node:http';
    return [
      { name: 'node-flat', missing, reads: HTTP },
      { name: 'node-object', missing, reads: HTTP },
    ];
  }
  return [
    contender(internals, 'node-flat', `HTTPParser inside ${runtimeName()}, flat list of fields`, false),
    contender(internals, 'node-object', `HTTPParser inside ${runtimeName()}, headers object`, true),
  ];
};

type Headers = Record<string, string>;

interface NodeParser {
  [callback: number]: ((...facts: never[]) => unknown) | undefined;
  initialize(type: number, resource: object, maxHeaderSize: number): void;
  execute(bytes: Uint8Array): number | Error;
  close(): void;
}

interface Internals {
  readonly HTTPParser: {
    new (): NodeParser;
    readonly REQUEST: number;
    readonly RESPONSE: number;
    readonly kOnHeaders: number;
    readonly kOnHeadersComplete: number;
    readonly kOnBody: number;
    readonly kOnMessageComplete: number;
  };
  readonly methods: readonly string[];
}

const MAX_HEAD_BYTES = 262_144;
const MAX_NAMES = 1000;

function findInternals(): Internals | undefined {
  try {
    const found = createRequire(import.meta.url)('node:_http_common') as Partial<Internals>;
    return typeof found.HTTPParser?.kOnHeadersComplete === 'number' && Array.isArray(found.methods)
      ? (found as Internals)
      : undefined;
  } catch {
    return undefined;
  }
}

function contender(
  { HTTPParser, methods }: Internals,
  name: string,
  title: string,
  asObject: boolean,
): ParserContender {
  return {
    name,
    title,
    reads: HTTP,
    parser: 'llhttp',
    open({ forms, kind }: ParserInput) {
      const parser = new HTTPParser();
      parser.initialize(kind === 'response' ? HTTPParser.RESPONSE : HTTPParser.REQUEST, {}, MAX_HEAD_BYTES);
      let next = 0;
      const notes = new Notes();
      let method = '';
      let target = '';
      let status = 0;
      let reason = '';
      let flat: string[] = [];
      let headers: Headers = {};
      const lowerCase = new Map<string, string>();
      let bodyBytes = 0;
      let bodySum = 0;
      // A head with more than 32 fields, or cut into pieces, arrives in parts; the last part comes with the end.
      parser[HTTPParser.kOnHeaders] = (part: string[], url: string) => {
        flat = flat.concat(part);
        target += url;
      };
      parser[HTTPParser.kOnHeadersComplete] = (
        _major: number,
        _minor: number,
        fields: string[] | undefined,
        methodId: number | undefined,
        url: string | undefined,
        statusCode: number | undefined,
        statusMessage: string | undefined,
      ) => {
        if (fields !== undefined) flat = fields;
        if (url !== undefined) target = url;
        if (methodId !== undefined) method = methods[methodId] ?? '';
        status = statusCode ?? 0;
        reason = statusMessage ?? '';
        if (asObject) headers = objectOf(flat, lowerCase);
        return 0;
      };
      parser[HTTPParser.kOnBody] = (bytes: Uint8Array) => {
        bodyBytes += bytes.length;
        if (notes.seen !== null) bodySum = checksum(bodySum, bytes);
      };
      parser[HTTPParser.kOnMessageComplete] = () => {
        notes.messages++;
        if (notes.seen !== null) {
          notes.seen.push({
            method,
            target,
            status,
            reason,
            fields: asObject ? flatFields(headers) : lowerNames(flat),
            bodyBytes,
            bodySum,
          });
        }
        flat = [];
        target = '';
        bodyBytes = 0;
        bodySum = 0;
      };
      function repeat(times: number): void {
        for (let turn = 0; turn < times; turn++) {
          const pieces = forms[next]?.pieces ?? [];
          next = next + 1 < forms.length ? next + 1 : 0;
          for (let at = 0; at < pieces.length; at++) {
            const piece = pieces[at];
            if (piece === undefined) continue;
            const took = parser.execute(piece);
            if (took !== piece.length) throw took instanceof Error ? took : new Error(`stopped after ${took} bytes`);
          }
        }
      }
      return notedRun(notes, repeat, () => parser.close());
    },
  };
}

/**
 * The object that a program wants: lower-case names, repeated fields joined. Remembering the lower-case form of a name
 * makes this faster than `toLowerCase` each time, and both are faster than what IncomingMessage does: the reference
 * gets the best of the three.
 */
function objectOf(flat: readonly string[], lowerCase: Map<string, string>): Headers {
  const headers: Headers = {};
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const given = flat[at] ?? '';
    let name = lowerCase.get(given);
    if (name === undefined) {
      name = given.toLowerCase();
      if (lowerCase.size < MAX_NAMES) lowerCase.set(given, name);
    }
    const value = flat[at + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}
