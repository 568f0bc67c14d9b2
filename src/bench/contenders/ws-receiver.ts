/**
 * The receiver of `ws` on WebSocket messages; compared when `ws` is installed. It unmasks the bytes that it is given where
 * they stand, so it gets a copy, as our machine makes one. Texts come as bytes; the string that a program wants is made.
 */
import { type ContenderLoader, FRAMES, Notes, notedRun, type ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { requireOptional } from '../optional.ts';
import { checksum } from '../seen.ts';

const NAME = 'ws-receiver';

interface Receiver {
  write(bytes: Uint8Array): boolean;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  destroy(): void;
}

type ReceiverClass = new (options: { readonly isServer: boolean }) => Receiver;

/** The receiver, or how to install it. */
export const loadWsReceiver: ContenderLoader = async () => {
  const Receiver = (requireOptional('ws') as { Receiver?: ReceiverClass } | undefined)?.Receiver;
  if (typeof Receiver !== 'function') return [{ name: NAME, missing: 'npm install ws', reads: FRAMES }];
  try {
    new Receiver({ isServer: true }).destroy();
  } catch (error) {
    // Bun has a ws of its own, without this part.
    return [{ name: NAME, missing: error instanceof Error ? error.message : String(error), reads: FRAMES }];
  }
  const masks = requireOptional('bufferutil') === undefined ? 'masks in JavaScript' : 'native masks';
  return [
    {
      name: NAME,
      title: `ws, a string or bytes for each message, ${masks}`,
      reads: FRAMES,
      package: 'ws',
      open: (input) => open(Receiver, input),
    },
  ];
};

function open(Receiver: ReceiverClass, { forms, kind }: ParserInput): ParserRun {
  const receiver = new Receiver({ isServer: kind === 'client-frames' });
  const notes = new Notes();
  // A message in two pieces holds both, so each piece has a place of its own.
  const most = Math.max(...forms.map(({ pieces }) => pieces.length));
  const copies = Array.from({ length: most }, (_, at) =>
    Buffer.alloc(Math.max(...forms.map(({ pieces }) => pieces[at]?.length ?? 0))),
  );
  let next = 0;
  let failed: Error | undefined;
  // Kept until the next one, as a program keeps what it works on.
  let kept: string | Buffer = '';
  receiver.on('error', (error) => {
    failed = error;
  });
  receiver.on('message', (data, isBinary) => {
    kept = isBinary ? data : data.toString();
    notes.messages++;
    if (notes.seen === null) return;
    const bytes = typeof kept === 'string' ? Buffer.from(kept) : kept;
    const method = isBinary ? 'binary' : 'text';
    notes.seen.push({ method, target: '', fields: [], bodyBytes: bytes.length, bodySum: checksum(0, bytes) });
  });
  function repeat(times: number): void {
    for (let turn = 0; turn < times; turn++) {
      const pieces = forms[next]?.pieces ?? [];
      next = next + 1 < forms.length ? next + 1 : 0;
      for (let at = 0; at < pieces.length; at++) {
        const piece = pieces[at];
        const copy = copies[at];
        if (piece === undefined || copy === undefined) continue;
        copy.set(piece);
        receiver.write(piece.length === copy.length ? copy : copy.subarray(0, piece.length));
        if (failed !== undefined) throw failed;
      }
    }
  }
  return notedRun(notes, repeat, () => receiver.destroy());
}
