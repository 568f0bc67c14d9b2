/** Options by their names: what nobody knows is refused, and what was probably meant is said. */
import { callerError } from '../errors.ts';

/** @throws HttpuvError `HV_BAD_OPTION` unless `options` is an object with none but these names. */
export function checkNames(owner: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw callerError('HV_BAD_OPTION', `the options of ${owner} are an object`);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw callerError('HV_BAD_OPTION', `${owner} has no option "${name}"; did you mean "${nearest(name, names)}"?`);
  }
}

/** The name that shares the most pairs of neighbouring letters with `name`. */
function nearest(name: string, names: readonly string[]): string {
  const pairs = (text: string) =>
    new Set(Array.from(text.toLowerCase(), (letter, i) => letter + text.charAt(i + 1).toLowerCase()));
  const wanted = pairs(name);
  const score = (other: string) => {
    const offered = pairs(other);
    return [...offered].filter((pair) => wanted.has(pair)).length / (offered.size + wanted.size);
  };
  return names.reduce((best, other) => (score(other) > score(best) ? other : best));
}
