/** The codings in which answers are sent, as Node's zlib makes them: at once, or piece by piece on its threads. */
import zlib from 'node:zlib';

/** What zstd needs of `node:zlib`: there since Node 22.15 and 23.8, and not in the types of older ones. */
interface ZstdOfNode {
  readonly zstdCompressSync?: (bytes: Uint8Array, options: object) => Buffer;
  readonly createZstdCompress?: (options: object) => Deflater;
  readonly constants: Readonly<Record<string, number>>;
}

/** A stream of zlib: bytes in, fewer bytes out. */
export type Deflater = zlib.Gzip | zlib.BrotliCompress;

export type AnswerCoding = 'zstd' | 'br' | 'gzip';

interface Maker {
  /** All at once, on this thread. */
  atOnce(bytes: Uint8Array): Uint8Array;
  open(): Deflater;
  /** How a stream is told to give out what it has. */
  readonly flush: number;
}

const { constants } = zlib;
const zstd = zlib as unknown as ZstdOfNode;

const GZIP = { level: 6 };
const BROTLI = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 3,
    [constants.BROTLI_PARAM_LGWIN]: 18,
  },
};

function zstdMaker(): Maker | null {
  const { zstdCompressSync, createZstdCompress } = zstd;
  if (zstdCompressSync === undefined || createZstdCompress === undefined) return null;
  const { ZSTD_c_compressionLevel = 0, ZSTD_c_windowLog = 0, ZSTD_e_flush = 0 } = zstd.constants;
  const options = { params: { [ZSTD_c_compressionLevel]: 3, [ZSTD_c_windowLog]: 18 } };
  return {
    atOnce: (bytes) => zstdCompressSync(bytes, options),
    open: () => createZstdCompress(options),
    flush: ZSTD_e_flush,
  };
}

const gzip: Maker = {
  atOnce: (bytes) => zlib.gzipSync(bytes, GZIP),
  open: () => zlib.createGzip(GZIP),
  flush: constants.Z_SYNC_FLUSH,
};
const br: Maker = {
  atOnce: (bytes) => zlib.brotliCompressSync(bytes, BROTLI),
  open: () => zlib.createBrotliCompress(BROTLI),
  flush: constants.BROTLI_OPERATION_FLUSH,
};

/** What this Node has. */
const MAKERS: ReadonlyMap<AnswerCoding, Maker> = new Map(
  (
    [
      ['zstd', zstdMaker()],
      ['br', br],
      ['gzip', gzip],
    ] as const
  ).filter((each): each is [AnswerCoding, Maker] => each[1] !== null),
);

/** Those codings, the favourite first. */
export const ANSWER_CODINGS: readonly AnswerCoding[] = [...MAKERS.keys()];

/** @throws RangeError for a coding that this Node does not have. */
export function makerOf(coding: AnswerCoding): Maker {
  const maker = MAKERS.get(coding);
  if (maker === undefined) throw new RangeError(`this Node has no ${coding}`);
  return maker;
}
