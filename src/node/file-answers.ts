/** The answer with a file that was found: which form of it, all of it or a part, or only that the client has it already. */

import type { IoAnswer } from '../answer-types.ts';
import { acceptedCodings, CODING_SUFFIX, type Coding } from '../static/coding.ts';
import { judgeConditions, mayBePart, type Validators } from '../static/conditions.ts';
import {
  type Described,
  fileFields,
  mayBeCoded,
  refusalFields,
  unchangedFields,
  validatorsOf,
} from '../static/fields.ts';
import { parseRange } from '../static/range.ts';
import type { Mount } from '../static/table.ts';
import { localAnswer } from './answer.ts';
import { Compressor } from './compressor.ts';
import { FileSource } from './files.ts';
import type { PumpBudget } from './pump.ts';
import { answerOf, type Representation } from './representation.ts';
import type { StaticFile, StaticFiles } from './static-files.ts';
import { type AskedFields, NOTHING_ASKED } from './static-request.ts';

/** What is asked of a file. */
export interface FileQuestion {
  readonly mount: Mount;
  /** Says whether a file belongs to the static path also by its real path. */
  readonly owns: (real: string) => boolean;
  readonly asked: Readonly<AskedFields>;
  readonly isHead: boolean;
  /** The answer may be given later. */
  readonly mayWait: boolean;
}

/** A form of a file, and the file that its bytes are read from. */
interface Chosen {
  readonly form: Representation;
  readonly source: StaticFile;
}

/** A file that was compressed before may seem older than what it was made of by so much (ms): tools cut fractions off. */
const OLDER_MS = 2_000;

export class FileAnswers {
  readonly #files: StaticFiles;
  readonly #budget: PumpBudget;
  readonly #compressor: Compressor;
  /** The last Accept-Encoding and what it says: browsers always send the same. */
  #lastField = '';
  #lastCodings: readonly Coding[] = [];

  constructor(files: StaticFiles, budget: PumpBudget) {
    this.#files = files;
    this.#budget = budget;
    this.#compressor = new Compressor(files);
  }

  /**
   * @param again Is called when the answer can be made that took a while.
   * @returns Null when the file has changed meanwhile.
   */
  answer(question: FileQuestion, file: StaticFile, again: () => void): IoAnswer | 'later' | null {
    const codings = this.#codings(question, file);
    const chosen = codings.length === 0 ? null : (this.#sibling(question, file, codings) ?? null);
    if (chosen !== null) return this.#send(question, chosen);
    const coding = codings[0];
    const isMade = question.mount.options.compress && file.plain.isCompressible && this.#compressor.takes(file.size);
    if (coding === undefined || !isMade) {
      return this.#send(question, { form: file.plain, source: file });
    }
    const made = this.#compressor.made(file, coding);
    if (made === undefined && question.mayWait) {
      // Who has it already need not wait for it.
      const { type, modified, isCompressible, mayHaveSiblings } = file.plain;
      const etag = this.#compressor.tag(file, coding);
      const short = shortAnswer(question, { type, coding, isCompressible, mayHaveSiblings, etag, modified });
      if (short !== null) return short;
      if (this.#compressor.make(file, coding, again)) return 'later';
    }
    return this.#send(question, { form: made ?? file.plain, source: file });
  }

  /** Codings that may be chosen. Parts are parts of the file as it is. */
  #codings({ asked, isHead, mount }: FileQuestion, file: StaticFile): readonly Coding[] {
    if (asked.acceptEncoding === '' || !mayBeCoded(mount.options, file.plain)) return [];
    if (asked.range !== '' && !isHead) return [];
    if (asked.acceptEncoding !== this.#lastField) {
      this.#lastField = asked.acceptEncoding;
      this.#lastCodings = acceptedCodings(asked.acceptEncoding);
    }
    return this.#lastCodings;
  }

  #sibling({ mount, owns }: FileQuestion, file: StaticFile, codings: readonly Coding[]): Chosen | null {
    const { precompressed, followSymlinks } = mount.options;
    if (!precompressed) return null;
    for (const coding of codings) {
      const source = this.#files.find(file.path + CODING_SUFFIX[coding], followSymlinks ? '' : mount.path);
      if (typeof source !== 'object' || source.mtimeMs + OLDER_MS < file.mtimeMs) continue;
      if (!followSymlinks && !owns(source.real)) continue;
      return { form: source.coded(file.plain.type, coding), source };
    }
    return null;
  }

  #send(question: FileQuestion, { form, source }: Chosen): IoAnswer | null {
    const { mount, asked, isHead } = question;
    const short = shortAnswer(question, form);
    if (short !== null) return short;
    const isAsked = asked.range !== '' && !isHead;
    const isPart = isAsked && mayBePart(asked.ifRange, validatorsOf(mount.options, form), Date.now());
    const part = isPart ? parseRange(asked.range, form.size) : null;
    if (part === 'unsatisfiable') return refused(416, mount, `bytes */${form.size}`);
    const whole = form.whole(mount);
    if (part === null && (isHead || form.bytes !== null)) return whole;
    let body: IoAnswer['body'];
    if (form.bytes !== null && part !== null) body = form.bytes.subarray(part.start, part.start + part.length);
    else {
      const open = this.#files.open(source);
      if (open === null) return null;
      if (typeof open !== 'object') return localAnswer(open === 'folder' || open === 'redirect' ? 404 : open);
      body = new FileSource(open, this.#budget, part ?? undefined);
    }
    if (part === null) return { ...whole, body };
    const range = `bytes ${part.start}-${part.start + part.length - 1}/${form.size}`;
    return answerOf(206, fileFields(mount.options, form, range), -1, body);
  }
}

/** The answer without the file, if the conditions of the request ask for that. */
function shortAnswer({ mount, asked }: FileQuestion, form: Described & Validators): IoAnswer | null {
  if (asked === NOTHING_ASKED) return null;
  const status = judgeConditions(asked, validatorsOf(mount.options, form), Date.now());
  if (status === 200) return null;
  return status === 304 ? answerOf(304, unchangedFields(mount.options, form), -1, null) : refused(status, mount);
}

/** The answer that the file does not come, although it is there. */
function refused(status: number, { options }: Mount, contentRange = ''): IoAnswer {
  return { ...localAnswer(status), fields: refusalFields(options, contentRange) };
}
