/**
 * The connection host of this thread, for tests of mode `inline` that count what it holds. In mode `thread` it lives where
 * no test can look. To be imported before the first connection comes.
 */
import { ConnHost } from '../../src/node/conn-host.ts';

let host: ConnHost | null = null;
const { accept } = ConnHost.prototype;
ConnHost.prototype.accept = function (this: ConnHost, ...args) {
  host = this;
  return accept.apply(this, args);
};

/** The host that accepts connections on this thread. */
export function inlineHost(): ConnHost {
  if (host === null) throw new Error('no connection was accepted on this thread');
  return host;
}
