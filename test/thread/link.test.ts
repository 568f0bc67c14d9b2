/** The real ends of the link, in every order in which their threads can run. */
import { describe, expect, test } from 'vitest';
import { type LinkOptions, wholeLink } from './link.ts';
import { loadLink } from './link-room.ts';
import type { Changes } from './loaded.ts';
import { explored, holds } from './report.ts';

const room = await loadLink();

describe('the ends of the link', () => {
  test.each<[string, LinkOptions]>([
    ['in their event loops', { events: 2 }],
    ['while the app blocks', { events: 2, blocks: 1, ringBytes: 64 }],
    ['while the app blocks with time-outs', { events: 1, blocks: 1, mostLate: 1 }],
    ['while the app blocks often', { events: 1, blocks: 3 }],
    ['while the app says more than there is room for', { events: 0, sayings: 4, say: 'in a pass' }],
    ['while the app says something by the way', { events: 1, sayings: 1, say: 'flushed' }],
  ])('tell and answer %s', (name, options) => {
    holds(`link ${name}`, () => wholeLink(room, options));
  });

  test.each<[string, LinkOptions]>([
    ['in their event loops', { events: 3, answers: false }],
    ['while the app blocks', { events: 2, answers: false, blocks: 1 }],
    ['behind bodies', { events: 3, bodies: 2, answers: false }],
    ['three bodies', { events: 3, bodies: 3, answers: false }],
  ])('read on, also without answers, when there is room again: %s', (name, options) => {
    holds(`link without answers, ${name}`, () => wholeLink(room, options));
  });

  test.each<[string, LinkOptions]>([
    ['answers', { events: 2, tellsHeard: true }],
    ['more answers than there is room for', { events: 0, sayings: 4, say: 'in a pass', tellsHeard: true }],
  ])('tell how much was heard behind the answers: %s', (name, options) => {
    holds(`link, heard: ${name}`, () => wholeLink(room, options));
  });

  test.each<[string, LinkOptions]>([
    ['one', { events: 0, sayings: 1, ms: 3 }],
    ['two', { events: 0, sayings: 2, ms: 3 }],
  ])('bring in time what is said unannounced: %s', (name, options) => {
    holds(`link, said unannounced: ${name}`, () => wholeLink(room, options));
  });

  test('turn no further after an interruption that nobody waits for', () => {
    holds('link, interrupted', () => wholeLink(room, { events: 1, interrupts: 1 }));
  });
});

describe('what an exploration of the link finds', () => {
  const eagerReader: Changes[string] = [
    ['let wasAny = true;', 'let wasAny = true;\n        const wish = this.takeRoomWish();'],
    ['if (wasAny && this.takeRoomWish())', 'if (wish)'],
  ];
  test.each<[string, Changes, LinkOptions]>([
    [
      'a reader that takes the wish for room before it has made any',
      { 'ring.js': eagerReader, 'io-end.js': [['const EVENT_BATCH = 8;', 'const EVENT_BATCH = 1;']] },
      { events: 3, bodies: 3, answers: false },
    ],
    [
      'an I/O thread that sleeps without a look at what waits for room',
      { 'io-end.js': [['this.#outbox.hasWork || ', '']] },
      { events: 3, bodies: 3, answers: false },
    ],
    [
      'an app that sleeps without a look at what waits for room',
      { 'ring-link.js': [['this.#outbox.hasWork ||', '']] },
      { events: 0, sayings: 3, say: 'in a pass' },
    ],
    [
      'a connection that is held without a wish for room',
      {
        'outbox.js': [
          [
            'this.#ring.askForRoom();\n        return this.#ring.refresh() >= bytes;',
            'return this.#ring.refresh() >= bytes;',
          ],
        ],
      },
      { events: 2, answers: false },
    ],
    [
      'an I/O thread that looks at what was heard behind the answers',
      {
        'io-end.js': [
          ['const heard = Atomics.load(this.#control, CONTROL.HEARD);', ''],
          ['.heard(heard)', '.heard(Atomics.load(this.#control, CONTROL.HEARD))'],
        ],
      },
      { events: 2, tellsHeard: true },
    ],
    [
      'an app that tells what it has heard before there is room for the answers',
      { 'socket-commands.js': [['if (this.#out.isFull)', 'if (false)']] },
      { events: 0, sayings: 4, say: 'in a pass', tellsHeard: true },
    ],
    [
      'a second look that comes too early',
      { 'io-end.js': [['const SECOND_LOOK_MS = 2;', 'const SECOND_LOOK_MS = 1;']] },
      { events: 0, sayings: 2, ms: 3 },
    ],
  ])('%s', async (name, changes, options) => {
    const mutant = await loadLink(changes);
    expect(explored(name, () => wholeLink(mutant, options)).failure).not.toBe(null);
  });
});
