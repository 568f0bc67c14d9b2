/** The order of turns. */
import { expect, it } from 'vitest';
import { rounds } from '../../src/bench/rounds.ts';

it('every contender has one turn a round, and each round begins with another one', async () => {
  const order: string[] = [];
  const turns = ['a', 'b', 'c'].map((name) => ({ name, run: () => order.push(name) }));
  await rounds(turns, 3);
  expect(order.join('')).toBe('abc' + 'bca' + 'cab' + 'abc');
});

it('the order goes on where another process has left it', async () => {
  const order: string[] = [];
  const turns = ['a', 'b', 'c'].map((name) => ({ name, run: () => order.push(name) }));
  await rounds(turns, 1, () => {}, 1);
  expect(order.join('')).toBe('bca' + 'cab');
});

it('the first round is run but not counted', async () => {
  let runs = 0;
  const samples = await rounds([{ name: 'only', run: () => runs++ }], 4);
  expect(samples.get('only')).toEqual([1, 2, 3, 4]);
});

it('more rounds are discarded where that is asked for, in the same order', async () => {
  const order: string[] = [];
  const told: number[] = [];
  const turns = ['a', 'b', 'c'].map((name) => ({ name, run: () => order.push(name) }));
  const samples = await rounds(turns, 2, (round) => void told.push(round), 0, 3);
  expect(order.join('')).toBe('abc' + 'bca' + 'cab' + 'abc' + 'bca');
  expect(told).toEqual([-2, -1, 0, 1, 2]);
  expect(samples.get('a')).toEqual([10, 15]);
});

it('turns that take time do not overlap', async () => {
  let busy = 0;
  const run = async () => {
    busy++;
    await new Promise((resolve) => setImmediate(resolve));
    return busy--;
  };
  const samples = await rounds(
    [
      { name: 'a', run },
      { name: 'b', run },
    ],
    3,
  );
  expect([...samples.values()].flat()).toEqual([1, 1, 1, 1, 1, 1]);
});
