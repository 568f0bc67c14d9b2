/** A bounded memory by name: what was used longest ago goes first. It knows nothing of what it holds. */

export class BoundedCache<T> {
  readonly #items = new Map<string, { readonly value: T; readonly bytes: number; isRecent: boolean }>();
  readonly #mostBytes: number;
  readonly #mostItems: number;
  #bytes = 0;

  constructor(mostBytes: number, mostItems: number) {
    this.#mostBytes = mostBytes;
    this.#mostItems = mostItems;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Bytes of all values together. */
  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): T | undefined {
    const item = this.#items.get(name);
    if (item === undefined) return undefined;
    item.isRecent = true;
    return item.value;
  }

  /** Keeps a value, in place of one of the same name. One that is larger than everything together is not kept. */
  set(name: string, value: T, bytes: number): void {
    this.delete(name);
    if (bytes > this.#mostBytes) return;
    this.#bytes += bytes;
    this.#items.set(name, { value, bytes, isRecent: true });
    while (this.#bytes > this.#mostBytes || this.#items.size > this.#mostItems) this.#dropOne();
  }

  delete(name: string): void {
    const item = this.#items.get(name);
    if (item === undefined) return;
    this.#items.delete(name);
    this.#bytes -= item.bytes;
  }

  /** The oldest goes, unless it was used since it was looked at last: then it counts as new, and the next one is looked at. */
  #dropOne(): void {
    for (const [name, item] of this.#items) {
      if (!item.isRecent) {
        this.delete(name);
        return;
      }
      item.isRecent = false;
      this.#items.delete(name);
      this.#items.set(name, item);
    }
  }
}
