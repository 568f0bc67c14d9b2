/** The I/O thread ends while 200 requests are on their way. */
import { expect, it } from 'vitest';
import { countLateness } from '../../helpers/lateness.ts';
import { Program } from '../../helpers/program.ts';
import { Wire } from '../../helpers/wire.ts';
import { textFrame, WsClient } from '../../helpers/ws-client.ts';

it.each(['terminate', 'poison'])('ends servers, requests and callbacks, and a new server works (%s)', async (how) => {
  using program = new Program('lost-thread.mjs', [how]);
  const port = await program.port();
  const clients = await Promise.all(Array.from({ length: 200 }, () => Wire.open(port)));
  const outcomes = clients.map(async (wire, i) => {
    await wire.send(`GET ${i % 2 === 0 ? '/quick' : '/slow'} HTTP/1.1\r\nHost: h\r\n\r\n`);
    await wire.until(() => wire.ended !== 'open' || wire.responses().length > 0, 'answer or end');
    return { isQuick: i % 2 === 0, answered: wire.responses().length === 1, at: performance.now() };
  });
  expect(await program.line()).toBe('ended HV_IO_THREAD_LOST false 0');
  const endedAt = performance.now();
  const lateness = countLateness();
  const all = await Promise.all(outcomes);
  const late = lateness();
  for (const { answered, at, isQuick } of all) {
    if (!isQuick) expect(answered).toBe(false);
    expect(at - endedAt).toBeLessThan(1_000 + late);
  }
  expect(await program.line()).toMatch(/^settled 200 200 true 2 2$/);
  expect(await program.line()).toBe('again');
  expect(await program.end()).toBe(0);
  for (const wire of clients) wire.close();
});

it('throws out of runServerSync, which blocks the thread that would hear of it', async () => {
  using program = new Program('lost-thread.mjs', ['sync']);
  const port = await program.port();
  const wire = await Wire.openWhenReady(port);
  await wire.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await wire.until(() => wire.ended !== 'open', 'end of the connection');
  expect(wire.received.length).toBe(0);
  expect(await program.line()).toMatch(/^the I\/O thread has ended, and its servers with it: .*type 99/);
  expect(await program.line()).toBe('true HV_IO_THREAD_LOST');
  expect(await program.end()).toBe(0);
});

it.each(['auto', 'manual'])(
  'is an error of websockets/ with %s dispatch, and closes what is open',
  async (dispatch) => {
    using program = new Program('websockets-life.mjs', ['thread', 'lost', dispatch]);
    using client = await WsClient.open(await program.port());
    await client.send(textFrame('x'));
    expect(await program.line()).toBe('heard x');
    const lines = [await program.line(), await program.line()];
    expect(lines.sort()).toEqual(['closed 1006 false -1', 'error HV_IO_THREAD_LOST']);
    expect([await program.line(), await program.line()]).toEqual(['close false 0', 'again true']);
    expect([await program.end(), program.errors]).toEqual([0, '']);
    expect(await client.untilEnd()).toEqual([]);
  },
);
