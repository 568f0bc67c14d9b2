/** Entry `httpuv-wasm/parser`: HTTP/1.x without I/O, on every host. */
export { type Fault, HttpuvError } from '../errors.ts';
export { ALLOW, ERRORS, FIELD_NAMES, FLAG, KIND, LIMIT, METHODS, PAUSE, STATUS } from '../wasm/constants.gen.ts';
export type { HttpuvExports } from '../wasm/httpuv.ts';
export type {
  BodyEvent,
  EndEvent,
  HttpEvent,
  ParseErrorEvent,
  PauseEvent,
  TrailersEvent,
  UpgradeEvent,
} from './events.ts';
export { HttpHead } from './head.ts';
export type { HttpField, HttpHeaders } from './headers.ts';
export { HttpParser } from './http-parser.ts';
export type { Leniencies } from './leniency.ts';
export { type HttpLimits, HttpMachine, type MachineError, type Parked } from './machine.ts';
export type { HttpParserOptions, PausePoint } from './options.ts';
export { FIELD, HEAD, kindAt, recordEnd, UNIT } from './records.ts';
export { HttpRequest } from './request.ts';
export { HttpResponse } from './response.ts';
export { SharedMachine } from './shared-machine.ts';
export { HttpMessage, readMessages, streamMessage } from './streams.ts';
export { HttpWriter, type WholeBody, writeRequest, writeResponse } from './writer.ts';
export type { FieldsToWrite, Framing, RequestToWrite, ResponseToWrite } from './written-head.ts';
