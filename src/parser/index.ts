/** Entry `httpuv-wasm/parser`: HTTP/1.x without I/O, on every host. */
export { type Fault, HttpuvError } from '../errors.ts';
export { FLAG } from '../wasm/constants.gen.ts';
export type {
  BodyEvent,
  EndEvent,
  HttpEvent,
  ParseErrorEvent,
  TrailersEvent,
  UpgradeEvent,
} from './events.ts';
export { HttpHead } from './head.ts';
export type { HttpHeaders } from './headers.ts';
export { HttpParser } from './http-parser.ts';
export { type HttpLimits, HttpMachine, type MachineError, type Parked } from './machine.ts';
export type { HttpParserOptions } from './options.ts';
export { HttpRequest } from './request.ts';
export { HttpResponse } from './response.ts';
