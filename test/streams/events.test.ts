/** Event streams on the wire: what is written, what is refused, and how they end. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type EventStream, type EventStreamOptions, eventStream, type ServerOptions } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { caughtUp, untilEnd, Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';

interface Talking {
  readonly port: number;
  readonly streams: EventStream[];
  readonly log: string[];
  closes: number;
}

/** A server that answers everything with event streams. */
async function talking(
  given: EventStreamOptions = {},
  options: ServerOptions = {},
  begin: (stream: EventStream) => void = () => {},
): Promise<Talking> {
  const log: string[] = [];
  const streams: EventStream[] = [];
  const server = await testServer(
    {
      call(request) {
        const stream = eventStream({ request, ...given });
        streams.push(stream);
        stream.onClose(() => {
          talk.closes++;
        });
        begin(stream);
        return stream.response;
      },
    },
    { logger: (level, line) => log.push(`${level} ${line}`), ...options },
  );
  const talk: Talking = { port: server.getPort(), streams, log, closes: 0 };
  return talk;
}

/** What a client gets of one stream that is closed by the app. */
async function written(write: (stream: EventStream) => void, request = get('/', 'Connection: close\r\n')) {
  const { port } = await talking({}, {}, (stream) => {
    write(stream);
    stream.close();
  });
  const { responses } = await untilEnd(port, [request]);
  return responses[0];
}

