/** `http-parser-js`, the parser in plain JavaScript with the face of Node's own; compared when it is installed. */
import { type ContenderLoader, HTTP, Notes, notedRun, type ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { requireOptional } from '../optional.ts';
import { checksum, lowerNames } from '../seen.ts';

interface ScriptParser {
  [callback: number]: ((...facts: never[]) => unknown) | undefined;
  execute(bytes: Uint8Array): number | Error;
}

interface ScriptParserModule {
  readonly HTTPParser: {
    new (type: string): ScriptParser;
    readonly REQUEST: string;
    readonly RESPONSE: string;
    /** Reading this chooses the newer callback arguments. */
    readonly kOnExecute: number;
    readonly kOnHeadersComplete: number;
    readonly kOnBody: number;
    readonly kOnMessageComplete: number;
    readonly methods: readonly string[];
  };
}

const NAME = 'http-parser-js';

/** The parser, or how to install it. */
export const loadHttpParserJs: ContenderLoader = async () => {
  const found = requireOptional(NAME) as ScriptParserModule | undefined;
  if (typeof found?.HTTPParser !== 'function')
    return [{ name: NAME, missing: 'npm install http-parser-js', reads: HTTP }];
  const { HTTPParser } = found;
  void HTTPParser.kOnExecute;
  return [
    {
      name: NAME,
      title: 'http-parser-js, flat list of fields',
      reads: HTTP,
      package: NAME,
      open: (input) => open(HTTPParser, input),
    },
  ];
};

function open(HTTPParser: ScriptParserModule['HTTPParser'], { forms, kind }: ParserInput): ParserRun {
  const parser = new HTTPParser(kind === 'response' ? HTTPParser.RESPONSE : HTTPParser.REQUEST);
  let next = 0;
  const notes = new Notes();
  let method = '';
  let target = '';
  let status = 0;
  let reason = '';
  let flat: string[] = [];
  let bodyBytes = 0;
  let bodySum = 0;
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    fields: string[],
    methodId: number | undefined,
    url: string | undefined,
    statusCode: number | undefined,
    statusMessage: string | undefined,
  ) => {
    flat = fields;
    target = url ?? '';
    method = methodId === undefined ? '' : (HTTPParser.methods[methodId] ?? '');
    status = statusCode ?? 0;
    reason = statusMessage ?? '';
  };
  parser[HTTPParser.kOnBody] = (bytes: Uint8Array, from: number, length: number) => {
    bodyBytes += length;
    if (notes.seen !== null) bodySum = checksum(bodySum, bytes.subarray(from, from + length));
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    notes.messages++;
    if (notes.seen !== null)
      notes.seen.push({ method, target, status, reason, fields: lowerNames(flat), bodyBytes, bodySum });
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
  return notedRun(notes, repeat);
}
