/** Which content coding a client takes (RFC 9110 section 12.5.3). */

/** Codings that are made or looked for, the favourite first. */
export const CODINGS = ['br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** Ends of the names of files that were compressed before, and of the tags of what was. */
export const CODING_SUFFIX: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz' };

/** Bodies up to so many bytes are compressed at once: a thread that waits in another one costs more. */
export const AT_ONCE_BYTES = 8_192;

/** Who writes more into the field wants to keep the server busy, and gets what has no coding. */
const LONGEST_FIELD = 1_024;

/** What a client takes. */
export interface Accepted<C extends string> {
  /** Codings that it likes at least as well as none, its favourite first, ours among equals. */
  readonly codings: readonly C[];
  /** It refuses what has no coding. */
  readonly refusesPlain: boolean;
}

/** What Accept-Encoding says of the codings that there are. @param ours Our favourite first. */
export function negotiated<C extends string>(field: string, ours: readonly C[]): Accepted<C> {
  if (field === '' || field.length > LONGEST_FIELD) return { codings: [], refusesPlain: false };
  const weights = new Map<string, number>();
  for (const item of field.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const q = parameters.find((each) => each.startsWith('q='))?.slice(2);
    const weight = q === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q) ? Number(q) : 0;
    weights.set(name === 'x-gzip' ? 'gzip' : name, weight);
  }
  const any = weights.get('*');
  const weigh = (coding: C): number => weights.get(coding) ?? any ?? 0;
  const plain = weights.get('identity');
  const codings = ours.filter((coding) => weigh(coding) > 0 && weigh(coding) >= (plain ?? 0));
  return { codings: codings.sort((a, b) => weigh(b) - weigh(a)), refusesPlain: (plain ?? any) === 0 };
}

/** The codings of files that the client takes. */
export function acceptedCodings(field: string): readonly Coding[] {
  return negotiated(field, CODINGS).codings;
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
