/**
 * Level one of WebSockets, raw records: counts what went over a connection, both directions, straight from the machine's
 * memory. A file holds what one side sent behind the handshake. No message is put together, whatever its length.
 *   node raw-frames.mjs client.bytes server.bytes
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { FrameMachine, readFrameHead, WS_FLAG, WS_KIND, WS_STATUS } from 'httpuv-wasm/websocket';

const LIMITS = { maxMessageBytes: 2 ** 40, maxFragments: 1_000_000, allowDeflate: true };
const [clientFile, serverFile] = process.argv.slice(2);

/** Reads the frames that one side has sent; `role` is who would receive them. */
function count(machine, path, role) {
  const counts = { texts: 0, binaries: 0, compressed: 0, payloadBytes: 0, pings: 0, pongs: 0, close: 'none' };
  const { words } = machine;
  const file = openSync(path);
  let parked = null; // Of a message that the last piece ended in.
  let status = WS_STATUS.NEED_INPUT;

  const drain = () => {
    for (let at = machine.recordsAt; at < machine.recordsEnd; at += 4) {
      const kind = words[at] & 0xff;
      const length = words[at + 2];
      if (kind === WS_KIND.DATA) {
        const flags = words[at] >>> 8;
        counts.payloadBytes += length;
        if (flags & WS_FLAG.START) counts[flags & WS_FLAG.BINARY ? 'binaries' : 'texts']++;
        if (flags & WS_FLAG.START && flags & WS_FLAG.COMPRESSED) counts.compressed++;
        continue;
      }
      // The payload of a control frame stands behind its record.
      if (kind === WS_KIND.PING) counts.pings++;
      else if (kind === WS_KIND.PONG) counts.pongs++;
      else counts.close = words[at + 3];
      at += 4 * Math.ceil(length / 16);
    }
  };

  while (status === WS_STATUS.NEED_INPUT) {
    machine.begin(parked, role, LIMITS);
    const n = readSync(file, machine.bytes, machine.region, machine.regionBytes);
    if (n === 0) break;
    let at = 0;
    do {
      status = machine.feed(at, n);
      drain();
      at += machine.consumed;
    } while (status === WS_STATUS.TABLE_FULL);
    if (status === WS_STATUS.NEED_INPUT) parked = machine.park(parked);
  }
  closeSync(file);
  const fault = status === WS_STATUS.ERROR ? `${machine.error.code} at byte ${machine.error.offset} of its frame` : '';
  return { ...counts, fault };
}

/** Every frame by itself, for comparison: where it stands and what it is. */
function* frames(bytes) {
  for (let at = 0; ; ) {
    const head = readFrameHead(bytes, at);
    if (head === null) return;
    yield { at, ...head };
    at += head.headBytes + head.length;
  }
}

// One machine serves both directions in turn: what a connection must keep is parked outside of it.
const machine = new FrameMachine();
console.log('client', JSON.stringify(count(machine, clientFile, 'server')));
console.log('server', JSON.stringify(count(machine, serverFile, 'client')));
for (const { at, opcode, isFinal, key, length } of frames(readFileSync(clientFile))) {
  console.log(at, 'opcode', opcode, isFinal ? 'final' : 'more', key === null ? 'plain' : 'masked', length);
}
