/** Nothing outside of a static path is ever read, whatever the target says; a simple model says what is inside. */
import { readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../helpers/server.ts';
import { Wire } from '../../helpers/wire.ts';
import { readResponses } from '../../helpers/wire-response.ts';
import { request, site } from './site.ts';

const SECRET = 'not for anybody';
/** The folder that is served lies deep in another one, which has the same names. */
const outer = site({
  'secret.txt': SECRET,
  'a.txt': SECRET,
  'in-evil/a.txt': SECRET,
  'in/.hidden': SECRET,
  'in/.git/config': SECRET,
  'in/a.txt': 'file a.txt',
  'in/b/a.txt': 'file b/a.txt',
  'in/b/b/a.txt': 'file b/b/a.txt',
  'in/b/index.html': 'file b/index.html',
  'in/a b/c%2e.txt': 'file a b/c%2e.txt',
  'in/é/...': 'file é/...',
  'in/b/..a': SECRET,
});
const root = join(outer, 'in');
symlinkSync(outer, join(root, 'out'));
symlinkSync(join(outer, 'secret.txt'), join(root, 'b/link.txt'));
symlinkSync('../in-evil', join(root, 'evil'));
symlinkSync('loop', join(root, 'loop'));

let port = 0;
beforeAll(async () => {
  const server = await startServer('127.0.0.1', 0, {
    call: () => ({ status: 299, body: 'app' }),
    staticPaths: { '/s': root, '/': join(root, 'b') },
  });
  port = server.getPort();
  return () => server.stop();
});

/** Status and body for each target, asked one behind the other on one connection. */
async function all(targets: readonly string[]): Promise<string[]> {
  const wire = await Wire.open(port);
  const pieces = targets.map((target, i) =>
    request(target, { fields: { Connection: i === targets.length - 1 ? 'close' : 'keep-alive' } }),
  );
  wire.socket.write(Buffer.from(pieces.join(''), 'latin1'));
  await wire.until(() => wire.ended !== 'open', 'end');
  const { responses } = readResponses(wire.received, [], true);
  return responses.map(({ status, body }) => `${status} ${body.toString()}`);
}

const DOTS = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '%252e%252e',
  '%c0%ae%c0%ae',
  '%e0%80%ae%e0%80%ae',
  '%uff0e%uff0e',
  '%u002e%u002e',
  '0x2e0x2e',
  '..%00',
  '..;',
  '....',
  '%%32%65%%32%65',
  '%f0%80%80%ae.',
  '．．',
  '..%20',
  '.%00.',
  '..%0d',
  '..%09',
];
const SLASHES = ['/', '%2f', '%5c', '\\', '//', '/./', '%252f', '%c0%af', '%255c', '%u2215', '/%2e/', '%e0%80%af'];
const ENDS = [
  'secret.txt',
  'a.txt',
  'in-evil/a.txt',
  'in/.hidden',
  'secret.txt%00.html',
  'secret.txt%20',
  'secret.txt.',
  'secret.txt::$DATA',
];

describe('targets that climb', () => {
  it('read nothing outside, in every spelling and depth', async () => {
    const targets: string[] = [];
    for (const dots of DOTS) {
      for (const slash of SLASHES) {
        for (const [index, end] of ENDS.entries()) {
          const depth = [1, 2, 3, 12, 500][index % 5] ?? 1;
          for (const base of ['/s/', '/', '/s/b/', '/s/b%2f', '//s//'])
            targets.push(base + `${dots}${slash}`.repeat(depth) + end);
        }
      }
    }
    let answered = 0;
    for (let from = 0; from < targets.length; from += 500) {
      // A target that may not be sent ends its connection: each of those goes alone.
      for (const answer of await each(targets.slice(from, from + 500))) {
        expect(answer).not.toContain(SECRET);
        answered++;
      }
    }
    expect(answered).toBe(targets.length);
  });

  it.each([
    '/s/out/secret.txt',
    '/s/b/link.txt',
    '/link.txt',
    '/s/evil/a.txt',
    '/s/loop',
    '/s/loop/a.txt',
    '/s/.hidden',
    '/s/.git/config',
    '/s/%2egit/config',
    '/s/b/..a',
    '/s-evil/a.txt',
    '/s/C:/secret.txt',
    '/s/c:%5csecret.txt',
    '/s/file:///etc/passwd',
    '/s//etc/passwd',
    '/s/%2fetc%2fpasswd',
    '/s/%2f%2fhost/share',
    '/s/~root/x',
    '/s/a.txt/../../secret.txt',
    '/s/b/../a.txt',
    `/s/${'a'.repeat(300)}`,
    `/s${'/a'.repeat(5000)}`,
    `/s/${'%2e%2e%2f'.repeat(2000)}etc/passwd`,
  ])('target %# reads nothing', async (target) => {
    const [answer = ''] = await all([target]);
    expect(answer).toMatch(/^(?:400 400 Bad Request|404 404 Not Found|299 app)/);
  });

  /** Answers one by one; targets that no request line may have are refused and end the connection. */
  async function each(targets: readonly string[]): Promise<string[]> {
    const isSendable = (target: string): boolean => /^[!-~]+$/.test(target);
    const answers = await all(targets.filter(isSendable).map((target) => target.slice(0, 8_000)));
    for (const target of targets.filter((one) => !isSendable(one)).slice(0, 20)) answers.push(...(await all([target])));
    const skipped = Math.max(0, targets.filter((one) => !isSendable(one)).length - 20);
    return [...answers, ...Array<string>(skipped).fill('')];
  }
});

/** What a reader of the specification would answer: by segments, with no tricks. */
function model(target: string): string {
  const path = target.split('?')[0] ?? '';
  if (/\\|%5c/i.test(path)) return '299 app';
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return '400 400 Bad Request\n';
  }
  if (decoded.includes('\0')) return '400 400 Bad Request\n';
  const segments = decoded.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) return '400 400 Bad Request\n';
  const isBelow = segments[0] === 's';
  const below = isBelow ? segments.slice(1) : segments;
  const missing = '404 404 Not Found\n';
  if (below.some((segment) => segment.startsWith('.'))) return missing;
  const served = isBelow ? root : join(root, 'b');
  try {
    let file = join(served, ...below);
    if (statSync(file).isDirectory()) file = join(file, 'index.html');
    return realpathSync(file).startsWith(`${served}/`) ? `200 ${readFileSync(file, 'utf8')}` : missing;
  } catch {
    return missing;
  }
}

describe('random targets', () => {
  it('are answered as the model says', async () => {
    const token = fc.constantFrom(
      's',
      'a.txt',
      'b',
      'a%20b',
      'c%252e.txt',
      '%c3%a9',
      '...',
      '..',
      '.',
      '%2e%2e',
      '%2e',
      '%2f',
      '%5c',
      '',
      'out',
      'link.txt',
      'index.html',
      '%00',
      '%',
      '%zz',
      '.hidden',
      'A.TXT',
      '%61.txt',
      'evil',
      'in',
      'x',
      '?q=/../',
    );
    const target = fc.array(token, { maxLength: 7 }).map((tokens) => `/${tokens.join('/')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(target, { minLength: 1, maxLength: 40 }), async (targets) => {
        const answers = await all(targets);
        expect(answers.map((answer, i) => [targets[i], answer])).toEqual(targets.map((one) => [one, model(one)]));
      }),
      { numRuns: 60 },
    );
  });
});
