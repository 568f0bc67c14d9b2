/** White space at the ends of texts, in one pass: a pattern would look at a long run of it once from each of its bytes. */

/** Without SP and HTAB at both ends. `String.trim` would take away more. */
export function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
