/** What a request asks of whoever hands it to the app. Types alone. */
import type { BodyMode, FormLimits } from '../body-types.ts';
import type { AppRequest } from '../types.ts';
import type { RequestContext } from './request.ts';

/** Whoever hands the request to the app. */
export interface RequestOwner {
  readonly context: RequestContext;
  /** Sends an interim answer. Returns whether somebody waits for it. */
  hint(fields: string): boolean;
  /** How its body is read, unless it is told otherwise. */
  readonly bodyMode: BodyMode;
  /** `onHeaders` has let it pass, or there is none. */
  readonly isPassed: boolean;
  /** The body while it arrives; called once. */
  upload(): ReadableStream<Uint8Array>;
  /** Nobody will read more of that. */
  endUpload(error: Error): void;
  /** Reads the body of the request, which is the one it owns, as a form; called once. */
  readForm(request: AppRequest, limits: FormLimits | undefined): Form;
}

/** A form that is being read, or was. */
export interface Form {
  readonly data: Promise<FormData>;
  /** Gives back what its files hold. */
  close(): void;
}
