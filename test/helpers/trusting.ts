/** undici's way to connections over TLS, trusting one authority. */
import type { TlsOptions } from 'node:tls';
import { Agent } from 'undici';
import { PATIENCE_MS } from './patience.ts';

/** @param ca The authority's certificate, PEM. */
export function trusting(ca: NonNullable<TlsOptions['ca']>): Agent {
  return new Agent({ connect: { ca, timeout: PATIENCE_MS } });
}
