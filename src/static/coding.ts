/** Which content coding a client takes (RFC 9110 section 12.5.3). */

/** Codings that are made or looked for, the favourite first. */
export const CODINGS = ['br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** Ends of the names of files that were compressed before, and of the tags of what was. */
export const CODING_SUFFIX: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz' };

/** The codings that the client likes at least as well as none, its favourite first, ours among equals. */
export function acceptedCodings(field: string): Coding[] {
  if (field === '') return [];
  const weights = new Map<string, number>();
  for (const item of field.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const q = parameters.find((each) => each.startsWith('q='))?.slice(2);
    const weight = q === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 0;
    weights.set(name === 'x-gzip' ? 'gzip' : name, weight);
  }
  const any = weights.get('*') ?? 0;
  const weigh = (coding: Coding): number => weights.get(coding) ?? any;
  const plain = weights.get('identity') ?? 0;
  return CODINGS.filter((coding) => weigh(coding) > 0 && weigh(coding) >= plain).sort((a, b) => weigh(b) - weigh(a));
}

/** Says whether a client that sends this Accept asks for a page, by its own name and not by `*` (section 12.5.1). */
export function wantsHtml(accept: string): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .some(
      (item) =>
        /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/.test(item) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(item),
    );
}