describe('an event', () => {
  it.each([
    ['text', 'hello', 'data: hello\n\n'],
    ['empty text', '', 'data: \n\n'],
    ['lines', 'a\r\nb\rc\nd\n', 'data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n'],
    ['fields that look like fields', 'x\nid: 5\n\nevent: y', 'data: x\ndata: id: 5\ndata: \ndata: event: y\n\n'],
    ['all there is', { data: 'd', event: 'e', id: 'i', retry: 7 }, 'event: e\nid: i\nretry: 7\ndata: d\n\n'],
    ['an empty id', { id: '', data: 'x' }, 'id: \ndata: x\n\n'],
    ['a time alone', { retry: 0 }, 'retry: 0\n\n'],
    ['text beyond ASCII', 'é漢😀', 'data: é漢😀\n\n'],
  ])('is written as the standard says: %s', async (_, event, expected) => {
    const answer = await written((stream) => {
      expect(stream.send(event)).toBe(Buffer.byteLength(expected));
    });
    expect(answer?.body.toString()).toBe(expected);
  });

  it.each([
    ['an id with a line feed', { id: 'a\nb', data: '' }],
    ['an id with a NUL', { id: 'a\0b', data: '' }],
    ['an event with a carriage return', { event: 'a\rb', data: '' }],
    ['data that is no text', { data: 5 as unknown as string }],
    ['a time that is none', { retry: -1 }],
    ['a time with a fraction', { retry: 1.5 }],
    ['nothing', {}],
    ['null', null as unknown as string],
  ])('is refused: %s', async (_, event) => {
    const answer = await written((stream) => {
      expect(() => stream.send(event)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    });
    expect(answer?.body.length).toBe(0);
  });

  it('may be a comment of several lines', async () => {
    const answer = await written((stream) => {
      stream.comment();
      stream.comment('a\nb');
    });
    expect(answer?.body.toString()).toBe(': \n\n: a\n: b\n\n');
  });

  it('may be longer than a piece', async () => {
    const data = 'long '.repeat(200_000);
    const answer = await written((stream) => void stream.send(data));
    expect(answer?.body.toString()).toBe(`data: ${data}\n\n`);
  });
});

describe('an event stream', () => {
  it('has the fields that browsers want, and those of the app', async () => {
    const answer = await written(() => {});
    expect([field(answer as NonNullable<typeof answer>, 'Content-Type'), answer?.framing]).toEqual([
      'text/event-stream',
      'chunked',
    ]);
    const { port } = await talking({ headers: { 'cache-control': 'no-store', 'X-A': 'b' } }, {}, (one) => one.close());
    const { responses } = await untilEnd(port, [get('/', 'Connection: close\r\n')]);
    expect(responses[0]?.fields.filter(([name]) => /cache|x-a/i.test(name))).toEqual([
      ['cache-control', 'no-store'],
      ['X-A', 'b'],
    ]);
  });

  it('knows what its client heard last', async () => {
    const { port, streams } = await talking({}, {}, (stream) => stream.close());
    await untilEnd(port, [get('/', 'Connection: close\r\n')]);
    await untilEnd(port, [Buffer.from(get('/', 'Last-Event-ID: 漢 7\r\nConnection: close\r\n'))]);
    expect(streams.map(({ lastEventId }) => lastEventId)).toEqual(['', '漢 7']);
  });

  it('sends its head at once, and events as they are said', async () => {
    const talk = await talking();
    using wire = await Wire.open(talk.port);
    await wire.send(get('/'));
    await wire.until(() => wire.received.includes('\r\n\r\n'), 'head');
    const [stream] = talk.streams as [EventStream];
    for (let i = 0; i < 5; i++) {
      stream.send(`event ${i}`);
      await wire.until(() => wire.received.includes(`data: event ${i}\n\n`), 'event');
    }
    await eventually(() => stream.bufferedAmount).toBe(0);
    expect([stream.isOpen, talk.closes]).toEqual([true, 0]);
    stream.close();
    expect([stream.isOpen, stream.send('late'), stream.comment()]).toEqual([false, -1, -1]);
    const [answer] = await wire.answers(1);
    expect(answer?.body.toString()).not.toContain('late');
    await eventually(() => talk.closes).toBe(1);
    // The connection goes on.
    await wire.send(get('/again'));
    await eventually(() => talk.streams.length).toBe(2);
  });

  it('sends comments when nothing else is said, and none into the middle of what is said', async () => {
    const talk = await talking({ keepAliveMs: 500 });
    using wire = await Wire.open(talk.port);
    await wire.send(get('/'));
    await wire.until(() => wire.received.toString('latin1').split('3\r\n:\n\n\r\n').length > 2, 'two comments');
  });

  it('ends when its client ends its half: nobody listens any more', async () => {
    const talk = await talking();
    using wire = await Wire.open(talk.port);
    await wire.send(get('/'));
    await wire.until(() => wire.received.includes('\r\n\r\n'), 'head');
    wire.halfClose();
    await eventually(() => [talk.closes, talk.streams[0]?.isOpen]).toEqual([1, false]);
  });

  it('is not begun for a client that has ended its half before', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let closes = 0;
    const server = await testServer({
      async call(request) {
        await gate;
        const stream = eventStream({ request, keepAliveMs: Number.POSITIVE_INFINITY });
        stream.onClose(() => closes++);
        return stream.response;
      },
    });
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/'));
    wire.halfClose();
    await caughtUp(server.getPort());
    open();
    await eventually(() => closes).toBe(1);
    expect(await wire.untilEnd()).toEqual([]);
  });

  it('cuts a client that does not read, and tells', async () => {
    const talk = await talking({}, { maxBufferedBytes: 100_000, writeTimeoutMs: 0 });
    const socket = connect({ port: talk.port, host: '127.0.0.1' });
    socket.pause();
    socket.on('error', () => {});
    socket.write(get('/'));
    await eventually(() => talk.streams.length).toBe(1);
    const [stream] = talk.streams as [EventStream];
    let sent = 0;
    await eventually(() => {
      const bytes = stream.send('x'.repeat(50_000));
      if (bytes > 0) sent += bytes;
      return bytes;
    }).toBe(-1);
    await eventually(() => talk.closes).toBe(1);
    expect([stream.isOpen, stream.bufferedAmount]).toEqual([false, 0]);
    // The kernel's buffers have taken the most of it.
    expect(sent).toBeLessThan(32_000_000);
    expect(talk.log.filter((line) => line.startsWith('INFO an event stream is cut')).length).toBe(1);
    socket.destroy();
  });

  it('is over at once where there is no body', async () => {
    const talk = await talking();
    const { responses } = await untilEnd(talk.port, ['HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'], {
      methods: ['HEAD'],
    });
    expect([responses[0]?.status, talk.closes, talk.streams[0]?.isOpen]).toEqual([200, 1, false]);
  });

  it('is the answer to one request', async () => {
    const one = eventStream();
    one.close();
    const log: string[] = [];
    const server = await testServer({ call: () => one.response }, { logger: (level) => log.push(level) });
    const ask = () => untilEnd(server.getPort(), [get('/', 'Connection: close\r\n')]);
    expect((await ask()).responses[0]?.status).toBe(200);
    expect((await ask()).responses[0]?.status).toBe(500);
    expect(log).toEqual(['ERROR']);
  });

  it('logs what a handler throws, and calls the others', async () => {
    const talk = await talking({}, {}, (stream) => {
      stream.onClose(() => {
        throw new Error('no');
      });
      const remove = stream.onClose(() => {
        talk.closes += 100;
      });
      stream.onClose(() => {
        talk.closes += 10;
      });
      remove();
      stream.close();
    });
    await untilEnd(talk.port, [get('/', 'Connection: close\r\n')]);
    await eventually(() => talk.closes).toBe(11);
    expect(talk.log).toEqual(['ERROR onClose failed: no']);
  });

  it('refuses times that are none, and options that there are not', () => {
    const misnamed = { keepAlive: 5 } as EventStreamOptions;
    expect(() => eventStream(misnamed)).toThrow(/did you mean keepAliveMs\?/);
    for (const keepAliveMs of [0, -1, Number.NaN, '5' as unknown as number]) {
      expect(() => eventStream({ keepAliveMs })).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    }
  });
});
