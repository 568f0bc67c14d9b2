/** Every fixture through wasm and the receiver: whole, byte by byte, at every cut. */
import { describe, expect, it } from 'vitest';
import { FrameReceiver } from '../../src/websocket/receiver.ts';
import { cuts, pieces } from '../helpers/splits.ts';
import { quote, type WsFixture, wsFixtures } from './fixtures.ts';

/** What a receiver tells of pieces, in the notation of the fixtures. Text and bytes must agree. */
function tell(one: WsFixture, parts: readonly Uint8Array[], textAsBytes: boolean): string[] {
  const { role, maxMessageBytes, maxFragments, deflate } = one;
  const receiver = new FrameReceiver({ role, maxMessageBytes, maxFragments, allowDeflate: deflate, textAsBytes });
  const lines: string[] = [];
  for (const part of parts) {
    for (const event of receiver.feed(part.slice())) {
      if (event.type === 'error') {
        const { code, answer, offset } = event.error;
        lines.push(`error ${code.slice('HV_WS_'.length)} ${answer} at ${offset}`);
      } else if (event.type === 'close') lines.push(`close ${event.code} ${quote(Buffer.from(event.reason))}`);
      else if (event.type === 'message' || event.type === 'compressed') {
        const bytes = typeof event.data === 'string' ? Buffer.from(event.data) : event.data;
        const isText = typeof event.data === 'string';
        expect(isText).toBe(event.type === 'message' && !event.isBinary && !textAsBytes);
        if (event.type === 'message' && !event.isBinary) {
          expect(event.isAscii, one.title).toBe(bytes.every((byte) => byte < 0x80));
        }
        const name = event.isBinary ? 'binary' : 'text';
        lines.push(`${event.type === 'compressed' ? 'compressed ' : ''}${name} ${quote(bytes)}`);
      } else lines.push(`${event.type} ${quote(event.data)}`);
    }
  }
  return lines;
}

describe('fixtures', () => {
  const all = wsFixtures();

  it('are found', () => {
    expect(all.length).toBeGreaterThan(90);
  });

  it.each(all.map((one) => [`${one.file}: ${one.title}`, one] as const))('%s', (_, one) => {
    // What is not complete, and what is ignored, is not told by a receiver.
    const expected = one.expected.filter((line) => !/^(?:part|ignored) /.test(line));
    for (const cut of cuts(one.input)) {
      const parts = pieces(one.input, cut);
      expect(tell(one, parts, false), `cut at ${cut.slice(0, 3)}`).toEqual(expected);
      if (cut.length !== 1) expect(tell(one, parts, true)).toEqual(expected);
    }
  });
});
