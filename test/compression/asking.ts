/** Asks for compressed answers over a raw connection, and reads what comes with zlib alone. */
import zlib from 'node:zlib';
import { untilEnd } from '../helpers/wire.ts';
import { field, type WireResponse } from '../helpers/wire-response.ts';

/** Newer than the types of the oldest Node. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Buffer };

/** Codings that this Node can make. */
export const CODINGS: readonly string[] = [...(zstdDecompressSync === undefined ? [] : ['zstd']), 'br', 'gzip'];

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly version?: '1.0' | '1.1';
  readonly fields?: string;
}

/** Asks on a connection of its own. @param accept Value of Accept-Encoding; null: there is no such field. */
export async function ask(port: number, accept: string | null, asked: Asked = {}): Promise<WireResponse> {
  const { method = 'GET', path = '/', version = '1.1', fields = '' } = asked;
  const coding = accept === null ? '' : `Accept-Encoding: ${accept}\r\n`;
  const request = `${method} ${path} HTTP/${version}\r\nHost: h\r\n${coding}${fields}Connection: close\r\n\r\n`;
  const { responses } = await untilEnd(port, [request], { methods: [method] });
  const [response] = responses;
  if (responses.length !== 1 || response === undefined) throw new Error(`${responses.length} answers`);
  return response;
}

/** The body without its coding. */
export function plain(answer: WireResponse): Buffer {
  return decoded(field(answer, 'Content-Encoding'), answer.body);
}

export function decoded(coding: string | undefined, bytes: Buffer): Buffer {
  switch (coding) {
    case 'zstd':
      if (zstdDecompressSync === undefined) throw new Error('zstd came to a client that has none');
      return zstdDecompressSync(bytes);
    case 'br':
      return zlib.brotliDecompressSync(bytes);
    case 'gzip':
      return zlib.gunzipSync(bytes);
    default:
      return bytes;
  }
}

/** Fields but Date, Connection and those that frame a body, by lower-case name. */
export function facts({ fields }: WireResponse): Record<string, string> {
  const told = fields.filter(([name]) => !/^(?:date|connection|transfer-encoding)$/i.test(name));
  return Object.fromEntries(told.map(([name, value]) => [name.toLowerCase(), value]));
}

export const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** A text that is compressed well, of so many bytes. */
export function textOf(bytes: number): string {
  return Array.from({ length: Math.ceil(bytes / 20) }, (_, i) => `line ${i} `.padEnd(19, 'ab').concat('\n'))
    .join('')
    .slice(0, bytes);
}
