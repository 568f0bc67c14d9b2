/** Apps that answer in ways nobody would choose: the client gets one answer, the process lives, nothing slips through. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { App, AppResponse, ServerOptions } from '../../../src/index.ts';
import { PATIENCE_MS } from '../../helpers/patience.ts';
import { startServer, testServer } from '../../helpers/server.ts';

const fine: AppResponse = { status: 200, body: 'fine' };
/** What no app may hand over by its type, and may all the same. */
const odd = (value: unknown): AppResponse => value as AppResponse;

/** What the client gets: status and body. */
async function ask(app: App, options: ServerOptions = {}): Promise<string> {
  const server = await testServer(app, options);
  const response = await fetch(server.url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return `${response.status} ${await response.text()}`;
}

const FAILED = '500 500 Internal Server Error\n';

/** Throws in a plain function, in a promise, and in `onHeaders`. */
function thrower(value: unknown): App[] {
  const fail = (): never => {
    throw value;
  };
  return [{ call: fail }, { call: async () => fail() }, { onHeaders: fail }, { onHeaders: async () => fail() }];
}

describe('what the app throws', () => {
  it.each([
    ['an object without a prototype', Object.create(null)],
    ['a symbol', Symbol('s')],
    ['nothing', undefined],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no message');
        },
      }),
    ],
    ['an error whose message is an object', Object.assign(new Error('x'), { message: {} })],
  ])('may be %s', async (_name, value) => {
    for (const app of thrower(value)) {
      expect(await ask(app)).toBe(FAILED);
    }
  });

  it('does not end the process when the logger throws too', async () => {
    const lines: string[] = [];
    const written = vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    try {
      const logger = (): void => {
        throw new Error('no log today');
      };
      for (const app of thrower(new Error('first')).slice(0, 2)) {
        expect(await ask(app, { logger })).toBe(FAILED);
      }
    } finally {
      written.mockRestore();
    }
    expect(lines.join('')).toContain('no log today');
    expect(lines.join('')).toContain('call failed for GET /: first');
  });
});

describe('a thenable', () => {
  it('that calls back twice counts once', async () => {
    let calls = 0;
    const app: App = {
      onHeaders: () =>
        ({
          // biome-ignore lint/suspicious/noThenProperty: this is what is tested.
          then(resolve: (value: null) => void, reject: (error: Error) => void) {
            resolve(null);
            resolve(null);
            reject(new Error('late'));
          },
        }) as unknown as null,
      call: async () => {
        calls++;
        await sleep(10);
        return fine;
      },
    };
    expect(await ask(app)).toBe('200 fine');
    expect(calls).toBe(1);
  });

  it('that throws after it has called back is taken at its word', async () => {
    const thenable = (after: () => void) =>
      odd({
        // biome-ignore lint/suspicious/noThenProperty: this is what is tested.
        then(resolve: (value: unknown) => void) {
          resolve(fine);
          after();
        },
      });
    const log: string[] = [];
    const throws = (): never => {
      throw new Error('late');
    };
    expect(await ask({ call: () => thenable(throws) }, { logger: (_level, line) => log.push(line) })).toBe('200 fine');
    expect(log).toEqual([]);
  });

  it('may give another one', async () => {
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested.
    const inner = { then: (resolve: (value: unknown) => void) => resolve(Promise.resolve(fine)) };
    expect(await ask({ call: () => odd(inner) })).toBe('200 fine');
  });

  it('whose then throws is an error of the app', async () => {
    const throws = {
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested.
      get then() {
        throw new Error('no then');
      },
    };
    expect(await ask({ call: () => odd(throws) })).toBe(FAILED);
  });
});

describe('what onHeaders returns', () => {
  const passing: App['call'] = () => ({ status: 200, body: 'passed' });

  it.each([
    ['null', null],
    ['an empty object', {}],
    ['an empty list', []],
    ['an empty object without a prototype', Object.create(null)],
  ])('lets the request pass when it is %s', async (_name, value) => {
    expect(await ask({ onHeaders: () => odd(value), call: passing })).toBe('200 passed');
  });

  it.each([
    ['an empty Map', () => new Map()],
    ['false', () => false],
    ['an empty text', () => ''],
  ])('does not let it pass when it is %s', async (_name, make) => {
    expect(await ask({ onHeaders: () => odd(make()), call: passing })).toBe(FAILED);
    expect(await ask({ onHeaders: async () => odd(make()), call: passing })).toBe(FAILED);
  });

  it('may be an object that throws when it is looked at', async () => {
    const trap = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no keys');
        },
      },
    );
    expect(await ask({ onHeaders: async () => odd(trap), call: passing })).toBe(FAILED);
  });
});

it('an onStop that rejects is logged, and stop waits for one that takes its time', async () => {
  const log: string[] = [];
  let isDone = false;
  const rejecting = await startServer(
    '127.0.0.1',
    0,
    {
      onStop: async () => {
        await sleep(20);
        isDone = true;
        throw new Error('not now');
      },
    },
    { logger: (_level, line) => log.push(line) },
  );
  await rejecting.stop();
  expect(isDone).toBe(true);
  expect(log).toEqual(['onStop failed: not now']);
});
