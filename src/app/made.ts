/** What a request object remembers of what the app has asked it for. Data only. */
import type { BodyMode } from '../body-types.ts';
import type { HttpuvError } from '../errors.ts';
import type { Client } from '../parser/forwarded.ts';
import type { BodyInput } from './body.ts';
import type { Fields } from './fields.ts';
import type { Form } from './request-owner.ts';

/** What is made when the app first asks for it. Most requests are answered without. */
export class Made {
  headers: Fields | null = null;
  rawHeaders: readonly string[] | null = null;
  httpNames: Map<string, string> | null = null;
  query: URLSearchParams | null = null;
  locals: Record<string, unknown> | null = null;
  client: Client | null = null;
  input: BodyInput | null = null;
  bytes: Uint8Array | null = null;
  controller: AbortController | null = null;
  reading: Reading | null = null;
}

/** What is made of a body that is not just asked for as a whole. Few requests have it. */
export class Reading {
  mode: BodyMode | null = null;
  stream: ReadableStream<Uint8Array> | null = null;
  form: Form | null = null;
  /** Why the body broke off. */
  failure: HttpuvError | null = null;
}
