/** A Buffer's own ways to write and read text, which every Buffer has and its types leave out. */
export interface TextBuffer extends Buffer {
  latin1Write(text: string, at: number, length: number): number;
  utf8Write(text: string, at: number, length: number): number;
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}
