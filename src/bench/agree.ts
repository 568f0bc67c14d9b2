/**
 * Compares what a contender found with what the input means. A parser that finds something else is reported and not
 * timed: a fast wrong answer is a failure.
 */
import type { Look, ParserRun } from './contender.ts';
import type { ParserInput } from './inputs.ts';
import { joinedFields, type Seen, type Tally, tallyOf } from './seen.ts';

/**
 * Sends every form through `run` twice, because the second time meets whatever the parser remembered of the first.
 * Undefined when all is right, else the first difference.
 */
export function disagreement(run: ParserRun, input: ParserInput): string | undefined {
  for (let turn = 0; turn < 2; turn++) {
    for (let number = 0; number < input.forms.length; number++) {
      const wrong = lookAgain(run, input.forms[number]?.messages ?? []);
      if (wrong !== undefined) return input.forms.length === 1 ? wrong : `form ${number}: ${wrong}`;
    }
  }
  return undefined;
}

function lookAgain(run: ParserRun, meant: readonly Seen[]): string | undefined {
  try {
    return difference(run.look(), meant);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first difference between what was found and what was meant, as a sentence; undefined when there is none. */
export function difference(look: Look, meant: readonly Seen[]): string | undefined {
  return isTally(look) ? tallyDifference(look, tallyOf(meant)) : messagesDifference(look, meant);
}

/** Whether sums were found, and not messages. */
export function isTally(look: Look): look is Tally {
  return !Array.isArray(look);
}

function tallyDifference(found: Tally, meant: Tally): string | undefined {
  for (const key of Object.keys(meant) as (keyof Tally)[]) {
    if (found[key] !== meant[key]) return `${key} is ${found[key]} instead of ${meant[key]}`;
  }
  return undefined;
}

function messagesDifference(found: readonly Seen[], meant: readonly Seen[]): string | undefined {
  if (found.length !== meant.length) return `${found.length} messages instead of ${meant.length}`;
  for (let at = 0; at < meant.length; at++) {
    const one = found[at];
    const right = meant[at];
    if (one === undefined || right === undefined) continue;
    const wrong = lineDifference(one, right) ?? fieldsDifference(one.fields, right.fields);
    if (wrong !== undefined) return `message ${at}: ${wrong}`;
  }
  return undefined;
}

function lineDifference(found: Seen, meant: Seen): string | undefined {
  const whole = (seen: Seen) => ({ ...seen, status: seen.status ?? 0, reason: seen.reason ?? '' });
  const one = whole(found);
  const right = whole(meant);
  for (const key of ['method', 'target', 'status', 'reason', 'bodyBytes', 'bodySum'] as const) {
    if (one[key] !== right[key]) return `${key} is ${shown(one[key])} instead of ${shown(right[key])}`;
  }
  return undefined;
}

function fieldsDifference(found: readonly string[], meant: readonly string[]): string | undefined {
  const wrong = listDifference(found, meant);
  if (wrong === undefined) return undefined;
  // An object has the values of a repeated name in one.
  const joined = joinedFields(meant);
  return joined.length < meant.length && listDifference(found, joined) === undefined ? undefined : wrong;
}

function listDifference(found: readonly string[], meant: readonly string[]): string | undefined {
  if (found.length !== meant.length) return `${found.length / 2} fields instead of ${meant.length / 2}`;
  const wrong = meant.findIndex((word, at) => found[at] !== word);
  return wrong < 0
    ? undefined
    : `field ${Math.floor(wrong / 2)} has ${shown(found[wrong])} instead of ${shown(meant[wrong])}`;
}

function shown(value: string | number | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
