/** Static paths that change while requests come: each answer belongs to one state, and the new one holds at once. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { staticPath } from '../../../src/index.ts';
import { testServer } from '../../helpers/server.ts';
import { Wire } from '../../helpers/wire.ts';
import { field, type WireResponse } from '../../helpers/wire-response.ts';
import { ask, request, site } from './site.ts';

const STATES = ['old', 'new'] as const;
const SIZES = { small: 100, large: 400_000 };
const root = site(
  Object.fromEntries(
    STATES.flatMap((state) => [
      [`${state}/small.txt`, `${state} `.repeat(SIZES.small)],
      [`${state}/large.txt`, `${state} `.repeat(SIZES.large)],
    ]),
  ),
);

/** The state whose folder, header and type of answer this is; throws when they are of two. */
function stateOf(answer: WireResponse): string {
  const state = field(answer, 'X-State') ?? '';
  const text = answer.body.toString();
  const size = text.length > 1000 ? SIZES.large : SIZES.small;
  if (text !== `${state} `.repeat(size)) throw new Error(`an answer of ${state} holds ${text.slice(0, 20)}`);
  return state;
}

describe('setStaticPath under load', () => {
  it('answers each request wholly from the old or wholly from the new state', async () => {
    const of = (state: string) => staticPath(join(root, state), { headers: { 'X-State': state }, compress: false });
    const server = await testServer({ staticPaths: { '/s': of('old') } });
    let isOver = false;
    const seen = { old: 0, new: 0 };
    const client = async (name: string): Promise<void> => {
      const wire = await Wire.open(server.getPort());
      for (let count = 0; !isOver; ) {
        const batch = 4;
        await wire.send(request(`/s/${name}.txt`, { fields: { Connection: 'keep-alive' } }).repeat(batch));
        const answers = (await wire.answers(count + batch)).slice(count);
        for (const answer of answers) seen[stateOf(answer) as keyof typeof seen]++;
        count += batch;
        // What was read is held whole, so a connection is used for a while only.
        if (count >= 12) break;
      }
      wire.close();
      if (!isOver) await client(name);
    };
    const clients = ['small', 'small', 'large'].map(client);
    for (let i = 1; i <= 60 || seen.old === 0 || seen.new === 0; i++) {
      const state = STATES[i % 2] ?? 'old';
      server.setStaticPath({ '/s': of(state) });
      // Asked behind the change, so of the new state.
      expect(stateOf(await ask(server.getPort(), '/s/small.txt'))).toBe(state);
    }
    isOver = true;
    await Promise.all(clients);
    expect(Math.min(seen.old, seen.new)).toBeGreaterThan(0);
  });

  it('a hundred changes in one go are all there when they are done', async () => {
    const server = await testServer({ call: () => ({ status: 299, body: 'app' }) });
    for (let i = 0; i < 100; i++) server.setStaticPath({ [`/p${i}`]: join(root, 'old') });
    for (let i = 0; i < 100; i += 2) server.removeStaticPath(`/p${i}`);
    expect(Object.keys(server.getStaticPaths() ?? {}).length).toBe(50);
    expect((await ask(server.getPort(), '/p98/small.txt')).status).toBe(299);
    expect((await ask(server.getPort(), '/p99/small.txt')).status).toBe(200);
  });
});
