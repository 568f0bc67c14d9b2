/**
 * Entry `httpuv-wasm/websockets`: R's package `websockets` on the servers of this package. Each function has its R name and one
 * in camelCase.
 */
export {
  daemonize,
  service,
  setCallback,
  setCallback as set_callback,
  websocketBroadcast,
  websocketBroadcast as websocket_broadcast,
  websocketClose,
  websocketClose as websocket_close,
  websocketWrite,
  websocketWrite as websocket_write,
} from './calls.ts';
export { websocket } from './client.ts';
export { createContext, createServer, createServer as create_server } from './create.ts';
export { type ErrorCode, WebsocketsError } from './errors.ts';
export { httpResponse, httpResponse as http_response } from './respond.ts';
export {
  type StaticServiceOptions,
  staticFileService,
  staticFileService as static_file_service,
  staticTextService,
  staticTextService as static_text_service,
} from './static-services.ts';
export type {
  Awaitable,
  Callbacks,
  ClientEvents,
  ClientOptions,
  Common,
  Context,
  Data,
  Disconnect,
  FrameHeader,
  HttpSocket,
  Message,
  RequestHeader,
  ResponseInit,
  ServerEvent,
  ServerEvents,
  ServerOptions,
  Vars,
  WebPage,
  WsClient,
  WsConnection,
  WsServer,
} from './types.ts';
export { httpVars, httpVars as http_vars } from './vars.ts';
