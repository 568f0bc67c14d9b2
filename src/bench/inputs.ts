/** All inputs of the parser comparison, together with what each one means: the truth that every contender has to find. */
import type { ParserInput } from './inputs/form.ts';
import { frameInputs } from './inputs/frames.ts';
import { requestInputs } from './inputs/requests.ts';
import { responseInputs } from './inputs/responses.ts';

export type { Form, InputKind, ParserInput } from './inputs/form.ts';

/** All inputs, made afresh: the same bytes at every call, each form in buffers of its own. */
export function parserInputs(): readonly ParserInput[] {
  return [...requestInputs(), ...responseInputs(), ...frameInputs()];
}
