/** What the window and the worker of the page say to each other. */
import type { Lengths } from '../compare-parsers.ts';
import type { Report } from '../report.ts';

/** An input or a contender that can be chosen. */
export interface Choice {
  readonly name: string;
  readonly title: string;
  /** Why it cannot run here. */
  readonly missing?: string;
  /** True for a contender of the user's own: words for others leave it chosen. */
  readonly isOwn?: boolean;
}

/** What there is to choose from. */
export interface Offer {
  readonly inputs: readonly Choice[];
  readonly contenders: readonly Choice[];
  /** The contender that everything is divided by unless another one is chosen. */
  readonly reference: string;
}

/** What was chosen, by name; for one worker. */
export interface Order {
  readonly inputs: readonly string[];
  readonly contenders: readonly string[];
  readonly reference: string;
  readonly lengths: Lengths;
}

/** What the worker tells. The offer comes first, once; `grown` and `progress` come while an order is worked on. */
export type Told =
  | { readonly type: 'offer'; readonly offer: Offer }
  | { readonly type: 'progress'; readonly line: string; readonly done: number }
  | { readonly type: 'grown'; readonly report: Report }
  | { readonly type: 'finished'; readonly report: Report }
  | { readonly type: 'failed'; readonly message: string };
