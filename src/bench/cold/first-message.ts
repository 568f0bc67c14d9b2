/** What a cold contender does first: its code is loaded and it reads one message. Knows no runtime. */
import { type ContenderLoader, isMissing, refusal } from '../contender.ts';
import { smallFrameInput } from '../inputs/frames.ts';
import { browserGetInput } from '../inputs/requests.ts';
import { jsonResponseInput } from '../inputs/responses.ts';
import type { ParserInput } from '../inputs.ts';

/** What a cold contender may be given, made afresh: the first that it reads. */
export function coldInputs(): readonly ParserInput[] {
  return [browserGetInput(), jsonResponseInput(), smallFrameInput()];
}

/** A parser that has read its first message, and can read more. */
export interface Started {
  close(): void;
}

/**
 * Loads a contender and lets it read one message.
 *
 * @param load Loads its code, when it was not loaded before.
 * @throws Error when it is not there, or does not read that message.
 */
export async function readFirstMessage(
  load: ContenderLoader,
  name: string,
  inputs: readonly ParserInput[],
): Promise<Started> {
  const contender = (await load()).find((one) => one.name === name);
  if (contender === undefined || isMissing(contender)) throw new Error(`${name} is not there`);
  const input = inputs.find((one) => refusal(contender, one) === undefined);
  if (input === undefined) throw new Error('it takes none of the inputs of a cold start');
  const run = contender.open(input);
  run.repeat(1);
  if (run.messages !== 1) throw new Error(`it found ${run.messages} messages instead of 1`);
  return { close: () => run.close?.() };
}
