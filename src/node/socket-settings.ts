/** What the sessions of a server's WebSockets are made with: one object for all of them that do not compress. */
import { SessionSettings } from '../websocket/session-settings.ts';
import type { ZlibCodec } from './deflate-codec.ts';
import type { Host } from './host.ts';
import type { IoServer } from './link.ts';

export class SocketSettings {
  readonly #host: Host;
  readonly #plain = new WeakMap<IoServer, SessionSettings>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** @param codec Of one session alone; null: nothing is compressed. */
  of(server: IoServer, codec: ZlibCodec | null): SessionSettings {
    if (codec !== null)
      return this.#made(server, { codec, thresholdBytes: server.perMessageDeflate?.thresholdBytes ?? 0 });
    let plain = this.#plain.get(server);
    if (plain === undefined) {
      plain = this.#made(server, {});
      this.#plain.set(server, plain);
    }
    return plain;
  }

  #made(
    { maxMessageBytes, maxFragments }: IoServer,
    coding: { codec?: ZlibCodec; thresholdBytes?: number },
  ): SessionSettings {
    const { takesBytes, memory } = this.#host.app.sockets;
    const options = { maxMessageBytes, maxFragments, textAsBytes: takesBytes, lends: takesBytes, holdsClose: true };
    // Compressed messages are kept until their turn comes.
    const joining = coding.codec === undefined ? memory : undefined;
    return new SessionSettings({ ...options, ...coding }, this.#host.frames, joining);
  }
}
