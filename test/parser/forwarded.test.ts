/** Who asks through proxies: what is believed, what is not, and what cannot be told. */
import { describe, expect, it } from 'vitest';
import { rangesOf, type TrustSettings, trustOf } from '../../src/node/trust.ts';
import { clientOf } from '../../src/parser/forwarded.ts';

interface Fields {
  readonly forwarded?: string;
  readonly for?: string;
  readonly proto?: string;
  readonly host?: string;
}

/** The client in short: `address:port proto host`; null when it cannot be told. */
function client(trust: TrustSettings, fields: Fields, peer = '10.0.0.1'): string | null {
  const { forwarded = null, proto = null, host = null } = fields;
  const found = clientOf(
    { remoteAddress: peer, remotePort: 5 },
    { forwarded, for: fields.for ?? null, proto, host },
    trustOf(trust),
  );
  return found && `${found.address}:${found.port} ${found.proto ?? '-'} ${found.host ?? '-'}`;
}

const LIST = ['10.0.0.0/8', '::1/128'];
const AS_IS = '10.0.0.1:5 - -';

describe('X-Forwarded-*', () => {
  it.each<[trust: TrustSettings, fields: Fields, found: string | null]>([
    [1, {}, AS_IS],
    [1, { for: '1.2.3.4' }, '1.2.3.4:0 - -'],
    [1, { for: '6.6.6.6, 1.2.3.4' }, '1.2.3.4:0 - -'],
    [2, { for: '6.6.6.6, 1.2.3.4' }, '6.6.6.6:0 - -'],
    [9, { for: '6.6.6.6, 1.2.3.4' }, '6.6.6.6:0 - -'],
    [LIST, { for: '6.6.6.6, 1.2.3.4, 10.9.9.9' }, '1.2.3.4:0 - -'],
    [LIST, { for: '10.1.1.1, 10.2.2.2' }, '10.1.1.1:0 - -'],
    [1, { for: '1.2.3.4', proto: 'https', host: 'a.example:8443' }, '1.2.3.4:0 https a.example:8443'],
    [1, { proto: 'HTTPS' }, '10.0.0.1:5 https -'],
    [1, { proto: 'wss' }, '10.0.0.1:5 https -'],
    [1, { for: '6.6.6.6, 1.2.3.4', proto: 'http, https' }, '1.2.3.4:0 https -'],
    [2, { for: '6.6.6.6, 1.2.3.4', proto: 'http, https' }, '6.6.6.6:0 http -'],
    [2, { for: '6.6.6.6, 1.2.3.4', proto: 'https, https' }, '6.6.6.6:0 https -'],
    [1, { for: '1.2.3.4', proto: 'http, https' }, null],
    [1, { for: '1.2.3.4', host: 'a, b' }, null],
    [1, { for: '1.2.3.4:99' }, '1.2.3.4:99 - -'],
    [1, { for: '[2001:db8::1]:99' }, '2001:db8::1:99 - -'],
    [1, { for: '2001:db8::1' }, '2001:db8::1:0 - -'],
    [1, { for: ',, 1.2.3.4,' }, '1.2.3.4:0 - -'],
    [2, { for: 'unknown, 1.2.3.4' }, 'unknown:0 - -'],
    [3, { for: '6.6.6.6, unknown, 1.2.3.4' }, 'unknown:0 - -'],
    [1, { for: 'nonsense, 1.2.3.4' }, '1.2.3.4:0 - -'],
    [1, { for: 'nonsense' }, null],
    [1, { for: '1.2.3.4:99999' }, null],
    [1, { for: '1.2.3.4.5' }, null],
    [1, { for: '<script>' }, null],
    [1, { for: '1.2.3.4', proto: 'gopher' }, null],
    [1, { for: '1.2.3.4', host: 'a/b' }, null],
    [1, { for: '1.2.3.4', host: 'a@b' }, null],
  ])('%j with %j', (trust, fields, found) => {
    expect(client(trust, fields)).toBe(found);
  });
});

