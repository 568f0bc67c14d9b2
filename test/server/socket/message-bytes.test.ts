/** Bytes of messages belong to the app, and are of one kind however they came. */
import { expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { talk } from '../../helpers/talk.ts';
import { BrowserClient, WITH_WS } from '../../helpers/ws-browser.ts';

/** Around the sizes at which memory is got in another way. */
const SIZES = [0, 1, 64, 65, 125, 4_095, 4_096, 5_000, 16_384, 16_385, 65_536, 70_000, 300_000];

it.each([
  ['as they are', false],
  ['compressed', true],
])('%s they are Uint8Arrays that nobody else has, also while the app keeps all of them', async (_, isCompressed) => {
  const kept: Uint8Array[] = [];
  const on = await talk(
    { onWSOpen: (ws) => void ws.onMessage((_isBinary, message) => void kept.push(message as Uint8Array)) },
    { perMessageDeflate: isCompressed && { thresholdBytes: 0 } },
    false,
  );
  const client = await BrowserClient.open(WITH_WS, on.port, { perMessageDeflate: isCompressed });
  const sent = [...SIZES, ...SIZES].map((size, i) => Buffer.from(Uint8Array.from({ length: size }, (_, at) => i + at)));
  for (const bytes of sent) client.socket.send(bytes);
  await eventually(() => kept.length).toBe(sent.length);
  expect(kept.every((message) => message.constructor === Uint8Array)).toBe(true);
  // Whoever writes to his message writes to no other.
  for (const [i, message] of kept.entries()) {
    expect(Buffer.compare(message, sent[i] as Buffer)).toBe(0);
    message.fill(0xee);
  }
});
