/**
 * One turn of one parser: warms it up, then lets it parse for a while and says what a message cost. Knows nothing of
 * other contenders.
 */
import { performance } from 'node:perf_hooks';
import type { ParserRun } from './contender.ts';
import type { ParserInput } from './inputs.ts';

/** What one message cost in one turn. */
export interface TurnTime {
  /**
   * Time that this process spent on a processor, all its threads: what elapsed on a quiet machine, and on a busy one
   * without the waiting for a core. Ratios are made of this.
   */
  readonly cpuNs: number;
  /** Time by the clock. */
  readonly elapsedNs: number;
}

/** Calls in one stretch of the warm-up: several stretches give the compiler several chances to replace the loop. */
const WARM_UP_STEP = 1000;

/** On Windows CPU time is counted in steps of 15.6 ms: too coarse, so elapsed time stands in for it. */
const COARSE_CPU_TIME = process.platform === 'win32';

/**
 * Warms a parser up and returns its turn: batches of about an eighth of the time, until the time is over.
 *
 * @param options Milliseconds of a turn, and calls of the parser (one for each piece of a form) before the first one.
 */
export function parserTurn(
  name: string,
  run: ParserRun,
  input: ParserInput,
  options: { readonly timeMs: number; readonly warmUpCalls: number },
): () => TurnTime {
  const piecesPerForm = input.forms[0]?.pieces.length ?? 1;
  const messagesPerForm = input.forms[0]?.messages.length ?? 1;
  const warmUp = Math.ceil(options.warmUpCalls / piecesPerForm);
  const before = performance.now();
  for (let done = 0; done < warmUp; done += WARM_UP_STEP) run.repeat(Math.min(WARM_UP_STEP, warmUp - done));
  const formMs = (performance.now() - before) / warmUp;
  const batch = Math.max(1, Math.round(options.timeMs / 8 / formMs));
  return () => {
    collectYoung();
    const start = run.messages;
    const cpuBefore = process.cpuUsage();
    const begun = performance.now();
    let forms = 0;
    let elapsedMs = 0;
    do {
      run.repeat(batch);
      forms += batch;
      elapsedMs = performance.now() - begun;
    } while (elapsedMs < options.timeMs);
    const { user, system } = process.cpuUsage(cpuBefore);
    const messages = forms * messagesPerForm;
    if (run.messages - start !== messages) {
      throw new Error(`${name} lost messages while it was timed: ${run.messages - start} instead of ${messages}`);
    }
    const elapsedNs = (elapsedMs * 1e6) / messages;
    return { elapsedNs, cpuNs: COARSE_CPU_TIME ? elapsedNs : ((user + system) * 1e3) / messages };
  };
}

/**
 * Collects young garbage, so that nobody pays for what the one before left. Never a full collection: that also throws
 * away the hidden classes of objects of which none is alive just now, and with them the compiled code of the contenders
 * whose turn it is not; they would start cold each time, which no program does.
 */
function collectYoung(): void {
  globalThis.gc?.({ type: 'minor' });
}
