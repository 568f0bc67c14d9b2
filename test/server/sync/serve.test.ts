/** Serving without the event loop: programs that never return to it, asked by clients in this process. */
import { describe, expect, it } from 'vitest';
import { interrupt, interruptHandle } from '../../../src/server/run.ts';
import { Program } from '../../helpers/program.ts';
import { post } from '../../helpers/requests.ts';
import { Wire } from '../../helpers/wire.ts';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;

/** Sends `count` requests over `connections` connections, one after the other on each. Returns the bodies. */
async function ask(port: number, count: number, connections: number): Promise<string[]> {
  const bodies: string[] = [];
  const one = async (): Promise<void> => {
    const wire = await Wire.open(port);
    for (let i = 0; i < count / connections; i++) {
      await wire.send(get('/'));
      const answers = await wire.answers(i + 1);
      bodies.push(String(answers[i]?.body));
    }
    wire.close();
  };
  await Promise.all(Array.from({ length: connections }, one));
  return bodies;
}

describe('serviceSync', () => {
  it('answers 1,000 of 1,000 requests in slices of 100 ms', async () => {
    using program = new Program('sync-app.mjs', ['slices', '1000']);
    const bodies = await ask(await program.port(), 1000, 10);
    expect(bodies.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    expect(await program.line()).toBe('seen 1000');
    expect(await program.end()).toBe(0);
  });

  it.each(['NaN', 'pending'])('answers between the steps of a computation (%s)', async (form) => {
    using program = new Program('sync-app.mjs', ['steps', form]);
    expect(await ask(await program.port(), 5, 1)).toEqual(['1', '2', '3', '4', '5']);
    expect(await program.end()).toBe(0);
  });

  it('sees every record once when a callback serves others', async () => {
    using program = new Program('sync-app.mjs', ['nested']);
    const port = await program.port();
    const [outer, inner, third] = await Promise.all([Wire.open(port), Wire.open(port), Wire.open(port)]);
    await outer.send(get('/outer'));
    await third.send(get('/third'));
    expect(String((await third.answers(1))[0]?.body)).toBe('/third');
    await inner.send(get('/inner'));
    expect(String((await inner.answers(1))[0]?.body)).toBe('/inner');
    expect(String((await outer.answers(1))[0]?.body)).toBe('/outer');
    const [first, ...others] = (await program.line()).replace('seen ', '').split(',');
    expect([first, others.sort()]).toEqual(['/outer', ['/inner', '/third']]);
    expect(await program.end()).toBe(0);
  });

  it('answers thenables at once and promises when the event loop turns, and says so once', async () => {
    using program = new Program('sync-app.mjs', ['promises']);
    const port = await program.port();
    const [first, second, third] = await Promise.all([Wire.open(port), Wire.open(port), Wire.open(port)]);
    await first.send(get('/promise'));
    await second.send(get('/promise'));
    await third.send(get('/thenable'));
    expect(String((await third.answers(1))[0]?.body)).toBe('thenable');
    expect(await program.line()).toBe('returning');
    expect([first, second].map((wire) => wire.received.length)).toEqual([0, 0]);
    expect(String((await first.answers(1))[0]?.body)).toBe('promise');
    expect(String((await second.answers(1))[0]?.body)).toBe('promise');
    expect(await program.end()).toBe(0);
    expect(program.errors.match(/returned a promise inside serviceSync/g)).toHaveLength(1);
  });

  it('reads bodies that are streams when the event loop turns, and says so once', async () => {
    using program = new Program('sync-app.mjs', ['uploads']);
    const port = await program.port();
    const [first, second] = await Promise.all([Wire.open(port), Wire.open(port)]);
    for (const wire of [first, second]) await wire.send(post('/', 'abc'));
    expect(await program.line()).toBe('returning');
    expect([first, second].map((wire) => wire.received.length)).toEqual([0, 0]);
    for (const wire of [first, second]) expect(String((await wire.answers(1))[0]?.body)).toBe('abc');
    expect(await program.end()).toBe(0);
    expect(program.errors.match(/req\.stream\(\) inside serviceSync/g)).toHaveLength(1);
  });
});

describe('interrupt', () => {
  it.each(['serviceSync', 'service', 'runServerSync', 'runServer', 'inline'])(
    'from another thread ends %s',
    async (form) => {
      using program = new Program('sync-app.mjs', ['handle', form]);
      expect(await program.line()).toBe('returned true');
      expect(await program.end()).toBe(0);
    },
  );

  it('wants a handle', () => {
    expect(() => interrupt(new SharedArrayBuffer(3))).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    expect(() => interrupt({} as never)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    const alike = new SharedArrayBuffer(interruptHandle().byteLength);
    expect(() => interrupt(alike)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    expect(interrupt(interruptHandle())).toBe(true);
  });

  it.each(['serviceSync', 'service', 'runServerSync', 'runServer'])('from a callback ends %s', async (form) => {
    using program = new Program('sync-app.mjs', ['interrupted', form]);
    const port = await program.port();
    // A form that starts its server itself tells the port before.
    const wire = await Wire.openWhenReady(port);
    for (let i = 1; i <= 3; i++) {
      await wire.send(get('/'));
      // Forms that own the server stop it at once, and the last answer may be cut with it.
      if (i < 3 || !form.startsWith('run')) expect(String((await wire.answers(i))[i - 1]?.body)).toBe(String(i));
    }
    expect(await program.line()).toBe('returned true');
    expect(await program.end()).toBe(0);
  });
});
