/** From a request target to the file it would be, if there is one: nothing is looked up but the table of static paths. */
import { isWindowsTrap, type RequestPath, requestPath } from './path.ts';
import type { Mount, StaticTable } from './table.ts';

/** Where a target leads. */
export interface Route {
  readonly mount: Mount;
  readonly request: RequestPath;
  /** The file or folder. */
  readonly file: string;
  /** What has to be answered without looking; 0: nothing. */
  readonly status: 0 | 400 | 404;
  /** Says whether a file belongs to the static path also by its real path. */
  readonly owns: (real: string) => boolean;
  /** The last time it was a folder whose index was sent: that is looked for first. */
  isIndex: boolean;
}

/** The route of a target; null when it belongs to the app. @param isWindows File names have their rules there. */
export function routeOf(table: StaticTable, target: string, isWindows: boolean): Route | null {
  const request = requestPath(target);
  if (request.fault === 'other' || request.fault === 'backslash') return null;
  const match = table.match(request.path);
  if (match === null || match.mount.options.exclude) return null;
  const { mount, rest } = match;
  return {
    mount,
    request,
    file: mount.path + rest,
    status: statusOf(mount, rest, request, isWindows),
    owns: (real) => table.owns(mount, real, isWindows),
    isIndex: false,
  };
}

function statusOf({ options }: Mount, rest: string, { fault }: RequestPath, isWindows: boolean): 0 | 400 | 404 {
  if (fault !== '') return 400;
  if (!options.dotfiles && rest.includes('/.')) return 404;
  return isWindows && rest.split('/').some(isWindowsTrap) ? 404 : 0;
}

/** How many routes are kept, and how long their targets may be. */
const MOST_ROUTES = 2_048;
const LONGEST_TARGET = 256;

/** Routes of one table by target: most requests ask for one of a few. */
export class Routes {
  readonly #table: StaticTable;
  readonly #isWindows: boolean;
  readonly #known = new Map<string, Route | null>();

  constructor(table: StaticTable, isWindows: boolean) {
    this.#table = table;
    this.#isWindows = isWindows;
  }

  of(target: string): Route | null {
    let route = this.#known.get(target);
    if (route === undefined) {
      route = routeOf(this.#table, target, this.#isWindows);
      if (this.#known.size >= MOST_ROUTES) this.#known.clear();
      if (target.length <= LONGEST_TARGET) this.#known.set(target, route);
    }
    return route;
  }

  /** The routes of these static paths; null when there are none. */
  static over(table: StaticTable | null, isWindows: boolean): Routes | null {
    return table === null ? null : new Routes(table, isWindows);
  }
}
