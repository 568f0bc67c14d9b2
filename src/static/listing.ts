/**
 * The page that lists a folder: HTML that needs no script, with a table that readers of all kinds can use, sorted by links.
 * Knows neither files nor requests: it gets names and numbers and gives text.
 */
import { encodeUriComponent } from '../codec/uri.ts';

/** One file or folder of a listing. */
export interface ListingEntry {
  /** Its name, as it is: neither escaped nor encoded. */
  readonly name: string;
  readonly isDirectory: boolean;
  /** Bytes of a file. Of a folder it is not looked at. */
  readonly size: number;
  /** When it was changed, in milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** Rows of a page; with more a browser is no longer pleasant to use, and making the page holds up others. */
export const MOST_ROWS = 2_000;

const COLUMNS = { name: 'Name', size: 'Size', time: 'Changed' } as const;
const SORTED_BY = { name: 'name', size: 'size', time: 'time of change' } as const;
type Column = keyof typeof COLUMNS;
interface Order {
  readonly sort: Column;
  readonly isDescending: boolean;
}

/** The page may load nothing and run nothing, whatever the names in it are. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
nav ol { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0; padding: 0; list-style: none; }
nav li + li::before { content: "/ "; content: "/ " / ""; }
table { width: 100%; border-collapse: collapse; }
caption { padding-block: 0.5rem; text-align: start; }
th, td { padding: 0.4rem 0.6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); text-align: start; }
tbody th { font-weight: normal; overflow-wrap: anywhere; }
td, thead th:not(:first-child) { white-space: nowrap; text-align: end; font-variant-numeric: tabular-nums; }
tbody tr:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
a { display: inline-block; padding-block: 0.15rem; }
@media (max-width: 32rem) { td:last-child, thead th:last-child { display: none; } }
`;

/**
 * Lists a folder. Folders stand first, then files, both in the order that the query asks for.
 *
 * @param path Path of the folder as requested, decoded: `/music/`. Links are relative, so that the page also works where
 *   a proxy puts it below another path; without the slash at its end they begin with the folder's name.
 * @param entries What is in it, in any order; the first 2,000 in the order of the page are shown.
 * @param query `?sort=name|size|time&order=asc|desc`, with or without the `?`. What is not understood counts as absent;
 *   the order without one is by name, ascending. Digits in names are compared as numbers.
 * @returns The whole page, to be sent as `text/html; charset=utf-8`.
 * @example
 * listingPage('/', [{ name: 'a.txt', isDirectory: false, size: 5, mtimeMs: Date.now() }], '?sort=size');
 */
export function listingPage(path: string, entries: readonly ListingEntry[], query: string): string {
  const order = orderOf(query);
  const segments = path.split('/').filter((segment) => segment !== '');
  const title = segments.length === 0 ? '/' : `/${segments.join('/')}/`;
  const up = linksUp(path, segments);
  const rows = sorted(entries, order).slice(0, MOST_ROWS);
  const parent =
    segments.length === 0 ? [] : [`<p><a href="${up(1)}${queryOf(order)}" rel="up">Up to the parent folder</a></p>`];
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>Files in ${shown(title)}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<nav aria-label="Folders"><ol>${trail(segments, up, order)}</ol></nav>`,
    '<main>',
    `<h1>Files in <bdi>${shown(title)}</bdi></h1>`,
    ...parent,
    '<table>',
    `<caption>${caption(entries, order)}</caption>`,
    `<thead><tr>${heading('name', order)}${heading('size', order)}${heading('time', order)}</tr></thead>`,
    '<tbody>',
    ...rows.map((entry) => row(entry, up(0), order)),
    '</tbody>',
    '</table>',
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function orderOf(query: string): Order {
  const asked = new URLSearchParams(query);
  const sort = asked.get('sort') ?? '';
  return {
    sort: Object.hasOwn(COLUMNS, sort) ? (sort as Column) : 'name', // It is one of the keys.
    isDescending: asked.get('order') === 'desc',
  };
}

/** What links to other folders carry, so that they are sorted in the same way. */
function queryOf({ sort, isDescending }: Order): string {
  if (sort === 'name' && !isDescending) return '';
  return `?sort=${sort}&amp;order=${isDescending ? 'desc' : 'asc'}`;
}

/** Names in the order in which a page without a query has them. */
export function byName<T extends Pick<ListingEntry, 'name' | 'isDirectory'>>(entries: readonly T[]): T[] {
  return inOrder(entries, () => 0, 1);
}

function sorted(entries: readonly ListingEntry[], { sort, isDescending }: Order): ListingEntry[] {
  const key = (entry: ListingEntry): number =>
    sort === 'time' ? entry.mtimeMs : sort === 'size' && !entry.isDirectory ? entry.size : 0;
  return inOrder(entries, key, isDescending ? -1 : 1);
}

function inOrder<T extends Pick<ListingEntry, 'name' | 'isDirectory'>>(
  entries: readonly T[],
  keyOf: (entry: T) => number,
  turn: 1 | -1,
): T[] {
  const keyed = entries.map((entry) => ({ entry, key: keyOf(entry), name: nameKey(entry.name) }));
  keyed.sort((a, b) => {
    if (a.entry.isDirectory !== b.entry.isDirectory) return a.entry.isDirectory ? -1 : 1;
    return turn * (compare(a.key, b.key) || compare(a.name, b.name) || compare(a.entry.name, b.entry.name));
  });
  return keyed.map(({ entry }) => entry);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Letters without regard to case, accents behind their letter, digits by the number that they are: `2` before `10`. */
function nameKey(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(16, '0'));
}

/** Links to this folder (0) and to those above it, relative to where the browser is. */
function linksUp(path: string, segments: readonly string[]): (levels: number) => string {
  if (path.endsWith('/') || segments.length === 0) return (levels) => (levels === 0 ? './' : '../'.repeat(levels));
  const own = `./${encodeUriComponent(segments.at(-1) ?? '')}/`;
  return (levels) => (levels === 0 ? own : levels === 1 ? './' : '../'.repeat(levels - 1));
}

function trail(segments: readonly string[], up: (levels: number) => string, order: Order): string {
  const names = ['Top', ...segments];
  return names
    .map((name, at) => {
      const levels = segments.length - at;
      const current = levels === 0 ? ' aria-current="page"' : '';
      return `<li><a href="${up(levels)}${queryOf(order)}"${current}><bdi>${shown(name)}</bdi></a></li>`;
    })
    .join('');
}

function caption(entries: readonly ListingEntry[], { sort, isDescending }: Order): string {
  const folders = entries.filter(({ isDirectory }) => isDirectory).length;
  const counts = `${counted(folders, 'folder')}, ${counted(entries.length - folders, 'file')}`;
  const most = MOST_ROWS.toLocaleString('en');
  // Whoever read the folder may have stopped there, too: then nobody knows how many there are.
  const what = entries.length > MOST_ROWS ? `${most} of more than ${most} files and folders` : counts;
  return `${what}, by ${SORTED_BY[sort]}, ${isDescending ? 'descending' : 'ascending'}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A column's head is the link that sorts by it, and by the current one in the other direction. */
function heading(column: Column, { sort, isDescending }: Order): string {
  const isCurrent = column === sort;
  const next = isCurrent && !isDescending ? 'desc' : 'asc';
  const state = isCurrent ? ` aria-sort="${isDescending ? 'descending' : 'ascending'}"` : '';
  const mark = isCurrent ? ` <span aria-hidden="true">${isDescending ? '▼' : '▲'}</span>` : '';
  return `<th scope="col"${state}><a href="?sort=${column}&amp;order=${next}">${COLUMNS[column]}${mark}</a></th>`;
}

function row({ name, isDirectory, size, mtimeMs }: ListingEntry, here: string, order: Order): string {
  const link = here + encodeUriComponent(name) + (isDirectory ? `/${queryOf(order)}` : '');
  const text = `<bdi>${shown(name)}</bdi>${isDirectory ? '/' : ''}`;
  const bytes = isDirectory ? 'folder' : `<data value="${size}">${sizeText(size)}</data>`;
  return `<tr><th scope="row"><a href="${link}">${text}</a></th><td>${bytes}</td><td>${timeText(mtimeMs)}</td></tr>`;
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

function sizeText(bytes: number): string {
  if (!(bytes >= 1024)) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // What would be shown as 1024.0 is one of the next unit.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** The greatest distance from 1970 that a date can have; a file system may tell anything. */
const MOST_MS = 8.64e15;

function timeText(ms: number): string {
  if (!(Math.abs(ms) <= MOST_MS)) return 'unknown';
  const [day = '', time = ''] = new Date(ms).toISOString().split('T');
  return `<time datetime="${day}T${time.slice(0, 8)}Z">${day} ${time.slice(0, 5)} UTC</time>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\x7f': '␡',
};

/** A text as HTML that shows every character: control characters as the signs that Unicode has for them. */
function shown(text: string): string {
  return text.replace(/[&<>"'\x7f]|[\0-\x1f]/g, (each) => {
    return ESCAPES[each] ?? String.fromCharCode(0x2400 + each.charCodeAt(0));
  });
}
