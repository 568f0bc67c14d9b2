/** One end of a connection: what it answers by itself, and how it ends. */
import { describe, expect, it } from 'vitest';
import { HttpuvError } from '../../src/errors.ts';
import { awaitsClose, CLOSE_STEPS, type CloseState, closeStep } from '../../src/websocket/close.ts';
import { closePayload, frame, randomKeys } from '../../src/websocket/frames.ts';
import { WebSocketSession } from '../../src/websocket/session.ts';

const FACTS = { fault: 'local', answer: 1008 } as const;
const keys = randomKeys();
const text = (message: string): Uint8Array => frame('text', Buffer.from(message), keys);
const ping = (payload: string): Uint8Array => frame('ping', Buffer.from(payload), keys);
const close = (code: number, reason = ''): Uint8Array => frame('close', closePayload(code, reason), keys);
const written = (session: WebSocketSession): string => Buffer.concat(session.output()).toString('hex');

function fed(...frames: Uint8Array[]): WebSocketSession {
  const session = new WebSocketSession();
  session.feed(Buffer.concat(frames));
  return session;
}

describe('the closing handshake', () => {
  it('moves on only, and every state leads to closed', () => {
    const order: readonly CloseState[] = ['open', 'answering', 'closing', 'finished', 'failed', 'closed'];
    for (const [at, from] of order.entries()) {
      const next = Object.values(CLOSE_STEPS[from]);
      expect(next.every((to) => order.indexOf(to) > at)).toBe(true);
      if (from !== 'closed') expect(closeStep(from, 'end')).toBe('closed');
      expect(awaitsClose(from)).toBe(closeStep(from, 'received') !== undefined);
    }
    expect(closeStep('failed', 'close')).toBeUndefined();
  });

  it('echoes the code of the peer once, tells the reason, and lets the host end', () => {
    const session = fed(close(4000, 'bye'));
    expect(session.events()).toEqual([{ type: 'close', code: 4000, reason: 'bye', wasClean: true }]);
    expect([session.state, session.mayEnd]).toEqual(['answering', false]);
    expect(written(session)).toBe('88020fa0');
    expect([session.state, session.mayEnd]).toEqual(['finished', true]);
    expect([session.send('late'), session.close(), written(session)]).toEqual([-1, false, '']);
    session.finish();
    expect(session.state).toBe('closed');
    expect(session.events()).toEqual([]);
  });

  it('answers a Close without code by one without code', () => {
    const session = fed(frame('close', new Uint8Array(0), keys));
    expect(written(session)).toBe('8800');
    expect(session.events()).toMatchObject([{ code: 1005 }]);
  });

  it('that we begin waits for the peer, and sends nothing after', () => {
    const session = new WebSocketSession();
    expect(session.close(1001, 'stop')).toBe(true);
    expect(session.state).toBe('closing');
    expect(session.mayEnd).toBe(false);
    expect([session.send('late'), session.ping(), session.close()]).toEqual([-1, false, false]);
    session.feed(Buffer.concat([ping('p'), text('late')]));
    expect(written(session)).toBe('880603e973746f70');
    session.feed(close(1001));
    expect(written(session)).toBe('');
    expect(session.mayEnd).toBe(true);
    expect(session.events()).toMatchObject([{ type: 'ping' }, { type: 'close', code: 1001, wasClean: true }]);
  });

  it('is given up when the time is over', () => {
    const session = new WebSocketSession();
    session.expire();
    expect(session.state).toBe('open');
    session.close();
    session.expire();
    expect(session.mayEnd).toBe(true);
    expect(session.events()).toEqual([{ type: 'close', code: 1006, reason: '', wasClean: false }]);
  });

  it('ignores what comes behind a Close', () => {
    const session = fed(close(1000), text('late'));
    session.feed(text('later'));
    expect(session.events()).toHaveLength(1);
  });

  it('answers what came before the Close first', () => {
    const session = fed(text('a'), ping('p'), text('b'), close(4001, 'bye'));
    for (const event of session.events()) if (event.type === 'message') session.send(event.data);
    expect(written(session)).toBe('810161' + '810162' + '8a0170' + '88020fa1');
    expect(session.send('c')).toBe(-1);
  });

  it.each<[how: string, end: (session: WebSocketSession) => void, written: string]>([
    ['until it is sent, with the code of the peer', (session) => session.close(3000, 'ours'), '810161' + '88020fa1'],
    ['but not when it fails', (session) => session.fail(new HttpuvError('HV_E', 'e', FACTS)), '810161' + '880203f0'],
    ['for ever when the connection ends', (session) => session.finish(), ''],
  ])('may be held %s', (_, end, expected) => {
    const session = new WebSocketSession({ holdsClose: true });
    session.feed(close(4001, 'bye'));
    expect([written(session), session.state, session.events().length]).toEqual(['', 'answering', 1]);
    expect(session.send('a')).toBe(1);
    end(session);
    expect([written(session), session.send('b')]).toEqual([expected, -1]);
    expect(session.events().some(({ type }) => type === 'close')).toBe(false);
  });

  it('tells 1006 once when the connection ends without it', () => {
    const session = fed(text('a'));
    session.finish();
    session.finish();
    session.feed(text('b'));
    expect(session.events()).toMatchObject([{ data: 'a' }, { type: 'close', code: 1006, wasClean: false }]);
    expect(session.send('a')).toBe(-1);
  });

  it('refuses a code that may not be sent, and stays open', () => {
    const session = new WebSocketSession();
    expect(() => session.close(1006)).toThrow(expect.objectContaining({ code: 'HV_BAD_CLOSE' }));
    expect(session.state).toBe('open');
  });
});

