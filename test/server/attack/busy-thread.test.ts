/** An app that computes for long on the thread of its server: its peers are not to blame, nor do they all wait. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { AppResponse, ServerOptions } from '../../../src/index.ts';
import { serve } from '../../helpers/server.ts';

const CLIENTS = fileURLToPath(new URL('../../programs/waiting-clients.mjs', import.meta.url));

function compute(ms: number): AppResponse {
  for (const end = performance.now() + ms; performance.now() < end; );
  return { status: 200, body: 'computed' };
}

/** Runs clients in a process of their own and gives what they report. */
async function clients(mode: string, ms: number, options: ServerOptions = {}): Promise<unknown> {
  const port = await serve({ call: (req) => compute(req.path === '/' ? 0 : ms) }, options);
  const child = fork(CLIENTS, [mode, String(port)]);
  const [message] = await once(child, 'message');
  return message;
}

it('requests that came meanwhile are answered, on new, idle and half-read connections', async () => {
  const statuses = await clients('three', 2_500, { headTimeoutMs: 1_000, keepAliveTimeoutMs: 1_000 });
  expect(statuses).toEqual({ fresh: '200', idle: '200', partial: '200' });
});

it('an answer leaves when it is ready, not when those behind it are', async () => {
  const finished = (await clients('ten', 100)) as number[];
  // Ten computations of 100 ms, one after the other: the fourth answer at the latest is not among the last.
  expect(finished).toHaveLength(10);
  expect((finished[9] ?? 0) - (finished[3] ?? 0)).toBeGreaterThan(300);
});
