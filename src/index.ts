/** The package's main entry: servers, the run loop, the task queue and the codecs (R: `httpuv` and `later`). */

export {
  type EventStream,
  type EventStreamOptions,
  eventStream,
  type ServerEvent,
} from './app/event-stream.ts';
export { WebSocketConnection } from './app/web-socket.ts';
export type { BodyMode, FormLimits, RookErrors, RookInput } from './body-types.ts';
export {
  decodeURI,
  decodeURIComponent,
  encodeURI,
  encodeURIComponent,
  rawToBase64,
} from './codec/index.ts';
export { type Fault, HttpuvError } from './errors.ts';
export * from './later/index.ts';
export { logLevel } from './server/log.ts';
export { ipFamily, randomPort, randomPortSync } from './server/ports.ts';
export {
  interrupt,
  interruptHandle,
  runServer,
  runServerSync,
  service,
  servicePending,
  serviceSync,
  type WaitOptions,
} from './server/run.ts';
export {
  listServers,
  PipeServer,
  Server,
  type StopOptions,
  stopAllServers,
  stopServer,
  stopServer as stopDaemonizedServer,
  WebServer,
} from './server/servers.ts';
export {
  startPipeServer,
  startPipeServerSync,
  startServer,
  startServer as startDaemonizedServer,
  startServerSync,
} from './server/start.ts';
export { staticPathOptions } from './server/static-options.ts';
export { asStaticPath, excludeStaticPath, staticPath } from './server/static-paths.ts';
export { runStaticServer, runStaticServerSync, type StaticServerOptions } from './server/static-server.ts';
export type { ServerStats } from './server/stats.ts';
export type { AppWebSocket, CloseHandler, MessageHandler, PerMessageDeflate } from './socket-types.ts';
export type { AccessEntry, StaticPath, StaticPathInit, StaticPathOptions } from './static-types.ts';
export type { RingUse } from './thread/ring-use.ts';
export type { CertificateNames, PeerCertificate, Pem, TlsCertificate, TlsOptions, TlsVersion } from './tls-types.ts';
export type {
  App,
  AppRequest,
  AppResponse,
  Awaitable,
  BodyChunk,
  CallFunction,
  Compress,
  EventBody,
  FileBody,
  HeaderValue,
  Logger,
  LogLevel,
  ResponseBody,
  ResponseHeaders,
  ServerOptions,
  StreamBody,
} from './types.ts';
export { VERSION } from './version.ts';

/**
 * Does nothing: R's random number generator has no twin here.
 * @see R: `httpuv::getRNGState`
 */
export function getRNGState(): undefined {
  return undefined;
}
