/** Who has asked, of a request whose head lies in the parser's memory: the peer, or whom a trusted proxy names. */
import { type Client, clientOf, type Trust } from '../parser/forwarded.ts';
import type { Connection } from './connection.ts';
import type { StaticRequest } from './static-request.ts';

/** @returns Null when it cannot be told what the proxies say. */
export function askedBy({ socket }: Connection, trust: Trust, request: StaticRequest): Client | null {
  const fields = {
    forwarded: request.field('forwarded'),
    for: request.field('x-forwarded-for'),
    proto: request.field('x-forwarded-proto'),
    host: request.field('x-forwarded-host'),
  };
  return clientOf(socket, fields, trust);
}
