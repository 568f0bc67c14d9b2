/** Text as markup: what is written into SVG and HTML stands there as text, whatever it holds. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Characters that XML forbids, even as references. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Text for an element or for a value in quotes. */
export function escaped(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, (each) => ENTITIES[each] ?? each);
}

/** A word that may be an `id`: letters, digits and dashes. */
export function idOf(...words: readonly string[]): string {
  return words.join('-').replace(/[^A-Za-z0-9]+/g, '-');
}
