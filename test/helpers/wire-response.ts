/** A tiny reader of HTTP/1.x answers that shares no code with the package. It knows framing and nothing else of HTTP. */

/** One answer as it stood on the wire; the fields keep their order and spelling. */
export interface WireResponse {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** How the body was framed. */
  readonly framing: 'none' | 'length' | 'chunked' | 'until-close';
  /** Fields behind a body in chunks, and how many chunks it had. */
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  readonly chunks?: number;
}

/** Value of the only field with this name; undefined when there is none, an error when there are two. */
export function field(response: WireResponse, name: string): string | undefined {
  const found = response.fields.filter(([each]) => each.toLowerCase() === name.toLowerCase());
  if (found.length > 1) throw new Error(`${found.length} fields ${name} in one answer`);
  return found[0]?.[1];
}

const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** Reads one answer at `from`; null while it is incomplete. Throws when the bytes are no answer. */
function readOne(
  bytes: Buffer,
  from: number,
  method: string,
  ended: boolean,
): { response: WireResponse; end: number } | null {
  const headEnd = bytes.indexOf('\r\n\r\n', from, 'latin1');
  if (headEnd < 0) return null;
  const lines = bytes.toString('latin1', from, headEnd).split('\r\n');
  const start = /^HTTP\/(\d\.\d) (\d{3}) ([^\r\n]*)$/.exec(lines[0] ?? '');
  if (start === null) throw new Error(`no status line: ${JSON.stringify(lines[0])}`);
  const fields = readFields(lines.slice(1));
  const values = (name: string): string[] => fields.filter(([n]) => n.toLowerCase() === name).map(([, v]) => v);
  const status = Number(start[2]);
  const at = headEnd + 4;
  const made = (body: Buffer, framing: WireResponse['framing'], end: number) => ({
    response: { version: start[1] ?? '', status, reason: start[3] ?? '', fields, body, framing },
    end,
  });
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return made(Buffer.alloc(0), 'none', at);
  const codings = values('transfer-encoding');
  const lengths = values('content-length');
  if (codings.length > 0) {
    if (lengths.length > 0) throw new Error('an answer has both Content-Length and Transfer-Encoding');
    const body = readChunks(bytes, at);
    if (body === null) return null;
    const { response, end } = made(body.data, 'chunked', body.end);
    return { response: { ...response, trailers: body.trailers, chunks: body.chunks }, end };
  }
  if (lengths.length > 0) {
    if (lengths.length > 1 || !/^\d+$/.test(lengths[0] ?? '')) throw new Error(`bad Content-Length ${lengths}`);
    const end = at + Number(lengths[0]);
    return end > bytes.length ? null : made(Buffer.from(bytes.subarray(at, end)), 'length', end);
  }
  return ended ? made(Buffer.from(bytes.subarray(at)), 'until-close', bytes.length) : null;
}

function readFields(lines: readonly string[]): [string, string][] {
  return lines.map((line) => {
    const parts = FIELD_LINE.exec(line);
    if (parts === null) throw new Error(`no field line: ${JSON.stringify(line)}`);
    return [parts[1] ?? '', parts[2] ?? ''];
  });
}

interface Chunks {
  readonly data: Buffer;
  readonly end: number;
  readonly trailers: [string, string][];
  readonly chunks: number;
}

function readChunks(bytes: Buffer, from: number): Chunks | null {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return null;
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9A-Fa-f]+$/.test(line)) throw new Error(`bad chunk size ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    const data = lineEnd + 2;
    if (size === 0) {
      // The line end of the last chunk may be the empty line already.
      const end = bytes.indexOf('\r\n\r\n', lineEnd, 'latin1');
      if (end < 0) return null;
      const lines = end > lineEnd ? bytes.toString('latin1', data, end).split('\r\n') : [];
      return { data: Buffer.concat(parts), end: end + 4, trailers: readFields(lines), chunks: parts.length };
    }
    if (data + size + 2 > bytes.length) return null;
    if (bytes.toString('latin1', data + size, data + size + 2) !== '\r\n') throw new Error('chunk data without CRLF');
    parts.push(bytes.subarray(data, data + size));
    at = data + size + 2;
  }
}

/**
 * Reads all complete answers. `methods` are those of the requests in order (GET when absent), because the answer to
 * HEAD has no body. Interim answers (1xx) are listed too and use up no method.
 */
export function readResponses(
  bytes: Buffer,
  methods: readonly string[] = [],
  ended = false,
): { responses: WireResponse[]; rest: Buffer } {
  const responses: WireResponse[] = [];
  let at = 0;
  let finals = 0;
  while (at < bytes.length) {
    const one = readOne(bytes, at, methods[finals] ?? 'GET', ended);
    if (one === null) break;
    responses.push(one.response);
    if (one.response.status >= 200) finals++;
    at = one.end;
  }
  return { responses, rest: bytes.subarray(at) };
}
