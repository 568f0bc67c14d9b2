/** Frames over a real socket, RFC 6455 sections 5 to 7: whole and byte by byte, beside a connection that goes on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { BAD_FRAMES, end, GOOD, hex, MOST, MOST_FRAGMENTS, part } from '../../helpers/frame-rows.ts';
import { type Talk, talk } from '../../helpers/talk.ts';
import { bytewise } from '../../helpers/wire.ts';
import { CLOSE, closeFrame, FIN, frame, PING, TEXT, textFrame, WsClient } from '../../helpers/ws-client.ts';

let on: Talk;
let parallel: WsClient;
beforeEach(async () => {
  on = await talk({}, { maxMessageBytes: MOST, maxFragments: MOST_FRAGMENTS });
  parallel = await WsClient.open(on.port);
});
afterEach(() => parallel.close());

/** Messages that the parallel connection has sent. */
const BESIDE = 8;

/** Does something while a parallel connection talks, of whose messages and answers none may be missing. */
async function beside(what: () => Promise<void>): Promise<void> {
  let isDone = false;
  const doing = what().finally(() => {
    isDone = true;
  });
  // It is looked at below.
  doing.catch(() => {});
  let sent = 0;
  for (; sent < BESIDE || !isDone; sent++) {
    await parallel.send(textFrame(`beside ${sent}`));
    if (sent >= BESIDE) await parallel.take(sent + 1);
  }
  await doing;
  const expected = Array.from({ length: sent }, (_, i) => `beside ${i}`);
  expect(await parallel.take(sent)).toEqual(expected.map((message) => `text ${message}`));
  expect(on.heard.filter((message) => message.startsWith('beside'))).toEqual(expected);
}

/** Messages of all others. */
const heard = (): string[] => on.heard.filter((message) => !message.startsWith('beside'));

/** Byte by byte where that is soon over, else in two pieces. */
const cut = (bytes: Buffer): Buffer[] =>
  bytes.length < 300 ? bytewise(bytes) : [bytes.subarray(0, 7), ...bytewise(bytes.subarray(7, 20)), bytes.subarray(20)];

describe.each(BAD_FRAMES)('fails with $code, $why:', ({ code, rows }) => {
  it.each(rows)('%s', async (_, frames) => {
    const bytes = Buffer.concat([...frames, textFrame('behind')]);
    await beside(async () => {
      for (const pieces of [[bytes], cut(bytes)]) {
        using client = await WsClient.open(on.port);
        await client.send(textFrame('before'));
        await client.take(1);
        await client.send(textFrame('ahead'));
        await client.take(2);
        await client.send(...pieces);
        const [first, second, last, ...more] = await client.untilEnd();
        expect([first, second, more]).toEqual(['text before', 'text ahead', []]);
        expect(last).toMatch(new RegExp(`^close ${code} \\S`));
        expect(client.ended).toBe('fin');
      }
    });
    await eventually(() => on.closes.length).toBe(2);
    for (const told of on.closes) expect(told).toMatch(new RegExp(`^${code} \\S.* dirty$`));
    expect(heard()).toEqual(['before', 'ahead', 'before', 'ahead']);
    // On another thread the log takes its own way.
    await eventually(() => on.log.length).toBe(2);
    expect(on.errors).toEqual([]);
  });
});

it('messages that are whole ahead of a fault in the same packet are heard', async () => {
  using client = await WsClient.open(on.port);
  await client.send(Buffer.concat([textFrame('one'), part(TEXT, 'tw'), end('o'), end('three'), textFrame('four')]));
  expect((await client.untilEnd()).at(-1)).toMatch(/^close 1002 /);
  await eventually(() => on.closes.length).toBe(1);
  expect(heard()).toEqual(['one', 'two']);
});

describe('takes', () => {
  it.each(GOOD)('%s', async (_, frames, answers, messages) => {
    const bytes = Buffer.concat(frames);
    await beside(async () => {
      for (const pieces of [[bytes], cut(bytes)]) {
        using client = await WsClient.open(on.port);
        await client.send(...pieces);
        expect(await client.take(answers.length)).toEqual(answers);
        await client.send(closeFrame(1000));
        expect(await client.untilEnd()).toEqual([...answers, 'close 1000']);
      }
    });
    await eventually(() => on.closes).toEqual(['1000', '1000']);
    expect(heard()).toEqual([...messages, ...messages]);
  });

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    'a Close with code %i, answers it once with the same, and nothing behind it',
    async (code) => {
      const bytes = Buffer.concat([
        closeFrame(code, 'a réason'),
        textFrame('behind'),
        frame(FIN | PING),
        closeFrame(1000),
        hex('ff ff ff'),
      ]);
      for (const pieces of [[bytes], bytewise(bytes)]) {
        using client = await WsClient.open(on.port);
        await client.send(...pieces);
        expect(await client.untilEnd()).toEqual([`close ${code}`]);
        expect(client.ended).toBe('fin');
      }
      await eventually(() => on.closes).toEqual([`${code} a réason`, `${code} a réason`]);
      expect(heard()).toEqual([]);
    },
  );

  it('a Close without a code, and answers it with one', async () => {
    using client = await WsClient.open(on.port);
    await client.send(frame(FIN | CLOSE));
    expect(await client.untilEnd()).toEqual(['close']);
    await eventually(() => on.closes).toEqual(['1005']);
  });

  it('a Close within a message that is not complete', async () => {
    using client = await WsClient.open(on.port);
    await client.send(part(TEXT, 'x'), closeFrame(1000));
    expect(await client.untilEnd()).toEqual(['close 1000']);
    await eventually(() => on.closes).toEqual(['1000']);
    expect(heard()).toEqual([]);
  });
});
