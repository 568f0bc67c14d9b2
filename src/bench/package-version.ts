/** Which version of a package was compared: without it a figure cannot be had again, nor compared with a later one. */
import { isMissing, type MissingContender, type Packages, type ParserContender } from './contender.ts';

type Contender = ParserContender | MissingContender;

/** The contender, with the version of the package that it names in its title; as it is when that cannot be found. */
export async function withVersion(contender: Contender, { find }: Packages): Promise<Contender> {
  if (isMissing(contender) || contender.package === undefined) return contender;
  const { version } = ((await find(manifestOf(contender.package))) ?? {}) as { readonly version?: unknown };
  if (typeof version !== 'string') return contender;
  const told = `${contender.package} ${version}`;
  return { ...contender, title: `${contender.title} (${told})`, version: told };
}

/** The versions of those that took part, as a note; none where nobody tells one. */
export function versionsNote(versions: readonly string[]): string[] {
  return versions.length === 0 ? [] : [`versions: ${versions.join(', ')}`];
}

/** The file of a package that tells its version. */
export function manifestOf(name: string): string {
  return `${name}/package.json`;
}
