/** Packages that need not be installed, as the server of this page finds them. */
import type { Packages } from '../contender.ts';

/** Asks the server; undefined for what is not installed beside it. */
export const fetchPackages: Packages = {
  async find(request) {
    const url = new URL(`../../../found/${request}`, import.meta.url);
    const answer = await fetch(url);
    if (answer.status !== 200) return undefined;
    const type = answer.headers.get('Content-Type') ?? '';
    if (type.startsWith('application/json')) return await answer.json();
    if (type.startsWith('application/octet-stream')) return new Uint8Array(await answer.arrayBuffer());
    return ((await import(url.href)) as { readonly default: unknown }).default;
  },
  sizeOf: () => undefined,
};
