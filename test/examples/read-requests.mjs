/**
 * The parser without any server: reads recorded request bytes from standard input, cut as they come, and tells what was
 * asked for. At a malformed message it tells the byte and stops.
 *   node read-requests.mjs < requests.http
 */
import { HttpParser } from 'httpuv-wasm/parser';

// A stream may use its buffers again, so the texts of a head are made at once.
const parser = new HttpParser({ eager: true, maxBodyBytes: Infinity });
let bodyBytes = 0;
let current = null;

/** Returns false behind an error: nothing more can be read. */
function tell(events) {
  for (const event of events) {
    if (event.type === 'request') {
      current = event;
      bodyBytes = 0;
    } else if (event.type === 'body') bodyBytes += event.bytes.length;
    else if (event.type === 'end') console.log(current.method, current.headers.host, current.url, bodyBytes);
    else if (event.type === 'error') console.log(event.error.code, 'at byte', event.error.offset);
  }
  return events.at(-1)?.type !== 'error';
}

let isGood = true;
for await (const bytes of process.stdin) {
  isGood = tell(parser.feed(bytes));
  if (!isGood) break;
}
if (isGood) tell(parser.finish());
