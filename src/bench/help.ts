/** Help in lines that fit the terminal: what is explained stands at the left, its explanation in a column of its own. */

/** A part of the help as `cac` makes it. */
export interface HelpSection {
  readonly title?: string;
  readonly body: string;
}

const LEAST = 60;
const MOST = 100;

/** The sections with lines of at most `columns` characters (60 to 100). */
export function wrapHelp(sections: readonly HelpSection[], columns: number): HelpSection[] {
  const width = Math.min(Math.max(columns, LEAST), MOST);
  return sections.map((section) => ({ ...section, body: section.body.split('\n').flatMap(fold(width)).join('\n') }));
}

/** Cuts a line at spaces; what follows begins where the explanation does. */
function fold(width: number): (line: string) => string[] {
  return (line) => {
    // What cac writes of a switch says nothing.
    let rest = line.replace(/ \(default: (?:true|false)\)$/, '').trimEnd();
    const column = /^ +(?:\$ .*?|\S.*?) {2,}(?=\S)/.exec(rest)?.[0].length ?? /^ */.exec(rest)?.[0].length ?? 0;
    const lines: string[] = [];
    while (rest.length > width && !rest.trimStart().startsWith('$')) {
      const cut = rest.lastIndexOf(' ', width);
      if (cut <= column) break;
      lines.push(rest.slice(0, cut).trimEnd());
      rest = ' '.repeat(column) + rest.slice(cut + 1);
    }
    return [...lines, rest];
  };
}
