/**
 * How wide a text is at most, without a font to ask: by the width of its characters in the widest of the usual sans-serif
 * fonts (DejaVu Sans, Verdana), so that nothing overlaps in any of them.
 */

/** Widths in em. */
const NARROW = 0.4;
const USUAL = 0.645;
const CAPITAL = 0.79;
const WIDE = 1;
const BOLD = 1.12;

/** The widest that a text of this size can be, in the unit of the size. */
export function textWidth(text: string, size: number, isBold = false): number {
  let em = 0;
  for (const character of text) em += widthOf(character);
  return em * size * (isBold ? BOLD : 1);
}

function widthOf(character: string): number {
  if (" .,:;|!'()[]ijlft-/".includes(character)) return NARROW;
  if ('mwMW%@×÷…−→'.includes(character) || character > '\u2fff') return WIDE;
  return character >= 'A' && character <= 'Z' ? CAPITAL : USUAL;
}

/** The text, or as much of it as fits with an ellipsis behind. */
export function fitted(text: string, width: number, size: number, isBold = false): string {
  if (textWidth(text, size, isBold) <= width) return text;
  const kept = [...text];
  while (kept.length > 0 && textWidth(`${kept.join('')}…`, size, isBold) > width) kept.pop();
  return `${kept.join('').trimEnd()}…`;
}

/** The text in lines that fit; a word that is longer than a line is cut into pieces. */
export function wrapped(text: string, width: number, size: number, isBold = false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width, size, isBold))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size, isBold) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

function pieces(word: string, width: number, size: number, isBold: boolean): string[] {
  if (textWidth(word, size, isBold) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && textWidth(piece + character, size, isBold) > width) {
      found.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...found, piece];
}
