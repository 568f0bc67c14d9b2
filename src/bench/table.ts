/** Tables and figures as text. */

/** Lines of a table: the first `left` columns to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], left = 1): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => {
    const padded = row.map((text, at) => (at < left ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)));
    return `  ${padded.join('   ').trimEnd()}`;
  });
}

/** A figure for people: thousands in groups, `digits` behind the point. */
export function number(value: number, digits: number): string {
  return Number.isFinite(value)
    ? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '–';
}
