/**
 * One comparison after the other, each in fresh workers that share its rounds, one at a time: none finds code that another
 * one has made quick. Knows no document.
 */
import { joinReports } from '../../join-reports.ts';
import type { Report } from '../../report.ts';
import { aloneNote, shareOut } from '../../share-out.ts';
import type { Offer, Order, Told } from '../messages.ts';

/** Who is told what comes. */
export interface Listener {
  /** Once, before anything can begin. */
  offered(offer: Offer): void;
  progress(line: string, done: number): void;
  grown(report: Report): void;
  finished(report: Report): void;
  failed(message: string): void;
}

/** Reports are made and shown no oftener than this, so that the window leaves the processor to its worker. */
const SHOWN_EACH_MS = 400;

export class Run {
  readonly #listener: Listener;
  #worker: Worker | undefined;
  /** What the workers before this one found. */
  #found: readonly Report[] = [];
  /** Makes a report of what all have found so far. */
  #report: (() => Report) | undefined;
  #shownAt = 0;

  /** Hires a worker, to learn what there is. */
  constructor(listener: Listener) {
    this.#listener = listener;
    this.#hire((told) => {
      if (told.type === 'offer') listener.offered(told.offer);
      else if (told.type === 'failed') listener.failed(told.message);
    });
  }

  /** Carries an order out. */
  begin(order: Order, workers: number): void {
    this.#found = [];
    this.#report = undefined;
    this.#next(order, shareOut(order.lengths.rounds, workers), new Date());
  }

  /** Ends what is going on. Returns what was found so far, with a note. */
  stop(): Report | undefined {
    const report = this.end();
    return report && { ...report, notes: [...report.notes, 'stopped before all rounds were done'] };
  }

  /** Lets the worker go. Returns what was found. */
  end(): Report | undefined {
    this.#worker?.terminate();
    this.#worker = undefined;
    return this.#report?.();
  }

  #next(order: Order, shares: readonly number[], started: Date): void {
    const before = this.#found;
    const at = before.length;
    const lengths = { ...order.lengths, rounds: shares[at] ?? 0 };
    const joined = (last: Report): Report => {
      const [first = last, ...others] = [...before, last];
      const all = joinReports([first, ...others]);
      return {
        ...all,
        notes: shares.length === 1 ? [...all.notes, aloneNote('worker')] : all.notes,
        started: started.toISOString(),
        seconds: (Date.now() - started.getTime()) / 1000,
        options: { ...first.options, rounds: order.lengths.rounds, processes: shares.length },
      };
    };
    const worker = this.#hire((told) => {
      switch (told.type) {
        case 'offer':
          worker.postMessage({ ...order, lengths });
          break;
        case 'progress': {
          const which = shares.length === 1 ? '' : `, worker ${at + 1} of ${shares.length}`;
          this.#listener.progress(told.line + which, (at + told.done) / shares.length);
          break;
        }
        case 'grown':
          this.#report = () => joined(told.report);
          this.#show();
          break;
        case 'finished': {
          const report = joined(told.report);
          this.#report = () => report;
          this.#found = [...this.#found, told.report];
          if (this.#found.length < shares.length) this.#next(order, shares, started);
          else this.#listener.finished(report);
          break;
        }
        case 'failed':
          this.#listener.failed(told.message);
      }
    });
  }

  #show(): void {
    if (this.#report === undefined || performance.now() < this.#shownAt + SHOWN_EACH_MS) return;
    this.#shownAt = performance.now();
    this.#listener.grown(this.#report());
  }

  #hire(hear: (told: Told) => void): Worker {
    this.#worker?.terminate();
    const worker = new Worker(new URL('../worker.js', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      // What it said before it was let go may still come.
      if (worker === this.#worker) hear(data);
    });
    worker.addEventListener('error', ({ message }) => {
      if (worker === this.#worker) this.#listener.failed(message || 'the worker did not load');
    });
    this.#worker = worker;
    return worker;
  }
}
