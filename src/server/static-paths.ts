/** Static paths as programs see them (R: `staticPath`, and what a server knows of them). Files are served elsewhere. */
import { realpathSync } from 'node:fs';
import { isAbsolute, parse } from 'node:path';
import { requestPath } from '../static/path.ts';
import type { StaticMount } from '../static/table.ts';
import type { StaticPath, StaticPathInit, StaticPathOptions } from '../static-types.ts';
import { bad, checkStaticOptions, staticPathOptions } from './static-options.ts';

/** Only what was checked here is one. */
class CheckedPath implements StaticPath {
  readonly path: string;
  readonly exclude: boolean;
  readonly options: Readonly<Partial<StaticPathOptions>>;

  constructor(path: string, options: Partial<StaticPathOptions>) {
    this.path = path;
    this.exclude = options.exclude === true;
    this.options = options;
    Object.freeze(this);
  }
}

/**
 * A folder, or one file, to be served without the app.
 *
 * @param path Where it is. It is made absolute, with symbolic links resolved, and must exist.
 * @param options What differs from the options of the server.
 * @throws HttpuvError `HV_BAD_OPTION`; the system's error (`ENOENT`, …) when there is no such folder or file.
 * @example
 * await startServer('127.0.0.1', 8080, { staticPaths: { '/lib': staticPath('public/lib', { fallthrough: true }) } });
 * @see R: `httpuv::staticPath`
 */
export function staticPath(path: string, options?: StaticPathInit): StaticPath {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw bad('path must be a non-empty string');
  const checked = checkStaticOptions(options);
  if (checked.exclude === true) throw bad('exclude has no path: use excludeStaticPath()');
  let real: string;
  try {
    real = realpathSync.native(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file or folder' : (cause as Error).message;
    throw Object.assign(new Error(`staticPath: ${path} cannot be served: ${why} (${code})`, { cause }), { code, path });
  }
  if (isAbsolute(real) && parse(real).root === real) {
    throw bad(`${path} is a whole file system, which is not served; name a folder in it`);
  }
  return new CheckedPath(real, checked);
}

/**
 * Stands for a path below a static path that belongs to the app.
 * @see R: `httpuv::excludeStaticPath`
 */
export function excludeStaticPath(): StaticPath {
  return new CheckedPath('', { exclude: true });
}

/**
 * A static path from the path of a folder or file; one that is one already is given back.
 * @throws HttpuvError `HV_BAD_OPTION` for anything else; as {@link staticPath}.
 * @see R: `httpuv::as.staticPath`
 */
export function asStaticPath(path: string | StaticPath): StaticPath {
  if (path instanceof CheckedPath) return path;
  if (typeof path === 'string') return staticPath(path);
  throw bad('a static path is the path of a folder or file, or what staticPath() or excludeStaticPath() gives');
}

/** The form in which a path in URLs is looked up. */
function urlPath(name: string): string {
  const slashed = name.startsWith('/') ? name : `/${name}`;
  const isPlain = name !== '' && !/[?\\\0]/.test(name) && !slashed.split('/').includes('..');
  if (!isPlain) throw bad(`${JSON.stringify(name)} is no path of URLs; use / and names, such as /lib`);
  // Encoded first, because names are taken as they are.
  return requestPath(slashed.split('/').map(encodeURIComponent).join('/')).path;
}

/** The static paths of one server. */
export class StaticPaths {
  readonly #paths = new Map<string, StaticPath>();
  #options: StaticPathOptions;

  /** Checks what an app brings along. */
  constructor(paths: unknown, options: unknown) {
    this.#options = staticPathOptions(options as StaticPathInit); // It checks what it is given.
    if (paths !== undefined && paths !== null) this.set(paths as Record<string, string | StaticPath>);
  }

  /** By path in URLs, in the order of its bytes. */
  all(): Record<string, StaticPath> {
    const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return Object.fromEntries([...this.#paths].sort(([a], [b]) => order(a, b)));
  }

  /** Adds or replaces some. Nothing changes when one of them is wrong. */
  set(paths: Readonly<Record<string, string | StaticPath>>): void {
    if (typeof paths !== 'object' || paths === null || Symbol.iterator in paths || paths instanceof CheckedPath) {
      throw bad("paths is an object with paths of URLs as its names, such as { '/lib': 'public/lib' }");
    }
    const checked = Object.entries(paths).map(([name, path]) => [urlPath(name), asStaticPath(path)] as const);
    for (const [name, path] of checked) this.#paths.set(name, path);
  }

  /** Takes some away. Names that there are not are passed over. */
  remove(names: string | readonly string[]): void {
    const list: readonly unknown[] = Array.isArray(names) ? names : [names];
    if (!list.every((name) => typeof name === 'string'))
      throw bad('path is the name of a static path, or a list of them');
    for (const name of list.map((each) => urlPath(each as string))) this.#paths.delete(name);
  }

  get options(): StaticPathOptions {
    return this.#options;
  }

  /** Changes the options that are named. */
  setOptions(options: StaticPathInit): void {
    this.#options = Object.freeze({ ...this.#options, ...checkStaticOptions(options) });
  }

  /** What the I/O side is to know. The options of a path never come from another path. */
  mounts(): StaticMount[] {
    return [...this.#paths].map(([url, { path, exclude, options }]) => ({
      url,
      path,
      options: { ...this.#options, ...options, exclude },
    }));
  }
}
