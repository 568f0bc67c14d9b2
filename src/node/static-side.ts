/**
 * Static files of all servers of a thread: from a request that lies below a static path to its answer. It reads files and
 * knows what they are to be told as; sockets, and the order of answers, it leaves to the connection host.
 */

import type { IoAnswer } from '../answer-types.ts';
import { wantsHtml } from '../static/coding.ts';
import { redirectFields } from '../static/fields.ts';
import { writtenPath } from '../static/path.ts';
import type { Route } from '../static/route.ts';
import { isSameText } from '../static/validation.ts';
import { localAnswer } from './answer.ts';
import { FileAnswers, type FileQuestion } from './file-answers.ts';
import type { IoServer } from './link.ts';
import type { PumpBudget } from './pump.ts';
import { type Failure, type StaticFile, StaticFiles } from './static-files.ts';
import { FolderPages } from './static-listing.ts';
import { NOTHING_ASKED, type StaticRequest } from './static-request.ts';

/** The answer to what is no GET or HEAD. */
const WRONG_METHOD: IoAnswer = {
  ...localAnswer(405),
  fields: 'Allow: GET, HEAD\r\nContent-Type: text/plain; charset=UTF-8\r\n',
};

/** How often a file is looked up again that has changed meanwhile. */
const ATTEMPTS = 3;

/** Where answers go that take a while. */
export interface Answering {
  readonly budget: PumpBudget;
  respond(connection: number, request: number, answer: IoAnswer, early: boolean): void;
  flush(): void;
}

/** A request for a file, as long as it lasts. */
interface Asking extends FileQuestion {
  readonly server: IoServer;
  readonly route: Route;
  readonly wantsHtml: boolean;
  /** Where the answer goes when it takes a while. */
  readonly connection: number;
  readonly request: number;
}

export class StaticSide {
  readonly #host: Answering;
  readonly #files = new StaticFiles();
  readonly #answers: FileAnswers;
  readonly #pages = new FolderPages();

  constructor(host: Answering) {
    this.#host = host;
    this.#answers = new FileAnswers(this.#files, host.budget);
  }

  /**
   * Answers a request, or says that it does so later.
   * @param id The number of the request on its connection.
   * @returns Null when the request belongs to the app.
   */
  answer(
    server: IoServer,
    request: StaticRequest,
    hasBody: boolean,
    isHead: boolean,
    connection: number,
    id: number,
  ): IoAnswer | 'later' | null {
    const route = server.statics?.of(request.target) ?? null;
    if (route === null) return null;
    const { mount } = route;
    const { options, rule } = mount;
    if (rule !== null && !isSameText(request.field(rule.name) ?? '', rule.value)) return localAnswer(403);
    const refusal = !request.isReading ? WRONG_METHOD : hasBody || route.status === 400 ? localAnswer(400) : null;
    if (refusal !== null) return options.fallthrough ? null : refusal;
    const { asked } = request;
    const found = this.#find(route);
    if (asked === NOTHING_ASKED && typeof found === 'object' && found.bytes !== null) return found.plain.whole(mount);
    const html = options.spa && wantsHtml(request.field('accept') ?? '');
    return this.#answer(
      {
        server,
        route,
        mount,
        owns: route.owns,
        asked,
        isHead,
        mayWait: true,
        wantsHtml: html,
        connection,
        request: id,
      },
      found,
    );
  }

  #answer(asking: Asking, first: StaticFile | Failure): IoAnswer | 'later' | null {
    let found = first;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (typeof found !== 'object') return this.#withoutFile(asking, found);
      const answer = this.#answers.answer(asking, found, () => this.#answerNow(asking));
      if (answer !== null) return answer;
      found = this.#find(asking.route);
    }
    return localAnswer(503);
  }

  /** Gives the answer that took a while. Meanwhile everything may have changed but that it cannot take another while. */
  #answerNow(before: Asking): void {
    const asking: Asking = { ...before, mayWait: false };
    const answer = this.#answer(asking, this.#find(asking.route));
    this.#give(asking, answer === null || answer === 'later' ? localAnswer(404) : answer);
  }

  #give({ connection, request }: Asking, answer: IoAnswer): void {
    this.#host.respond(connection, request, answer, false);
    this.#host.flush();
  }

  #find(route: Route): StaticFile | Failure {
    return owned(route, this.#look(route));
  }

  /** The file of a route: of a folder its index. */
  #look(route: Route): StaticFile | Failure {
    if (route.status === 404) return 404;
    const { file, mount } = route;
    const root = mount.options.followSymlinks ? '' : mount.path;
    if (route.isIndex) {
      const known = this.#files.find(`${file}/index.html`, root);
      if (typeof known === 'object') return known;
      route.isIndex = false;
    }
    const found = this.#files.find(file, root);
    if (found !== 'folder' || !mount.options.indexHtml) return found;
    const index = this.#files.find(`${file}/index.html`, root);
    if (index === 404 || index === 'folder') return 'folder';
    if (typeof index === 'object' && lacksSlash(route)) return 'redirect';
    route.isIndex = typeof index === 'object';
    return index;
  }

  #withoutFile(asking: Asking, failure: Failure): IoAnswer | 'later' | null {
    const { server, route, mount } = asking;
    const { options } = mount;
    if (failure === 'redirect') return redirect(route);
    if (failure === 'folder' && options.listing && asking.mayWait) {
      if (lacksSlash(route)) return redirect(route);
      if (this.#list(asking)) return 'later';
      return localAnswer(503);
    }
    const status = failure === 'folder' ? 404 : failure;
    if (status === 404 && asking.wantsHtml) {
      const root = options.followSymlinks ? '' : mount.path;
      const page = owned(route, this.#files.find(`${mount.path}/index.html`, root));
      if (typeof page === 'object') {
        return this.#answers.answer(asking, page, () => this.#answerNow(asking)) ?? localAnswer(503);
      }
    }
    if ((status === 404 || status === 403) && options.fallthrough) return null;
    if (status === 500) {
      server.log('ERROR', `a static file cannot be served: ${route.file}`, { cause: this.#files.cause });
    }
    return localAnswer(status);
  }

  #list(asking: Asking): boolean {
    const page = this.#pages.make(asking.route);
    page?.then((answer) => this.#give(asking, answer));
    return page !== null;
  }
}

/** What was found, if it is the static path's by its real path, too. */
function owned({ mount, owns }: Route, found: StaticFile | Failure): StaticFile | Failure {
  if (typeof found !== 'object' || found.real === found.path || mount.options.followSymlinks) return found;
  return owns(found.real) ? found : 404;
}

function lacksSlash({ mount, request }: Route): boolean {
  return mount.options.slashRedirect && !request.hasSlash && request.path !== '/';
}

/** The same path with a slash at the end. Only its own segments are in it, so it cannot lead to another host. */
function redirect({ mount, request }: Route): IoAnswer {
  const location = `${writtenPath(request.path)}/${request.query}`;
  return { ...localAnswer(301), fields: redirectFields(mount.options, location) };
}
