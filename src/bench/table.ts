/** Tables and figures as text. */

/** Lines of a table: the first `left` columns to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], left = 1): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => {
    const padded = row.map((text, at) => (at < left ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)));
    return `  ${padded.join('   ').trimEnd()}`;
  });
}

/** Larger figures are the ends of intervals of which nothing is known. */
const LARGEST = 1e9;

/** A figure for people: thousands in groups, `digits` behind the point of what is less than a thousand. */
export function number(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= LARGEST) return value.toExponential(0).replace('e+', 'e');
  const shown = size < 1000 ? digits : 0;
  return value.toLocaleString('en-US', { minimumFractionDigits: shown, maximumFractionDigits: shown });
}
