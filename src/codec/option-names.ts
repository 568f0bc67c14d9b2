/** Options by their names: what nobody knows is refused, and what was probably meant is said. */
import { callerError } from '../errors.ts';

/** @throws HttpuvError `HV_BAD_OPTION` unless `options` is an object with none but these names. */
export function checkNames(owner: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw callerError('HV_BAD_OPTION', `the options of ${owner} are an object`);
  const name = Object.keys(options).find((each) => !names.includes(each));
  if (name !== undefined)
    throw callerError('HV_BAD_OPTION', `${owner} has no option ${JSON.stringify(name)}${meant(name, names)}`);
}

/** The error for a name that no option has. @param full The name with what it belongs to. */
export function unknownName(full: string, name: string, names: readonly string[]): Error {
  return callerError('HV_BAD_OPTION', `there is no option ${JSON.stringify(full)}${meant(name, names)}`);
}

/** What was probably meant, as the end of a sentence; empty when no name is near. */
export function meant(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === null ? '' : `; did you mean ${nearest}?`;
}

/** The name that takes the fewest single-letter edits to reach; null when none is near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Math.max(2, Math.floor(0.4 * name.length)) + 1;
  for (const candidate of names) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
