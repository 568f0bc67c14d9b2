/** What counts as a sign of life of a peer that takes its answers slowly, or does not stop sending. */
import { describe, expect, it } from 'vitest';
import { PumpBudget } from '../../src/node/pump.ts';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get } from '../helpers/requests.ts';

describe('a slow reader', () => {
  it('that has taken everything between two looks has made progress, though as much is unsent again', () => {
    const rig = new Rig({ writeTimeoutMs: 2_000 });
    const { socket, peer, send } = rig.connect();
    socket.room = 0;
    for (let answers = 1; answers <= 10; answers++) {
      send(get('/'));
      rig.answer(answers, text('x'));
      rig.pass(1_500);
      socket.unsent = 0;
      peer.drained();
    }
    expect(socket.isDestroyed).toBe(false);
  });

  it('is read from again when it has taken its answers', () => {
    const rig = new Rig();
    const { socket, peer, send } = rig.connect();
    socket.room = 0;
    send(get('/'));
    rig.answer(1, text('x'));
    expect(socket.isPaused).toBe(true);
    // The event says that all was taken. What was written since is another matter.
    socket.unsent = 1;
    peer.drained();
    expect(socket.isPaused).toBe(false);
  });
});

describe('a refused peer', () => {
  it('that goes on sending may do so for 30 seconds', () => {
    const rig = new Rig();
    const { socket, send } = rig.connect();
    send('?\r\n\r\n');
    for (let seconds = 0; seconds < 29; seconds++) {
      rig.pass(1_000);
      send('x');
    }
    expect(socket.isDestroyed).toBe(false);
    rig.pass(1_000);
    expect(socket.isDestroyed).toBe(true);
  });

  it('that reads its answer slowly has two seconds from its end', () => {
    const rig = new Rig();
    const { socket, peer, send } = rig.connect();
    socket.room = 0;
    send('?\r\n\r\n');
    rig.pass(10_000);
    socket.unsent = 0;
    peer.drained();
    rig.pass(1_999);
    expect(socket.isDestroyed).toBe(false);
    rig.pass(1);
    expect(socket.isDestroyed).toBe(true);
  });
});

describe('the budget of the pumps', () => {
  it('gives the smaller pieces the fuller it is, and a smallest one always', () => {
    const budget = new PumpBudget();
    expect(budget.piece(1_048_576)).toBe(1_048_576);
    budget.take(16 * 1_048_576);
    expect(budget.piece(1_048_576)).toBe(524_288);
    expect(budget.piece(131_072)).toBe(131_072);
    budget.take(16 * 1_048_576);
    expect(budget.piece(131_072)).toBe(16_384);
    budget.take(16 * 1_048_576);
    expect(budget.piece(131_072)).toBe(16_384);
    budget.give(48 * 1_048_576);
    expect(budget.piece(1_048_576)).toBe(1_048_576);
  });
});
