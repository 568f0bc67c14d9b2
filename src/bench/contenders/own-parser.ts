/**
 * This package's `HttpParser`, twice: lazy, where a program reads method and target, as a router does; and
 * eager, where it also takes the headers object of every request. Body bytes are views of what was fed.
 */
import { type HttpEvent, HttpParser } from '../../parser/index.ts';
import { type ContenderLoader, Notes, notedRun, type ParserContender } from '../contender.ts';
import { checksum, flatFields } from '../seen.ts';

/** Both ways to use the parser. */
export const loadOwnParser: ContenderLoader = async () => [
  contender('httpuv-lazy', 'this package, method and target; the rest when asked for', false),
  contender('httpuv-eager', 'this package, with the headers object of every request', true),
];

function contender(name: string, title: string, eager: boolean): ParserContender {
  return {
    name,
    title,
    open({ forms }) {
      const parser = new HttpParser({ eager });
      let next = 0;
      const notes = new Notes();
      // Kept until the next piece, as a program keeps the request it works on.
      let events: readonly HttpEvent[] = [];
      let method = '';
      let target = '';
      let headers: Readonly<Record<string, string>> = {};
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
              if (eager || notes.seen !== null) headers = event.headers;
              break;
            case 'end':
              notes.messages++;
              if (notes.seen !== null)
                notes.seen.push({ method, target, fields: flatFields(headers), bodyBytes, bodySum });
              bodyBytes = 0;
              bodySum = 0;
              break;
            case 'body':
              bodyBytes += event.bytes.length;
              if (notes.seen !== null) bodySum = checksum(bodySum, event.bytes);
              break;
            case 'error':
              throw event.error;
            default:
          }
        }
      }
      return notedRun(notes, repeat);
    },
  };
}
