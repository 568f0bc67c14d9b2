/** Entry `httpuv-wasm/websocket`: WebSockets without I/O, on every host. */
export { type Fault, HttpuvError } from '../errors.ts';
export { WS_ALLOW, WS_ERRORS, WS_FLAG, WS_KIND, WS_STATUS } from '../wasm/constants.gen.ts';
export type { FrameExports } from '../wasm/httpuv.ts';
export {
  type ClientAgreement,
  type ClientHandshake,
  type ClientOptions,
  checkAnswer,
  clientHandshake,
} from './client-handshake.ts';
export { CLOSE_STEPS, type CloseState, type CloseStep } from './close.ts';
export {
  type CodecParams,
  codecParams,
  type DeflateCodec,
  type DeflateOptions,
  type DeflateParams,
} from './deflate.ts';
export type {
  CloseFrameEvent,
  CompressedEvent,
  DataPieceEvent,
  FrameErrorEvent,
  FrameEvent,
  MessageEvent,
  PieceEvent,
  PingEvent,
  SessionEvent,
} from './events.ts';
export type { Extension, RawHeaders } from './fields.ts';
export { type FrameHead, readFrameHead } from './frame-head.ts';
export { FrameReader } from './frame-reader.ts';
export {
  closePayload,
  type FrameType,
  frame,
  headBytes,
  isCloseCode,
  type MakeKey,
  putHead,
  randomKeys,
} from './frames.ts';
export {
  type Acceptance,
  acceptHandshake,
  acceptKey,
  asksForWebSocket,
  type Handshake,
  type HandshakeRequest,
  isOriginAllowed,
  isRefusal,
  judgeHandshake,
  type Refusal,
} from './handshake.ts';
export type { FrameLimits, MessageLimits } from './limits.ts';
export { FrameMachine, type ParkedFrames, type Role } from './machine.ts';
export { FrameReceiver, type ReceiverOptions } from './receiver.ts';
export { WebSocketSession } from './session.ts';
export type { SessionOptions } from './session-settings.ts';
export { type ByteStreams, type ClosedWith, type StreamOptions, WebSocketStreams } from './streams.ts';
