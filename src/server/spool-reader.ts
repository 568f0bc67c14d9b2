/** Reads a body that the I/O side has kept, in memory or in a temporary file, for the app's request object. */
import { readSync } from 'node:fs';
import { type BodySource, MemoryBody } from '../app/body.ts';
import { releaseBody, type SpooledBody } from '../node/spool.ts';

/** The source of a body; closing it gives back what it holds. */
export function bodySource(body: SpooledBody): BodySource {
  return body.kind === 'memory' ? new MemoryBody(body.bytes) : new FileBodySource(body);
}

/** Bodies that nobody closed, because the app never answered and has lost sight of the request, are given back. */
const forgotten = new FinalizationRegistry<SpooledBody>(releaseBody);

class FileBodySource implements BodySource {
  readonly size: number;
  readonly #body: SpooledBody & { readonly kind: 'file' };
  #isClosed = false;

  constructor(body: SpooledBody & { readonly kind: 'file' }) {
    this.#body = body;
    this.size = body.size;
    forgotten.register(this, body, this);
  }

  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    const count = this.readInto(position, bytes);
    return count === bytes.length ? bytes : bytes.subarray(0, count);
  }

  readInto(position: number, target: Uint8Array): number {
    const wanted = Math.max(0, Math.min(target.length, this.size - position));
    let at = 0;
    while (at < wanted) {
      const read = readSync(this.#body.fd, target, at, wanted - at, position + at);
      if (read === 0) break;
      at += read;
    }
    return at;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    forgotten.unregister(this);
    releaseBody(this.#body);
  }
}
