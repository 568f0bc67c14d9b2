/** The public types of static files. No behaviour lives here, so every room may import it. */
import type { ResponseHeaders } from './types.ts';

/** How the files of a static path are served, complete and in one form. {@link StaticPathInit} is what may be given. */
export interface StaticPathOptions {
  /** A folder answers with its `index.html`. */
  readonly indexHtml: boolean;
  /** What is not found, and what is no GET or HEAD, goes to the app instead of being refused. */
  readonly fallthrough: boolean;
  /** Behind `text/html` as its `charset`; empty: none. */
  readonly htmlCharset: string;
  /** Further header fields, as pairs of name and value. One that the server sends too takes its place. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `"name" == "value"`: requests without this field get 403. Empty: no check. */
  readonly validation: string;
  /** Requests below this path go to the app. */
  readonly exclude: boolean;
  /** A folder that is asked for without a slash at the end is redirected to the same with one. */
  readonly slashRedirect: boolean;
  /** Names that begin with a dot are served. */
  readonly dotfiles: boolean;
  /** Symbolic links may lead out of the folder. */
  readonly followSymlinks: boolean;
  /** A folder without `index.html` is listed. */
  readonly listing: boolean;
  /** A browser that asks for a page that there is not gets the `index.html` of the static path. */
  readonly spa: boolean;
  /** Value of Cache-Control; empty: it is not sent. */
  readonly cacheControl: string;
  /** Files whose types gain by it are compressed for clients that take it. */
  readonly compress: boolean;
  /** `name.br` and `name.gz` beside a file are sent in its place to clients that take them, if they are not older. */
  readonly precompressed: boolean;
}

/** Options of a static path as they are given. What is absent, null or undefined is left as it was, or inherited. */
export type StaticPathInit = {
  readonly [N in Exclude<keyof StaticPathOptions, 'headers' | 'validation'>]?: StaticPathOptions[N] | null | undefined;
} & {
  /** Header fields, in the forms that responses take. */
  readonly headers?: ResponseHeaders | null | undefined;
  /** `"name" == "value"`, or `"name" = "value"`; empty, or an empty list: no check. */
  readonly validation?: string | readonly string[] | null | undefined;
};

/**
 * A folder or file to serve, made by `staticPath` and `excludeStaticPath`.
 * @see R: `staticPath`
 */
export interface StaticPath {
  /** Absolute, with symbolic links resolved; empty for an excluded path. */
  readonly path: string;
  /** Requests below it go to the app. */
  readonly exclude: boolean;
  /** Those that are set here; the others are the server's. */
  readonly options: Readonly<Partial<StaticPathOptions>>;
}

/** One request and its answer, as `onAccess` hears of them. */
export interface AccessEntry {
  /** When the head of the request had arrived, in milliseconds since 1970. */
  readonly time: number;
  /** Address of the client, as `req.remoteAddress`. */
  readonly remoteAddress: string;
  /** Empty, as the three texts below, for a request whose head could not be read. */
  readonly method: string;
  /** The request target as received; cut to 2,048 characters, as the two fields are. */
  readonly target: string;
  /** 101 for a WebSocket that was opened; 499 when no answer was begun before the connection ended. */
  readonly status: number;
  /** Bytes of the body that were handed to the connection. */
  readonly bytes: number;
  /** The connection ended, or was ended, before all of the answer was handed to it. */
  readonly aborted: boolean;
  /** Milliseconds from the head of the request to the end of the answer. */
  readonly ms: number;
  /** The fields of these names; empty when the request has none. */
  readonly referer: string;
  readonly userAgent: string;
}
