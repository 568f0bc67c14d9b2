/** Types of files by their names: those of the package `mime`, but for the few that stand here. */
import other from 'mime/types/other.js';
import standard from 'mime/types/standard.js';

/** What `mime` does not have, or has otherwise than R or browsers need it. */
const OTHERWISE: Readonly<Record<string, string>> = {
  asc: 'text/plain',
  cjs: 'text/javascript',
  flac: 'audio/flac',
  parquet: 'application/vnd.apache.parquet',
  qmd: 'text/plain',
  r: 'text/plain',
  rmd: 'text/plain',
  srt: 'text/plain',
  topojson: 'application/json',
  tsx: 'text/tsx',
  vcf: 'text/vcard',
  zst: 'application/zstd',
};

const UNKNOWN = 'application/octet-stream';

/** Types by extension, made when the first one is looked up: a server without files starts sooner. */
let types: ReadonlyMap<string, string> | null = null;

function typesByExtension(): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  // Of an extension with a star before it, another type is the usual one. Standard types win.
  for (const table of [other, standard]) {
    for (const [type, extensions] of Object.entries(table)) {
      for (const extension of extensions) if (!extension.startsWith('*')) made.set(extension, type);
    }
  }
  for (const [extension, type] of Object.entries(OTHERWISE)) made.set(extension, type);
  return made;
}

/** The type of a file, without parameters. A name without a dot is its own extension, as in R. @param name Without folders. */
export function typeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  if (dot === 0) return UNKNOWN;
  const extension = name.slice(dot + 1).toLowerCase();
  types ??= typesByExtension();
  return types.get(extension) ?? UNKNOWN;
}

const COMPRESSIBLE =
  /^(?:text\/.*|.*[+/](?:json5?|xml|yaml|toml|wasm|javascript|ecmascript|manifest|x-ipynb|x-sh|x-sql|sql|rtf|postscript)|.*\+(?:text|json-seq)|image\/(?:bmp|x-icon|vnd\.microsoft\.icon)|font\/(?:ttf|otf|collection)|application\/vnd\.ms-fontobject)$/;

/** Says whether files of this type become much smaller by compressing them. */
export function isCompressible(type: string): boolean {
  return COMPRESSIBLE.test(type);
}

const PACKED = /^(?:audio|font|image|video)\/|compressed|zip|zst|\brar|pdf|archive|openxml|opendocument/;

/** Says whether compressed forms of such files may lie beside them, made by whoever knows that they gain by it. */
export function mayHaveSiblings(type: string): boolean {
  return isCompressible(type) || !PACKED.test(type);
}