describe('a peer that breaks the rules', () => {
  it('gets a Close with code and reason; what came before is told, nothing of the bad message', () => {
    const session = fed(text('good'), Uint8Array.of(0x01, 0x81, 0, 0, 0, 0, 0x62, 0x01, 0x80));
    expect(session.events()).toMatchObject([
      { type: 'message', data: 'good' },
      { type: 'error', error: { code: 'HV_WS_EXPECTED_CONTINUATION', fault: 'remote', answer: 1002, offset: 0 } },
      { type: 'close', code: 1002, wasClean: false },
    ]);
    expect(session.state).toBe('failed');
    expect(session.mayEnd).toBe(true);
    expect(written(session)).toMatch(/^88..03ea/);
    session.finish();
    expect(session.events()).toEqual([]);
  });

  it('gets no second Close when one was sent', () => {
    const session = new WebSocketSession();
    session.close();
    expect(written(session)).toBe('880203e8');
    session.feed(Uint8Array.of(0xff));
    expect(written(session)).toBe('');
    expect(session.mayEnd).toBe(true);
  });
});

describe('messages', () => {
  it('are sent in one frame each, and counted until they are taken', () => {
    const session = new WebSocketSession();
    expect(session.send('é')).toBe(2);
    expect(session.send(Uint8Array.of(1, 2, 3).buffer)).toBe(3);
    expect(session.send(Buffer.from('a'), false)).toBe(1);
    expect(session.bufferedBytes).toBe(4 + 5 + 3);
    expect(written(session)).toBe('8102c3a9' + '8203010203' + '810161');
    expect(session.bufferedBytes).toBe(0);
  });

  it('of other types are refused', () => {
    expect(() => new WebSocketSession().send(7 as never)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });

  it('go from a client to a server and back', () => {
    const client = new WebSocketSession({ role: 'client' });
    const server = new WebSocketSession();
    client.send('question');
    for (const bytes of client.output()) server.feed(bytes);
    for (const event of server.events()) if (event.type === 'message') server.send(event.data);
    for (const bytes of server.output()) client.feed(bytes);
    expect(client.events()).toMatchObject([{ type: 'message', isBinary: false, data: 'question' }]);
  });
});

describe('Pings', () => {
  it('are answered with their payload, the latest only while nothing is taken', () => {
    const session = fed(ping('1'), ping('2'), ping('3'));
    expect(written(session)).toBe('8a0133');
    expect(written(session)).toBe('');
  });

  it('are answered between the fragments of a message', () => {
    const first = text('a');
    first[0] = 0x01;
    const session = fed(first, ping('p'));
    expect(written(session)).toBe('8a0170');
  });

  it('are answered before the Close that ends the connection', () => {
    expect(written(fed(ping('p'), close(1000)))).toBe('8a0170' + '880203e8');
  });

  it('can be sent, and Pongs are told', () => {
    const session = new WebSocketSession();
    expect(session.ping('hi')).toBe(true);
    expect(written(session)).toBe('89026869');
    session.feed(frame('pong', Buffer.from('hi'), keys));
    expect(session.events()).toMatchObject([{ type: 'pong' }]);
  });
});

describe('a session that rests', () => {
  it('goes on with a message that has begun, at every cut', () => {
    const whole = Buffer.concat([text('one'), Buffer.from([0x01, ...text('tw').subarray(1)]), text('o')]);
    whole[whole.length - text('o').length] = 0x80;
    for (let cut = 0; cut <= whole.length; cut++) {
      const session = new WebSocketSession();
      for (const part of [whole.subarray(0, cut), whole.subarray(cut)]) {
        session.feed(part);
        session.rest();
      }
      expect(session.events()).toMatchObject([{ data: 'one' }, { data: 'two', isAscii: true }]);
    }
  });

  it('loses nothing that waits to be written, and writes on', () => {
    const session = fed(ping('p'));
    session.rest();
    session.send('a');
    session.rest();
    expect(session.bufferedBytes).toBe(3);
    const taken = session.output();
    session.rest();
    session.send('b');
    expect(Buffer.concat(taken).toString('hex')).toBe('8101618a0170');
    session.sent();
    session.rest();
    expect(written(session)).toBe('810162');
  });

  it('reads no more behind a Close', () => {
    const session = fed(close(1000));
    session.rest();
    session.feed(text('late'));
    session.finish();
    expect(session.events().map(({ type }) => type)).toEqual(['close']);
  });

  it('does not when a listener asks for it while it reads', () => {
    const heard: unknown[] = [];
    const session: WebSocketSession = new WebSocketSession({
      onMessage(data) {
        heard.push(data);
        session.rest();
      },
    });
    const two = Buffer.concat([text('one'), text('two')]);
    session.feed(two.subarray(0, two.length - 2));
    session.feed(two.subarray(two.length - 2));
    expect(heard).toEqual(['one', 'two']);
  });
});
