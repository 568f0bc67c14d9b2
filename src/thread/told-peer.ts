/** Both ends of a connection as a short text, which the app's thread keeps for each connection. */
import type { Peer } from '../node/link.ts';
import { type PeerIdentity, receivedIdentity, type SentIdentity, sendableIdentity } from '../node/peer-identity.ts';

/** No address has it, nor the path of a pipe. */
const BETWEEN = '\0';

/** The ends of a connection as text. */
export function peerText(peer: Peer): string {
  const { remoteAddress, remotePort, localAddress, localPort } = peer.ends?.() ?? peer;
  const identity = sendableIdentity(peer.identity ?? null);
  const ends = [remoteAddress, remotePort, localAddress, localPort];
  return (identity === null ? ends : [...ends, JSON.stringify(identity)]).join(BETWEEN);
}

/** What {@link peerText} tells, read when the app first asks. */
export class ToldPeer implements Peer {
  readonly #text: string;
  #peer: Peer | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  private get told(): Peer {
    if (this.#peer === null) {
      const [remoteAddress = '', remotePort, localAddress = '', localPort, identity] = this.#text.split(BETWEEN);
      // It is JSON that the other thread has made of one.
      const sent = identity === undefined ? null : (JSON.parse(identity) as SentIdentity);
      this.#peer = {
        remoteAddress,
        remotePort: Number(remotePort),
        localAddress,
        localPort: Number(localPort),
        identity: receivedIdentity(sent),
      };
    }
    return this.#peer;
  }
  get remoteAddress(): string {
    return this.told.remoteAddress;
  }
  get remotePort(): number {
    return this.told.remotePort;
  }
  get localAddress(): string {
    return this.told.localAddress;
  }
  get localPort(): number {
    return this.told.localPort;
  }
  get identity(): PeerIdentity | null {
    return this.told.identity ?? null;
  }
}
