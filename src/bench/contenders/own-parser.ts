/**
 * This package's `HttpParser`, twice: lazy, where a program reads the start line, as a router does; and eager, where it
 * also takes the headers object of every message. Body bytes are views of what was fed.
 */
import { type HttpEvent, HttpParser, type HttpRequest, type HttpResponse } from '../../parser/index.ts';
import { type ContenderLoader, HTTP, Notes, notedRun, type ParserContender } from '../contender.ts';
import { checksum, flatFields, lowerNames } from '../seen.ts';
import { WASM_BYTES } from './own-machine.ts';

/** Both ways to use the parser. */
export const loadOwnParser: ContenderLoader = async () => [
  contender('httpuv-lazy', 'this package, the start line; the rest when asked for', false),
  contender('httpuv-eager', 'this package, with the headers object of every message', true),
];

function contender(name: string, title: string, eager: boolean): ParserContender {
  return {
    name,
    title,
    reads: HTTP,
    parser: 'httpuv',
    wasmBytes: WASM_BYTES,
    open({ forms, kind }) {
      const parser = new HttpParser({ eager, kind: kind === 'response' ? 'response' : 'request' });
      let next = 0;
      const notes = new Notes();
      // Kept until the next piece, as a program keeps the message it works on.
      let events: readonly HttpEvent[] = [];
      let method = '';
      let target = '';
      let status = 0;
      let reason = '';
      let headers: Readonly<Record<string, string>> = {};
      let fields: readonly string[] = [];
      let bodyBytes = 0;
      let bodySum = 0;
      function repeat(times: number): void {
        for (let turn = 0; turn < times; turn++) {
          const pieces = forms[next]?.pieces ?? [];
          next = next + 1 < forms.length ? next + 1 : 0;
          for (let at = 0; at < pieces.length; at++) {
            const piece = pieces[at];
            if (piece !== undefined) take(piece);
          }
        }
      }
      function take(piece: Uint8Array): void {
        events = parser.feed(piece);
        for (let at = 0; at < events.length; at++) {
          const event = events[at];
          if (event === undefined) continue;
          switch (event.type) {
            case 'request':
              method = event.method;
              target = event.url;
              if (eager) headers = event.headers;
              if (notes.seen !== null) fields = fieldsOf(event);
              break;
            case 'response':
              status = event.status;
              reason = event.reason;
              if (eager) headers = event.headers;
              if (notes.seen !== null) fields = fieldsOf(event);
              break;
            case 'end':
              notes.messages++;
              if (notes.seen !== null) notes.seen.push({ method, target, status, reason, fields, bodyBytes, bodySum });
              bodyBytes = 0;
              bodySum = 0;
              break;
            case 'body':
              bodyBytes += event.bytes.length;
              if (notes.seen !== null) bodySum = checksum(bodySum, event.bytes);
              break;
            case 'error':
              throw event.error;
            case 'upgrade':
              throw new Error('what follows is another protocol');
            default:
          }
        }
      }
      /** What eager gives is the object, what lazy gives when asked is the list. */
      function fieldsOf(head: HttpRequest | HttpResponse): readonly string[] {
        return eager ? flatFields(headers) : lowerNames(head.rawHeaders);
      }
      return notedRun(notes, repeat);
    },
  };
}
