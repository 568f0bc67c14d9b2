/** Bytes in the parser's memory are parsed at once, also beyond what may be read ahead: that part is parsed again later. */
import { describe, expect, it } from 'vitest';
import { Rig, text } from '../helpers/conn-rig.ts';
import { get, post } from '../helpers/requests.ts';

Rig.lands = true;

const targets = (rig: Rig): string[] => rig.app.log.filter((line) => line.startsWith('request'));

describe('more than may be read ahead', () => {
  const bytes = get('/1') + get('/2') + get('/3', 'X: y\r\n') + post('/4', 'four') + get('/5') + get('/6');

  it('comes in order, each request once, wherever it is cut', () => {
    for (let cut = 1; cut < bytes.length; cut++) {
      const rig = new Rig({ maxPipelined: 2 });
      const { socket, send } = rig.connect();
      send(bytes.slice(0, cut));
      send(bytes.slice(cut));
      expect(targets(rig)).toEqual(['request /1', 'request /2']);
      expect(socket.isPaused).toBe(true);
      for (let id = 1; id <= 6; id++) rig.answer(id, text(`${id}`));
      expect(rig.app.log).toEqual([
        ...['/1', '/2', '/3', '/4'].map((target) => `request ${target}`),
        'body four',
        ...['/5', '/6'].map((target) => `request ${target}`),
      ]);
      expect(socket.writes.join('').match(/\r\n\r\n\d/g)).toHaveLength(6);
      expect(socket.isPaused).toBe(false);
    }
  });

  it('is refused only when its turn comes', () => {
    const rig = new Rig({ maxPipelined: 2 });
    const { socket, send } = rig.connect();
    send(`${get('/1')}${get('/2')}GET / HTTP/1.1\r\n\r\n`);
    rig.answer(1, text('a'));
    expect(socket.writes.join('')).not.toContain('400');
    rig.answer(2, text('b'));
    expect(socket.writes.join('')).toMatch(/\r\n\r\na.*\r\n\r\nb.*400 Bad Request\n$/s);
    expect(socket.hasEnded).toBe(true);
  });

  it('goes on in the middle of a head that the parser had begun already', () => {
    const rig = new Rig({ maxPipelined: 1 });
    const { send } = rig.connect();
    send(`${get('/1')}${get('/2')}GET /thi`);
    rig.answer(1, text('a'));
    rig.answer(2, text('b'));
    expect(targets(rig)).toEqual(['request /1', 'request /2']);
    send('rd HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(targets(rig)).toEqual(['request /1', 'request /2', 'request /third']);
  });

  it('leaves other connections alone', () => {
    const rig = new Rig({ maxPipelined: 1 });
    const first = rig.connect();
    const second = rig.connect();
    first.send(`${get('/1')}${get('/2')}GET /thi`);
    second.send(get('/other'));
    rig.answer(1, text('a'));
    first.send('rd HTTP/1.1\r\nHost: h\r\n\r\n');
    rig.answer(3, text('b'));
    expect(targets(rig)).toEqual(['request /1', 'request /other', 'request /2', 'request /third']);
  });
});
