/**
 * A program: load of batches of one request. The head of the first answer on a connection is read; every later one must
 * have its length and begin as it did, so that counting bytes counts answers.
 */
import { type Reader, runGenerator } from './drive.ts';
import { requestFor } from './load.ts';

const STATUS_LINE = 'HTTP/1.1 200 ';

/** Bytes of the answer that begins with `bytes`, or 0 when its head is not complete yet; -1 when it is not a good answer. */
function answerBytes(bytes: Buffer): number {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (!head.startsWith(STATUS_LINE) || length === null) return -1;
  return headEnd + 4 + Number(length[1]);
}

function answerReader(depth: number): Reader {
  let length = 0;
  let kept: Buffer = Buffer.alloc(0);
  let waiting = 0;
  return {
    feed(piece) {
      if (length === 0) {
        kept = Buffer.concat([kept, piece]);
        const found = answerBytes(kept);
        if (found === 0) return 'more';
        if (found < 0) return 'wrong';
        length = found;
        waiting = length * depth - kept.length;
      } else {
        const isFirst = waiting === length * depth;
        if (isFirst && piece.toString('latin1', 0, STATUS_LINE.length) !== STATUS_LINE) return 'wrong';
        waiting -= piece.length;
      }
      if (waiting !== 0) return waiting < 0 ? 'wrong' : 'more';
      waiting = length * depth;
      return 'done';
    },
  };
}

runGenerator(({ depth, path }) => ({
  batch: Buffer.from(requestFor(path).repeat(depth), 'latin1'),
  reader: () => answerReader(depth),
}));
