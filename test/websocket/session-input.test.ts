/** What a session is made with and fed, and who listens to it: mistakes are refused at the call, and reach no other session. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  FrameMachine,
  FrameReader,
  FrameReceiver,
  frame,
  type ReceiverOptions,
  randomKeys,
  type SessionOptions,
  WebSocketSession,
} from '../../src/websocket/index.ts';

const keys = randomKeys();

describe('a listener', () => {
  const three = Buffer.concat(['a', 'b', 'c'].map((text) => frame('text', text, keys)));

  it('that throws loses no message, and feed throws it', () => {
    const heard: unknown[] = [];
    const session = new WebSocketSession({
      onMessage(data) {
        heard.push(data);
        throw new Error(`no ${data}`);
      },
    });
    expect(() => session.feed(three)).toThrow('no a');
    expect(() => session.feed(three.subarray(0, 5))).not.toThrow();
    expect(() => session.feed(three.subarray(5))).toThrow('no a');
    expect(heard).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(session.state).toBe('open');
  });

  it('may send, but feeds nobody who shares the memory it hears from', () => {
    const heard: unknown[] = [];
    const other = new WebSocketSession();
    const own = new WebSocketSession({}, new FrameMachine());
    const session = new WebSocketSession({
      onMessage(data) {
        heard.push(data);
        session.send(data);
        own.feed(three);
        for (const one of [session, other, new FrameReader()])
          expect(() => one.feed(three)).toThrow(expect.objectContaining({ code: 'HV_MACHINE_BUSY' }));
      },
    });
    session.feed(three);
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(Buffer.concat(session.output()).toString('latin1')).toBe('\x81\x01a\x81\x01b\x81\x01c');
    expect(own.events()).toHaveLength(9);
    other.feed(three);
    expect(other.events()).toHaveLength(3);
  });
});

describe('what a session is made with and fed', () => {
  const bad = expect.objectContaining({ code: 'HV_BAD_OPTION', fault: 'local' });

  it.each([
    [{ rol: 'client' }, /did you mean role\?$/],
    [{ role: 'Client' }, /role is 'server' or 'client'/],
    [{ maxMesageBytes: 1 }, /did you mean maxMessageBytes\?$/],
    [{ textAsBytes: 'yes' }, /textAsBytes is true or false/],
    [{ thresholdBytes: -1 }, /thresholdBytes is a number/],
    [null, /an object/],
  ])('is refused: %j', (options, words) => {
    const given = options as SessionOptions;
    expect(() => new WebSocketSession(given)).toThrow(words);
    expect(() => new WebSocketSession(given)).toThrow(bad);
    if (options === null || !('thresholdBytes' in options))
      for (const Reader of [FrameReceiver, FrameReader])
        expect(() => new Reader(given as ReceiverOptions)).toThrow(bad);
  });

  it('is bytes, and no more of them than there are: what lies behind them came from others', () => {
    new WebSocketSession().feed(Buffer.concat([new Uint8Array(6), Buffer.from('secret')]));
    const session = new WebSocketSession();
    const head = Uint8Array.of(0x81, 0x86, 0, 0, 0, 0);
    expect(() => session.feed(head, 12)).toThrow(bad);
    for (const wrong of [head.buffer, 'text', undefined, [1]])
      expect(() => session.feed(wrong as unknown as Uint8Array)).toThrow(bad);
    expect(session.events()).toEqual([]);
    const realm = runInNewContext('new Uint8Array([0x81, 0x81, 0, 0, 0, 0, 0x61])') as Uint8Array;
    session.feed(realm);
    expect(session.events()).toMatchObject([{ type: 'message', data: 'a' }]);
  });

  it('masks what others send unmasked, when it is a client', () => {
    const client = new WebSocketSession({ role: 'client' });
    expect(client.sendFrame(frame('text', 'hi'), Buffer.from('hi'), false)).toBe(2);
    expect(new FrameReceiver().feed(Buffer.concat(client.output()))).toMatchObject([{ data: 'hi' }]);
  });
});
