/** The command `httpuv` as a process: what it prints, how it ends. Runs the built `dist/`. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { httpuv } from '../helpers/command.ts';

describe('httpuv demo', () => {
  it('prints its address, answers there, and ends with 130 on Ctrl-C although a connection is open', async () => {
    const run = httpuv('demo', '--port', '0');
    const [, url] = await run.said(/running at (http:\S+)/);
    const answer = await fetch(`${url}sd`, { method: 'POST', body: '{"data":[1,3]}' });
    expect(await answer.json()).toMatchObject({ sd: Math.SQRT2 });
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.err).toBe('');
  });

  it('ends with 143 on SIGTERM', async () => {
    const run = httpuv('demo', '--port=0');
    await run.said(/Ctrl-C/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(143);
  });

  it('says that its port is busy, and names the option', async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const address = busy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const run = httpuv('demo', '--port', String(port));
      expect(await run.ended).toBe(1);
      expect(run.err).toMatch(new RegExp(`^httpuv: Port ${port} on 127\\.0\\.0\\.1 is already in use.*--port`));
      expect(run.err.trim().split('\n').length).toBe(1);
    } finally {
      busy.close();
    }
  });

  it('its help names every option with its default', async () => {
    const run = httpuv('demo', '--help');
    expect(await run.ended).toBe(0);
    for (const each of ['--port', '9454', '--host', '127.0.0.1', 'Examples']) expect(run.out).toContain(each);
  });
});

describe('httpuv', () => {
  it.each([[['--help']], [['-h']], [[]]])('%j shows the commands', async (args) => {
    const run = httpuv(...args);
    expect(await run.ended).toBe(0);
    expect(run.out).toMatch(/Usage:[\s\S]*demo/);
  });

  it.each([[['--version']], [['-v']]])('%j shows the version', async (args) => {
    const run = httpuv(...args);
    expect(await run.ended).toBe(0);
    expect(run.out).toMatch(/^httpuv\/\d+\.\d+\.\d+/);
  });

  it.each([
    [['dmeo'], /Unknown command "dmeo"\. Did you mean "demo"\?/],
    [['something-else'], /Unknown command "something-else"\n/],
    [['demo', '--prot', '1'], /Unknown option --prot\. Did you mean --port\?/],
    [['demo', '--xyzzyx'], /Unknown option --xyzzyx\n/],
    [['--prot'], /Unknown option --prot/],
    [['demo', 'now'], /"now" is one word too many/],
    [['demo', '--port', 'abc'], /--port must be a whole number from 0 to 65535, not "abc"/],
    [['demo', '--port', '65536'], /--port must be/],
    [['demo', '--port', '-1'], /-1/],
    [['demo', '--port', '1.5'], /--port must be/],
    [['demo', '--port'], /--port/],
    [['demo', '--port='], /--port/],
    [['demo', '--host'], /--host/],
    [['demo', '--host='], /--host/],
  ])('%j is a mistake with exit code 2', async (args, sentence) => {
    const run = httpuv(...args);
    expect(await run.ended).toBe(2);
    expect(run.err).toMatch(sentence);
    expect(run.err).toContain('httpuv --help');
    expect(run.err).not.toContain('    at ');
  });
});
