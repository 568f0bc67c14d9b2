/** The wake protocol and the rings, in every order in which two or three threads can run. */
import { describe, expect, test } from 'vitest';
import { type Changes, type Loaded, load } from './loaded.ts';
import { bothWays, oneWay } from './protocol.ts';
import { explored, holds } from './report.ts';
import type { Scenario } from './run.ts';
import { twoWakers } from './two-wakers.ts';

const room = await load();
const { interruptThread } = await room.file<typeof import('../../src/thread/app-bell.ts')>('app-bell.js');

describe('one thread sends, another reads', () => {
  test.each([
    ['event loop', 'event loop', 0],
    ['blocked for ever', 'blocked', 0],
    ['blocked with time-outs', 'blocked', 2],
    ['both in turn', 'both', 1],
  ] as const)('who waits: %s', (name, waits, mostLate) => {
    holds(name, () => oneWay(room, { count: 3, ringBytes: 128, waits, mostLate }));
  });
});

describe('rings that wrap and get full', () => {
  test('no record is seen in part, and none is overwritten while it is read', () => {
    holds('one way, plain accesses in every order', () =>
      bothWays(room, { counts: { io: 4, app: 0 }, ringBytes: 64, appBlocks: false, joinsPlain: false }),
    );
  });

  test.each([
    ['in their event loops', { io: 3, app: 3 }, 64, false, 0],
    ['one of them blocked', { io: 3, app: 3 }, 64, true, 0],
    ['one of them blocked with time-outs', { io: 3, app: 2 }, 64, true, 1],
  ] as const)('both send more than there is room for: %s', (name, counts, ringBytes, appBlocks, mostLate) => {
    holds(name, () => bothWays(room, { counts, ringBytes, appBlocks, mostLate }));
  });

  test('records are shown in batches', () => {
    const options = { counts: { io: 3, app: 2 }, ringBytes: 64, appBlocks: false, batch: 2, countsPings: true };
    holds('batches', () => bothWays(room, options));
  });
});

test('the I/O thread and an interrupter wake one thread', () => {
  holds('two wakers', () => twoWakers(room, interruptThread, { count: 2, rounds: 2 }));
});

describe('what an exploration finds', () => {
  const fallsAsleepLate: Changes = {
    'bell.js': [
      [
        'Atomics.store(words, at, ASLEEP);\n    return !hasWork()',
        'const work = hasWork();\n    Atomics.store(words, at, ASLEEP);\n    return !work',
      ],
    ],
  };
  const blocksLate: Changes = {
    'bell.js': [
      [
        'Atomics.store(words, at, BLOCKED);\n    if (!hasWork())',
        'const work = hasWork();\n    Atomics.store(words, at, BLOCKED);\n    if (!work)',
      ],
    ],
  };
  const oneWayIn =
    (waits: 'event loop' | 'blocked' | 'both', mostLate = 0) =>
    (mutant: Loaded): Scenario =>
      oneWay(mutant, { count: 2, ringBytes: 128, waits, mostLate });
  const oneRing = (mutant: Loaded): Scenario =>
    bothWays(mutant, { counts: { io: 4, app: 0 }, ringBytes: 64, appBlocks: false, joinsPlain: false });

  test.each<[string, Changes, (mutant: Loaded) => Scenario]>([
    ['a sleeper that looks for work before it writes its state', fallsAsleepLate, oneWayIn('event loop')],
    ['a blocked thread that looks for work before it writes its state', blocksLate, oneWayIn('blocked')],
    [
      'a sleeper that believes that somebody will announce what it has seen itself',
      {
        'bell.js': [
          ['Atomics.compareExchange(words, at, ASLEEP, AWAKE) !== ASLEEP', 'Atomics.load(words, at) === ASLEEP'],
        ],
      },
      oneWayIn('event loop'),
    ],
    [
      'a waker that overwrites the state that it did not expect',
      {
        'bell.js': [
          [
            'if (Atomics.compareExchange(words, at, state, AWAKE) !== state)\n            continue;',
            'Atomics.store(words, at, AWAKE);',
          ],
        ],
      },
      oneWayIn('both', 1),
    ],
    [
      'a waker that posts to a blocked thread',
      { 'bell.js': [['if (state === ASLEEP)', 'if (true)']] },
      oneWayIn('blocked'),
    ],
    [
      'a waker that posts each time',
      {
        'bell.js': [['if (state === AWAKE)\n            return;', 'if (state === AWAKE)\n            return ping();']],
      },
      oneWayIn('event loop'),
    ],
    [
      'a ring that publishes the head before the record is complete',
      {
        'ring.js': [
          [
            'const word = at >>> 2;\n        this.words[word] =',
            'const word = at >>> 2;\n        Atomics.store(this.control, this.at + RING.HEAD, (this.#head + this.#reserved) | 0);\n        this.words[word] =',
          ],
        ],
      },
      oneWayIn('blocked'),
    ],
    [
      'a ring that gives room away before the record is read',
      {
        'ring.js': [
          [
            'const connection = words[word + 1];',
            'Atomics.store(control, this.at + RING.TAIL, (this.#tail + align8(length)) | 0);\n                const connection = words[word + 1];',
          ],
        ],
      },
      oneRing,
    ],
    ['a ring that forgets what it skipped', { 'ring.js': [['toEnd < need ? toEnd + need : need', 'need']] }, oneRing],
    [
      'a writer that takes the ring as empty when it is full',
      { 'ring.js': [['this.refresh() < total', 'this.refresh() + 24 < total']] },
      oneRing,
    ],
    [
      'a writer that asks for room and does not look again',
      {
        'outbox.js': [
          [
            'this.#ring.askForRoom();\n        return this.#ring.reserve(payload);',
            'this.#ring.askForRoom();\n        return -1;',
          ],
        ],
      },
      oneRing,
    ],
    [
      'a writer that looks again and then asks for room',
      {
        'outbox.js': [
          [
            'this.#ring.askForRoom();\n        return this.#ring.reserve(payload);',
            'const again = this.#ring.reserve(payload);\n        if (again < 0)\n            this.#ring.askForRoom();\n        return again;',
          ],
        ],
      },
      oneRing,
    ],
  ])('%s', async (name, changes, scenario) => {
    const mutant = await load(changes);
    expect(explored(name, () => scenario(mutant)).failure).not.toBe(null);
  });

  test('a thread that falls asleep without a look at the room that was made meanwhile', () => {
    const { failure } = explored('sleep without a look for room', () =>
      bothWays(room, { counts: { io: 4, app: 0 }, ringBytes: 64, appBlocks: false, looksForRoom: false }),
    );
    expect(failure).not.toBe(null);
  });
});
