/**
 * One turn of one parser: warms it up, then lets it parse for a while and says what a message cost. Knows nothing of
 * other contenders.
 */
import type { ParserRun } from './contender.ts';
import type { BenchHost } from './host.ts';
import type { ParserInput } from './inputs.ts';

/** What one message cost in one turn. */
export interface TurnTime {
  /**
   * Time that this process spent on a processor, all its threads: what elapsed on a quiet machine, and on a busy one
   * without the waiting for a core. Where the clock does not know it, what elapsed. Ratios are made of this.
   */
  readonly ns: number;
  /** Time by the clock. */
  readonly elapsedNs: number;
}

/** Calls in one stretch of the warm-up: several stretches give the compiler several chances to replace the loop. */
const WARM_UP_STEP = 1000;

/** Some browsers let pages see time in steps as long as this; a warm-up that seems to take less took up to one step. */
const COARSEST_STEP_MS = 1;

/**
 * Warms a parser up and returns its turn: batches of about an eighth of the time, until the time is over.
 *
 * @param options Milliseconds of a turn, and calls of the parser (one for each piece of a form) before the first one.
 */
export function parserTurn(
  run: ParserRun,
  input: ParserInput,
  options: { readonly timeMs: number; readonly warmUpCalls: number },
  { clock, collectYoung = () => {} }: Pick<BenchHost, 'clock' | 'collectYoung'>,
): () => TurnTime {
  const piecesPerForm = input.forms[0]?.pieces.length ?? 1;
  const messagesPerForm = input.forms[0]?.messages.length ?? 1;
  const warmUp = Math.ceil(options.warmUpCalls / piecesPerForm);
  const before = clock.now();
  for (let done = 0; done < warmUp; done += WARM_UP_STEP) run.repeat(Math.min(WARM_UP_STEP, warmUp - done));
  const warmUpMs = clock.now() - before;
  const formMs = (warmUpMs > 0 ? warmUpMs : COARSEST_STEP_MS) / warmUp;
  const batch = Math.max(1, Math.round(options.timeMs / 8 / formMs));
  return () => {
    collectYoung();
    const start = run.messages;
    const cpuBefore = clock.cpu?.();
    const begun = clock.now();
    let forms = 0;
    let elapsedMs = 0;
    do {
      run.repeat(batch);
      forms += batch;
      elapsedMs = clock.now() - begun;
    } while (elapsedMs < options.timeMs);
    const cpuAfter = clock.cpu?.();
    const messages = forms * messagesPerForm;
    if (run.messages - start !== messages) {
      throw new Error(`it lost messages: ${run.messages - start} instead of ${messages}`);
    }
    const nsOf = (ms: number) => (ms * 1e6) / messages;
    const elapsedNs = nsOf(elapsedMs);
    return {
      elapsedNs,
      ns: cpuBefore === undefined || cpuAfter === undefined ? elapsedNs : nsOf(cpuAfter - cpuBefore),
    };
  };
}