describe('Forwarded', () => {
  it.each<[trust: TrustSettings, forwarded: string, found: string | null]>([
    [1, 'for=1.2.3.4', '1.2.3.4:0 - -'],
    [1, 'For="1.2.3.4:99";Proto=https;HOST=a.example', '1.2.3.4:99 https a.example'],
    [1, 'for="[2001:db8::1]:99"', '2001:db8::1:99 - -'],
    [1, 'for=6.6.6.6;proto=http, for=1.2.3.4;proto=https;by=10.0.0.1', '1.2.3.4:0 https -'],
    [2, 'for=6.6.6.6;proto=http, for=1.2.3.4;proto=https', '6.6.6.6:0 http -'],
    [2, 'for=6.6.6.6, for=1.2.3.4;proto=https', '6.6.6.6:0 - -'],
    [LIST, 'for=6.6.6.6, for=1.2.3.4, for=10.9.9.9', '1.2.3.4:0 - -'],
    [1, 'for=_hidden', '_hidden:0 - -'],
    [1, 'for=unknown', 'unknown:0 - -'],
    [1, 'proto=https', '10.0.0.1:5 https -'],
    [1, 'for="1.2.3.4" ; proto=https', '1.2.3.4:0 https -'],
    [1, 'for="\\1.2.3.4"', '1.2.3.4:0 - -'],
    [1, ',for=1.2.3.4,,', '1.2.3.4:0 - -'],
    [1, '', AS_IS],
    [1, 'for=1.2.3.4;for=6.6.6.6', null],
    [1, 'for=1.2.3.4;FOR=1.2.3.4', null],
    [1, 'for=[2001:db8::1]', null],
    [1, 'for', null],
    [1, 'for="1.2.3.4', null],
    [1, 'for=1.2.3.4 proto=https', null],
    [1, 'for=nonsense', null],
    [1, 'for=6.6.6.6, for="1.2.3.4, proto=https', null],
  ])('%j with %s', (trust, forwarded, found) => {
    expect(client(trust, { forwarded })).toBe(found);
  });
});

describe('both kinds of fields', () => {
  it.each<[fields: Fields, found: string | null]>([
    [{ forwarded: 'for=1.2.3.4;proto=https', for: '1.2.3.4', proto: 'https' }, '1.2.3.4:0 https -'],
    // What the one kind alone says may come from the client.
    [{ forwarded: 'for=1.2.3.4', for: '1.2.3.4', proto: 'https', host: 'evil' }, '1.2.3.4:0 - -'],
    [{ forwarded: 'for=1.2.3.4;proto=https;host=evil', for: '1.2.3.4' }, '1.2.3.4:0 - -'],
    [{ forwarded: 'for=6.6.6.6', for: '1.2.3.4' }, null],
    [{ forwarded: 'for=1.2.3.4', proto: 'https' }, null],
    [{ forwarded: 'for=1.2.3.4;proto=http', for: '1.2.3.4', proto: 'https' }, null],
    [{ forwarded: 'for=1.2.3.4;host=a', for: '1.2.3.4', host: 'b' }, null],
    [{ forwarded: 'malformed', for: '1.2.3.4' }, null],
    [{ forwarded: 'for=1.2.3.4', for: 'nonsense' }, null],
  ])('%j', (fields, found) => {
    expect(client(1, fields)).toBe(found);
  });
});

describe('a peer', () => {
  const spoof = { for: '127.0.0.1', proto: 'https', host: 'evil', forwarded: 'malformed' };

  it('that is not trusted is who asks, whatever it says', () => {
    expect(client(['10.0.0.2/32'], spoof)).toBe(AS_IS);
    expect(client(LIST, spoof, '192.0.2.1')).toBe('192.0.2.1:5 - -');
    expect(client(LIST, spoof, '')).toBe(':5 - -');
  });

  it.each([
    ['loopback', '127.9.9.9', true],
    ['loopback', '::1', true],
    ['loopback', '::ffff:127.0.0.1', true],
    ['loopback', '::ffff:128.0.0.1', false],
    ['linklocal', 'fe80::1%eth0', true],
    ['linklocal', '169.254.3.4', true],
    ['uniquelocal', '172.31.0.1', true],
    ['uniquelocal', '172.32.0.1', false],
    ['uniquelocal', 'fd00::1', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['0.0.0.0/0', '2001:db8::1', false],
  ])('%s holds %s: %j', (range, address, isTrusted) => {
    expect(trustOf(rangesOf(range) ?? []).isTrusted(address, 0)).toBe(isTrusted);
  });

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '::/129',
    '1.2.3',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '10.0.0.0/',
    '__proto__',
  ])('%j is no range', (range) => {
    expect(rangesOf(range)).toBeNull();
  });
});

it('a long field costs its length', () => {
  const spaces = ' '.repeat(80_000);
  for (const forwarded of [`for=1.2.3.4${spaces}x`, `${spaces}=`, `for="${'\\'.repeat(80_000)}`, ','.repeat(80_000)]) {
    client(1, { forwarded });
  }
  expect(client(1, { for: `${'1.1.1.1,'.repeat(20_000)}1.2.3.4` })).toBe('1.2.3.4:0 - -');
});
