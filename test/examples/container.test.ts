/** container.mjs with real signals: what runs is finished, and the exit code is 0. */
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { Example } from '../helpers/example.ts';
import { get } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';

it('container.mjs finishes what is running when it gets SIGTERM, and ends with 0', async () => {
  const example = new Example('container.mjs');
  const port = await example.port();
  using running = await Wire.open(port);
  using idle = await Wire.open(port);
  using events = await Wire.open(port);
  await idle.send(get('/ready'));
  expect((await idle.answers(1))[0]?.status).toBe(200);
  await events.send(get('/events'));
  await events.until(() => events.received.includes('data: hello'), 'event');
  await running.send(get('/?ms=1500'));
  await example.printed(/working/);
  const ended = example.stop();
  expect((await idle.untilEnd()).length).toBe(1);
  expect((await events.untilEnd()).map(({ body }) => body.toString())).toEqual(['data: hello\n\n']);
  const refused = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
  const [answer] = await running.untilEnd();
  expect([answer?.body.toString(), answer && field(answer, 'connection')]).toEqual(['done\n', 'close']);
  for (const wire of [running, idle, events]) wire.close();
  expect(await ended).toBe(0);
  expect(example.out).toMatch(/working\nstopped\n$/);
  expect(example.err).toBe('');
});

it('container.mjs cuts what is running when it gets a second SIGTERM', async () => {
  const example = new Example('container.mjs');
  const port = await example.port();
  using idle = await Wire.open(port);
  using wire = await Wire.open(port);
  await wire.send(get('/?ms=1000000'));
  await example.printed(/working/);
  void example.stop();
  await idle.untilEnd();
  example.child.kill('SIGTERM');
  expect(await wire.untilEnd()).toEqual([]);
  await example.printed(/stopped/);
});
