/** `httpuv serve --cert --key`: serves https and says so, or says what is wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority, hasOpenssl } from '../helpers/certificates.ts';
import { httpuv } from '../helpers/command.ts';
import { trusting } from '../helpers/trusting.ts';

describe.skipIf(!hasOpenssl())('httpuv serve --cert --key', () => {
  let folder = '';
  let authority: Authority;
  const file = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpuv-serve-tls-'));
    authority = new Authority();
    const pair = authority.issue('localhost');
    const locked = authority.issue('localhost', { passphrase: 'sesame' });
    for (const [name, text] of Object.entries({
      cert: pair.cert,
      key: pair.key,
      other: authority.key,
      locked: locked.key,
    })) {
      writeFileSync(file(`${name}.pem`), text);
    }
    writeFileSync(file('a.txt'), 'a\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('serves the folder by https, and prints that address', async () => {
    const run = httpuv('serve', folder, '--port', '0', '--cert', file('cert.pem'), '--key', file('key.pem'));
    const [, url = ''] = await run.said(/ at (https:\/\/127\.0\.0\.1:\d+\/)\n/, 'err');
    const dispatcher = trusting(authority.cert);
    expect(await (await fetch(`${url}a.txt`, { dispatcher })).text()).toBe('a\n');
    await dispatcher.close();
  });

  it.each([
    ['a certificate without a key', ['--cert', 'cert.pem'], 2, '--cert needs --key'],
    ['a key without a certificate', ['--key', 'key.pem'], 2, '--key needs --cert'],
    ['a file that is not there', ['--cert', 'none.pem', '--key', 'key.pem'], 1, 'there is no such file'],
    ['a folder', ['--cert', '.', '--key', 'key.pem'], 1, 'cannot be read'],
    ['what is no certificate', ['--cert', 'a.txt', '--key', 'key.pem'], 1, '--cert holds no certificate in PEM form'],
    ['a key of another certificate', ['--cert', 'cert.pem', '--key', 'other.pem'], 1, '--key does not belong to'],
    ['an encrypted key', ['--cert', 'cert.pem', '--key', 'locked.pem'], 1, 'is encrypted'],
  ])('refuses %s', async (_name, words, code, sentence) => {
    const run = httpuv(
      'serve',
      folder,
      '--port',
      '0',
      ...words.map((word) => (word.startsWith('--') ? word : file(word))),
    );
    expect(await run.ended).toBe(code);
    expect(run.err).toContain(sentence);
    expect(run.err).not.toMatch(/^ {4}at /m);
  });
});
