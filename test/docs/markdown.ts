/** Reads what tests need of a Markdown page: fenced blocks, tables, links. It is no Markdown parser. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the project, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block: its language, the word behind that (a file name), and its lines. */
export interface Block {
  readonly language: string;
  readonly name: string;
  readonly text: string;
}

/** The text of a page, by its path from the project's folder. */
export function page(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** All fenced blocks, in order. */
export function blocks(text: string): Block[] {
  return Array.from(
    text.matchAll(/^```(\S*)[ ]?(.*)\n([\s\S]*?)^```$/gm),
    ([, language = '', name = '', body = '']) => ({
      language,
      name,
      text: body,
    }),
  );
}

/** The rows of the table below a heading of level two, as cells; without head and rule. */
export function tableUnder(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no heading "${heading}"`);
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands in backquotes. */
export function codes(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
}

/** Targets of links, without those on the same page. Blocks are left out. */
export function links(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return Array.from(prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g), ([, target = '']) => target);
}
