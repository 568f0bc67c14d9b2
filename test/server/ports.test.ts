/** Kinds of addresses, and free ports. */
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { ipFamily, portsToTry, randomPort } from '../../src/server/ports.ts';

const servers: Server[] = [];

/** Binds a port and gives its number. */
async function occupy(port = 0): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return (server.address() as { port: number }).port;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

const FOUR = ['127.0.0.1', '0.0.0.0', '192.168.0.1', '255.255.255.255'];
const SIX = [
  '::',
  '::1',
  'fe80::1',
  'ABCD::EF',
  'fe80::91:5800:400a:075c',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7::',
  '::1:2:3:4:5:6:7',
  '::ffff:1.2.3.4',
  '::1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '::1%lo0',
  '::%1',
  'fe80::1%abcd',
  'fe80::91:5800:400a:075c%en0',
  '::1%',
  '::1%%',
  '::1%a b',
  '::ffff:1.2.3.4%eth0',
];
const NEITHER = [
  '256.0.0.1',
  '10.0.0.500',
  '01.2.3.4',
  '00127.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '127.1',
  '0x7f.0.0.1',
  '0.0.200',
  '123',
  ' 127.0.0.1',
  '127.0.0.1 ',
  ' ::1',
  '::1 ',
  '',
  '%',
  '%lo',
  'localhost',
  'example.com',
  '::/0',
  ':::1',
  ':1',
  '1::2::3',
  '12345::',
  '::00001',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '1:2:3:4:5:6:7:1.2.3.4',
  '[::1]',
  '::G',
  '::01.2.3.4',
  '127.0.0.1%1',
  '1.2.3.4%',
  'fe80::91:5800:400a:%075c',
];

test.each(FOUR)('"%s" is of family 4', (ip) => {
  expect(ipFamily(ip)).toBe(4);
});

test.each(SIX)('"%s" is of family 6', (ip) => {
  expect(ipFamily(ip)).toBe(6);
});

test.each(NEITHER)('"%s" is no address', (ip) => {
  expect(ipFamily(ip)).toBe(-1);
});

test.each([undefined, null, 4, ['::1']])('ipFamily refuses %j, which is no string', (ip) => {
  expect(() => ipFamily(ip as unknown as string)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
});

test('the port found is in the range and can be bound', async () => {
  const port = await randomPort();
  expect(port).toBeGreaterThanOrEqual(1024);
  expect(port).toBeLessThanOrEqual(49_151);
  expect(await occupy(port)).toBe(port);
});

test('ports in use are passed over, and when there is no other the error says so', async () => {
  const taken = await occupy();
  const refusal = {
    code: 'HV_NO_PORT',
    message: expect.stringMatching(/^Cannot find an available port\. .*EADDRINUSE/),
    cause: expect.objectContaining({ code: 'EADDRINUSE' }),
  };
  await expect(randomPort(taken, taken)).rejects.toMatchObject(refusal);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await randomPort(taken, taken)).toBe(taken);
});

test('with fewer than two tries all ports are tried in order, passing over the one in use', async () => {
  vi.spyOn(Math, 'random').mockImplementation(() => {
    throw new Error('nothing is left to chance');
  });
  // Whichever port is free for us, its neighbours may be taken by others; only the order is sure.
  const taken = await occupy();
  for (const n of [1, 0, -5]) {
    const up = await randomPort(taken, Math.min(taken + 200, 65_535), '127.0.0.1', n).catch(() => Infinity);
    expect(up).toBeGreaterThan(taken);
    const down = await randomPort(taken, taken - 200, '127.0.0.1', n);
    expect(down).toBeLessThan(taken);
  }
});

test('a range without a port that may be used has none to offer', async () => {
  await expect(randomPort(6665, 6669)).rejects.toMatchObject({ code: 'HV_NO_PORT', cause: null });
});

test('a host that cannot be bound is not tried port by port', async () => {
  const error = await randomPort(1024, 49_151, 'no.such.host.invalid').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'HV_NO_PORT', message: expect.stringContaining('no.such.host.invalid') });
});

test('R’s way of writing every IPv6 address is understood', async () => {
  const six = await randomPort(1024, 49_151, '::').catch(() => 'no IPv6 here');
  const written = await randomPort(1024, 49_151, '::/0').catch(() => 'no IPv6 here');
  expect(typeof written).toBe(typeof six);
});

test('all ports of a range are walked in its direction, without those that browsers refuse', () => {
  expect(portsToTry(6664, 6671, 1)).toEqual([6664, 6670, 6671]);
  expect(portsToTry(6671, 6664, 0)).toEqual([6671, 6670, 6664]);
  expect(portsToTry(10_079, 10_081, 1)).toEqual([10_079, 10_081]);
  expect(portsToTry(-10, 3, 1)).toEqual([2, 3]);
  expect(portsToTry(65_534, 70_000, 1)).toEqual([65_534, 65_535]);
  expect(portsToTry(70_000, 65_534, 1)).toEqual([65_535, 65_534]);
  expect(portsToTry(2, -5, 1)).toEqual([2]);
  expect(portsToTry(0, 0, 20)).toEqual([]);
});

test('ports tried at random are different ones of the range, as many as asked for or as there are', () => {
  const twenty = portsToTry(1024, 49_151, 20);
  expect(new Set(twenty).size).toBe(20);
  expect(twenty.every((port) => port >= 1024 && port <= 49_151)).toBe(true);
  expect([...portsToTry(3000, 3004, 20)].sort()).toEqual([3000, 3001, 3002, 3003, 3004]);
  expect(portsToTry(3000, 3000, 20)).toEqual([3000]);
  const first = new Set(Array.from({ length: 200 }, () => portsToTry(3000, 3009, 5)[0]));
  expect(first.size).toBeGreaterThan(1);
});

test('the list of refused ports is the one of the browsers', () => {
  const all = portsToTry(1, 65_535, 1);
  const opened = new Set(all);
  const refused = Array.from({ length: 65_535 }, (_, i) => i + 1).filter((port) => !opened.has(port));
  expect(refused.length).toBe(67 + 15);
  for (const port of [1, 7, 69, 137, 161, 554, 1719, 2049, 4190, 5060, 6566, 6697, 10_080])
    expect(refused).toContain(port);
});

test.each([
  ['min', () => randomPort(1.5)],
  ['max', () => randomPort(1024, Number.NaN)],
  ['max', () => randomPort(1024, '2000' as unknown as number)],
  ['n', () => randomPort(1024, 2000, '127.0.0.1', Number.POSITIVE_INFINITY)],
  ['host', () => randomPort(1024, 2000, 0 as unknown as string)],
])('randomPort refuses a bad %s and names it', async (name, call) => {
  await expect(call()).rejects.toMatchObject({ code: 'HV_BAD_OPTION', message: expect.stringContaining(name) });
});
