/** One form in which a file can be sent (RFC 9110 section 3.2): its facts, its bytes if they are at hand, and its answers. */

import type { IoAnswer } from '../answer-types.ts';
import type { Coding } from '../static/coding.ts';
import { type Described, fileFields } from '../static/fields.ts';
import { isCompressible, mayHaveSiblings } from '../static/mime.ts';
import type { Mount } from '../static/table.ts';

export class Representation implements Described {
  readonly type: string;
  readonly coding: Coding | null;
  readonly isCompressible: boolean;
  readonly mayHaveSiblings: boolean;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  /** All of it; null when it is read as it is sent. */
  readonly bytes: Uint8Array | null;
  /** The whole answer that was made last, and for which static path. */
  #whole: IoAnswer | null = null;
  #wholeOf: Mount | null = null;

  /** @param madeOf The tag of what it was made of here; without it, it is a file of its own with this size and time. */
  constructor(
    type: string,
    coding: Coding | null,
    size: number,
    mtimeMs: number,
    bytes: Uint8Array | null,
    madeOf: string | null = null,
  ) {
    this.type = type;
    this.coding = coding;
    this.isCompressible = isCompressible(type);
    this.mayHaveSiblings = mayHaveSiblings(type);
    this.size = size;
    this.etag = madeOf ?? `"${tagOf(size, mtimeMs)}${coding === null ? '' : `-${coding}`}"`;
    // What seems to be changed in the future was so by now at the latest (RFC 9110 section 8.8.2.1).
    this.modified = Math.floor(Math.min(mtimeMs, Date.now()) / 1000);
    this.bytes = bytes;
  }

  /** The answer with all of it. Of what is not at hand the body is left out. */
  whole(mount: Mount): IoAnswer {
    if (this.#whole === null || this.#wholeOf !== mount) {
      this.#whole = answerOf(200, fileFields(mount.options, this), this.size, this.bytes);
      this.#wholeOf = mount;
    }
    return this.#whole;
  }
}

/** What tells one state of a file from others. */
export function tagOf(size: number, mtimeMs: number): string {
  return `${size.toString(16)}-${Math.round(mtimeMs * 1000).toString(16)}`;
}

/** @param length As HEAD is told. */
export function answerOf(status: number, fields: string, length: number, body: IoAnswer['body']): IoAnswer {
  return { status, fields, ownDate: false, close: false, length, body };
}
