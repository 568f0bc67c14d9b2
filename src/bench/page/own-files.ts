/** Files of the user's own that the page takes part of: where its server has them, and under which names. */

/** A file of the user's. */
export interface OwnFile {
  readonly name: string;
  /** From the root of the server. */
  readonly path: string;
}

/** All of them. */
export interface OwnFiles {
  readonly contenders: readonly OwnFile[];
  /** In place of the built-in inputs, when there are any. */
  readonly inputs: readonly OwnFile[];
}

/** Where the page asks for the list, in JSON. */
export const OWN_FILES_AT = 'found/own-files.json';
