/** The check that a static path can make before it serves: one header field with one value (R: `validation`). */

/** A field that a request must have. */
export interface FieldRule {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

const FORM = /^\s*"([!#$%&'*+\-.^_`|~0-9A-Za-z]+)"\s*==?\s*"([^"]*)"\s*$/;

/** Reads `"name" == "value"`; null when there is no check. Throws RangeError for another form. */
export function parseValidation(text: string): FieldRule | null {
  if (text === '') return null;
  const [, name, value] = FORM.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new RangeError('validation has the form "name" == "value"');
  return { name: name.toLowerCase(), value };
}

/** Says whether two texts are equal, in a time that tells nothing of where they differ. */
export function isSameText(given: string, wanted: string): boolean {
  let difference = given.length ^ wanted.length;
  for (let i = 0; i < given.length; i++)
    difference |= given.charCodeAt(i) ^ wanted.charCodeAt(i % (wanted.length || 1));
  return difference === 0;
}
