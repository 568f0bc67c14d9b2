/** The programs of R's package, rewritten, as their reader runs them. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { Example } from '../helpers/example.ts';
import { DISPATCHES, endOf, nextMessage, wsClient } from '../helpers/web-sockets.ts';

describe('examples of websockets/', () => {
  it.each(DISPATCHES)('echo.mjs serves with %s dispatch, and a client talks to it', async (dispatch) => {
    const server = new Example('websockets/echo.mjs', [], { DISPATCH: dispatch });
    const port = await server.port();
    const client = new Example('websockets/client.mjs', [`ws://127.0.0.1:${port}/`]);
    expect(await client.ended).toBe(0);
    expect(client.out).toBe('You sent Testing, testing \n\n');
    await server.printed(/closed \d+\n/);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<h1>WebSocket</h1>');
    const ws = await wsClient(port);
    const end = endOf(ws);
    expect(await server.stop()).toBe(0);
    expect((await end)[0]).toBe(1001);
    expect([server.out.match(/established/g)?.length, server.out.endsWith('over\n'), server.err]).toEqual([
      2,
      true,
      '',
    ]);
  });

  it('echo-events.mjs does the same with emitters and iteration', async () => {
    const server = new Example('websockets/echo-events.mjs');
    const ws = await wsClient(await server.port());
    const answer = nextMessage(ws);
    ws.send('hello');
    expect(String((await answer)[0])).toBe('You sent hello');
    ws.close(4000);
    await server.printed(/closed 4000\n/);
    expect([await server.stop(), server.err]).toEqual([0, '']);
  });

  it('evaluate.mjs tells everybody what one has asked, escaped, and evaluates nothing but sums', async () => {
    const server = new Example('websockets/evaluate.mjs');
    const port = await server.port();
    const [one, two] = [await wsClient(port), await wsClient(port)];
    const told = async (code: string): Promise<{ msg: string; fig?: string }> => {
      const got = Promise.all([nextMessage(one), nextMessage(two)]);
      one.send(code);
      const [first, second] = (await got).map(([data]) => String(data));
      expect(first).toBe(second);
      return JSON.parse(first ?? '') as { msg: string; fig?: string };
    };
    expect(await told('1 + 2')).toEqual({
      msg: expect.stringMatching(/^<b>Client \d+ says: <\/b>1 \+ 2\n3$/),
      fig: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    });
    expect(await told('1000')).toEqual({ msg: expect.stringMatching(/1000$/) });
    const evil = await told('<script>process.exit()</script>');
    expect(evil.msg).toContain('&#60;script&#62;process.exit()&#60;/script&#62;\nRangeError');
    expect([await server.stop(), server.err]).toEqual([0, '']);
  });

  it('fortunes.mjs sends what one says, and now and then a phrase and a picture', async () => {
    const server = new Example('websockets/fortunes.mjs', ['1']);
    const ws = await wsClient(await server.port());
    const got: string[] = [];
    ws.on('message', (data) => got.push(String(data)));
    ws.send('<b>');
    await eventually(() => got.some((text) => /^CHAT<b>WebSocket \d+ says: <\/b>&#60;b&#62;$/.test(text))).toBe(true);
    await eventually(() => got.some((text) => text.startsWith('CHAT<b>fortune says: </b>'))).toBe(true);
    await eventually(() => got.some((text) => text.startsWith('data:image/svg+xml;base64,'))).toBe(true);
    expect([await server.stop(), server.err]).toEqual([0, '']);
  });

  it('ticker.mjs answers a form with a chart, and can be given another page', async () => {
    const server = new Example('websockets/ticker.mjs');
    const url = `http://127.0.0.1:${await server.port()}`;
    const text = async (path: string): Promise<string> => (await fetch(url + path)).text();
    expect(await text('/')).toBe('<!doctype html><body><form>Ticker: <input name="symbol"></form>');
    expect(await text('/?symbol=ABC')).toContain('<img src="data:image/svg+xml;base64,');
    await text('/hello');
    expect(await text('/')).toBe('HELLO');
    expect([await server.stop(), server.err]).toEqual([0, '']);
  });

  it.each(DISPATCHES)('flood.mjs reaches all in order with %s dispatch, and new ones meanwhile', async (dispatch) => {
    const server = new Example('websockets/flood.mjs', [], { DISPATCH: dispatch });
    const port = await server.port();
    for (let clients = 0; clients < 3; clients++) {
      const ws = await wsClient(port);
      const numbers: number[] = [];
      ws.on('message', (data) => numbers.push(Number(String(data).replace('message ', ''))));
      await eventually(() => numbers.length).toBeGreaterThan(500);
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
    }
    expect([await server.stop(), server.err]).toEqual([0, '']);
  });

  it('often.mjs is answered every time', async () => {
    const server = new Example('websockets/echo.mjs');
    const client = new Example('websockets/often.mjs', [`ws://127.0.0.1:${await server.port()}/`, '50']);
    expect(await client.ended).toBe(0);
    expect(client.out).toBe('50 answers\n');
  });

  it('are all tried here', () => {
    const files = readdirSync(new URL('./websockets/', import.meta.url)).sort();
    const tried = ['client', 'echo', 'echo-events', 'evaluate', 'flood', 'fortunes', 'often', 'ticker'];
    expect(files).toEqual(tried.map((name) => `${name}.mjs`).sort());
  });
});
