/**
 * Uses all levels of the portable entries and tells what came of it; every host has to tell the same. It is given the modules,
 * because hosts find them in different ways.
 */

export async function check(parser, websocket, codec) {
  const bytes = (text) => new TextEncoder().encode(text);
  const text = (array) => new TextDecoder().decode(array);

  const events = new parser.HttpParser().feed(
    bytes('GET /a HTTP/1.1\r\nHost: a\r\nX-Own: y\r\n\r\nGET / HTTP/1.1\r\nHost : a\r\n\r\n'),
  );
  const [request, end, error] = events;

  const machine = new parser.HttpMachine('request');
  const raw = bytes('GET / HTTP/1.0\r\nA: b\r\nC: d\r\n\r\n');
  machine.bytes.set(raw, machine.region);
  machine.begin(null, { maxHeadBytes: 1000, maxFields: 9, maxChunkExtensionBytes: 0, maxBodyBytes: 0 }, 0);
  machine.feed(0, raw.length);
  const head = machine.recordsAt;
  const next = parser.recordEnd(machine.words, head);

  const chunked = 'POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: t\r\n\r\n';
  const streamed = [];
  for await (const message of parser.readMessages(new Response(chunked).body)) {
    streamed.push(message.head.url, await message.text(), ...message.trailers);
  }

  const masked = websocket.frame('text', 'grüße', websocket.randomKeys());
  const [message] = new websocket.FrameReceiver().feed(masked);
  const [piece] = new websocket.FrameReader().feed(masked);

  const [there, back] = [new TransformStream(), new TransformStream()];
  const client = new websocket.WebSocketStreams(
    { readable: back.readable, writable: there.writable },
    { role: 'client' },
  );
  const server = new websocket.WebSocketStreams({ readable: there.readable, writable: back.writable });
  void server.readable.pipeTo(server.writable);
  const writer = client.writable.getWriter();
  const reader = client.readable.getReader();
  const [{ value: echoed }] = await Promise.all([reader.read(), writer.write('over streams')]);

  return {
    events: [request.method, request.url, request.headers['x-own'], end.type, error.error.code, error.error.offset],
    records: [
      parser.kindAt(machine.words, head),
      parser.kindAt(machine.words, next),
      machine.words[head + parser.HEAD.FIELDS],
    ],
    streamed,
    written: text(parser.writeResponse({ status: 200, reason: 'OK', body: 'hi' })),
    message: message.data,
    pieces: [piece.isFirst, piece.isLast, piece.bytes.length],
    echoed,
    accept: websocket.acceptKey('dGhlIHNhbXBsZSBub25jZQ=='),
    decoded: codec.decodeURIComponent('%C3%A4%20b'),
  };
}
