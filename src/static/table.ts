/** Which static path a request lies below: the longest one, by whole segments. Knows neither files nor requests. */
import type { StaticPathOptions } from '../static-types.ts';
import { type FieldRule, parseValidation } from './validation.ts';

/** One static path, ready for the I/O side: data that can travel between threads. */
export interface StaticMount {
  /** Path in URLs: `/`, or segments with a `/` before each. */
  readonly url: string;
  /** Absolute path of a file or folder; empty when it is excluded. */
  readonly path: string;
  /** Complete: what the path leaves open is the server's. */
  readonly options: StaticPathOptions;
}

/** A static path as it is looked up. */
export interface Mount extends StaticMount {
  readonly rule: FieldRule | null;
}

/** A static path and what is left of the request's path below it: empty, or `/` and more. */
export interface Match {
  readonly mount: Mount;
  readonly rest: string;
}

/** All static paths of a server in one state. */
export class StaticTable {
  readonly #mounts = new Map<string, Mount>();
  /** Longer beginnings of a path need not be looked up. */
  readonly #longest: number = 0;

  private constructor(mounts: readonly StaticMount[]) {
    for (const mount of mounts) {
      this.#mounts.set(mount.url, { ...mount, rule: parseValidation(mount.options.validation) });
      this.#longest = Math.max(this.#longest, mount.url.length);
    }
  }

  /** The table of these paths; null when there are none. */
  static of(mounts: readonly StaticMount[]): StaticTable | null {
    return mounts.length === 0 ? null : new StaticTable(mounts);
  }

  /**
   * Says whether a file that has another path than it seemed to, by a link or because the system takes several spellings for
   * one name, belongs to the same static path: else it would pass by the checks of its own.
   * @param real Its path, below that of the mount.
   */
  owns(mount: Mount, real: string, isWindows: boolean): boolean {
    const below = real.slice(mount.path.length);
    const rest = isWindows ? below.replaceAll('\\', '/') : below;
    // Windows has short names for long ones, which do not show a dot at the beginning.
    if (isWindows && !mount.options.dotfiles && rest.includes('/.')) return false;
    return this.match(mount.url === '/' ? rest || '/' : mount.url + rest)?.mount === mount;
  }

  /** Finds what a path lies below. @param path As `requestPath` gives it. */
  match(path: string): Match | null {
    const whole = path.length <= this.#longest ? this.#mounts.get(path) : undefined;
    if (whole !== undefined) return { mount: whole, rest: path === '/' ? '' : path.slice(whole.url.length) };
    for (let end = path.lastIndexOf('/', this.#longest); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const mount = this.#mounts.get(path.slice(0, end));
      if (mount !== undefined) return { mount, rest: path.slice(end) };
    }
    const root = this.#mounts.get('/');
    return root === undefined ? null : { mount: root, rest: path === '/' ? '' : path };
  }
}
