/** The parser from C, by its header and library alone: the Makefile builds both, and the example reads messages. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WS_FLAG, WS_KIND } from '../../src/wasm/constants.gen.ts';
import { needs } from '../helpers/needs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const has = needs('make', 'the Debian package make') && needs('cc', 'the Debian packages gcc and libc6-dev');

const SANITIZED = 'CFLAGS=-g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all';

describe.skipIf(!has).each([
  ['with sanitizers', [SANITIZED]],
  ['without vector code', ['HV_CFLAGS=', 'CFLAGS=-Wall -Wextra -Werror']],
])('the static library, %s', (_, words) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpuv-library-'));
    execFileSync('make', ['-C', 'native', '-j2', `OUT=${folder}`, ...words, 'example'], { cwd: ROOT, stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const read = (input: string, ...args: string[]): { said: string; status: number | null } => {
    const { stdout, stderr, status } = spawnSync(join(folder, 'read_messages'), args, { input, encoding: 'latin1' });
    expect(stderr).toBe('');
    return { said: stdout, status };
  };

  it('reads requests, also heads that come in parts', () => {
    const cookie = 'c'.repeat(9000);
    const { said, status } = read(
      `POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: h\r\nCookie: ${cookie}\r\n\r\n`,
    );
    expect(said).toBe(
      `POST /a?b\n  Host: h\n  Content-Length: 3\n  3 bytes: abc\nend\nGET /\n  Host: h\n  Cookie: ${cookie}\nend\n`,
    );
    expect(status).toBe(0);
  });

  it('reads responses, with trailers and until the end of the connection', () => {
    const { said, status } = read(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\nHTTP/1.0 404 Not Found\r\n\r\nno',
      'responses',
    );
    expect(said).toBe(
      '200 OK\n  Transfer-Encoding: chunked\n  2 bytes: hi\ntrailers\n  A: b\nend\n404 Not Found\n  2 bytes: no\nend\n',
    );
    expect(status).toBe(0);
  });

  it('says why a message is refused, and at which byte', () => {
    const { said, status } = read('GET / HTTP/1.1\r\nHost : a\r\n\r\n');
    expect(said).toBe('refused, answer 400: white space stands between a field name and its colon, at byte 20\n');
    expect(status).toBe(1);
  });

  it('gives a program the helpers of the header', () => {
    const source = join(folder, 'helpers.c');
    writeFileSync(
      source,
      `#include <httpuv.h>
#include <stdio.h>
int main(void) {
  const uint8_t name[] = "X-Name: value", text[] = {'a', 0xc3, 0xa9, 0xe2, 0x82}, bad[] = {'a', 0xff};
  uint8_t frame[] = {0x81, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2}, moved[2];
  uint32_t open = 0, shut = 0, words[64] __attribute__((aligned(16)));
  struct hv_ws ws;
  const struct hv_ws_limits limits = {100, 10, 0};
  struct hv_table table = {words, 64, 0, NULL};
  hv_ws_init(&ws, HV_WS_SERVER);
  const uint32_t run = hv_utf8_run(text, 5, &open);
  const uint32_t key = hv_ws_mask(moved, frame + 6, 2, 0x04030201);
  printf("%u %u %d %u %x %.2s\\n", hv_token_run(name, 13), run, open != 0, hv_utf8_run(bad, 2, &shut), key, (char *)moved);
  const uint32_t consumed = hv_ws_feed(&ws, &limits, &table, frame, sizeof frame);
  printf("%u of %u, %u %.2s, %d\\n", consumed, (unsigned)sizeof frame, words[0], (char *)frame + words[1], hv_ws_finish(&ws));
  hv_ws_reset(&ws);
  return hv_ws_error(&ws) || hv_ws_size() != sizeof ws || hv_shapes_size() == 0;
}
`,
    );
    const program = join(folder, 'helpers');
    const library = join(folder, 'libhttpuv.a');
    execFileSync(
      'cc',
      ['-std=c11', '-fsanitize=address,undefined', '-Inative/include', source, library, '-o', program],
      {
        cwd: ROOT,
        stdio: 'pipe',
      },
    );
    const word = WS_KIND.DATA | ((WS_FLAG.START | WS_FLAG.END | WS_FLAG.ASCII) << 8);
    expect(execFileSync(program, { encoding: 'latin1' })).toBe(`6 5 1 1 2010403 hi\n8 of 8, ${word} hi, 0\n`);
  });
});

describe('the header', () => {
  it.skipIf(!needs('clang++', 'the Debian package clang'))('is one for C++, too', () => {
    const source = '#include <httpuv.h>\nint main() { return hv_http_size() == sizeof(hv_http) ? 0 : 1; }\n';
    const words = ['-std=c++11', '-pedantic-errors', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-x', 'c++', '-'];
    const { stderr, status } = spawnSync('clang++', ['-Inative/include', ...words], {
      cwd: ROOT,
      input: source,
      encoding: 'utf8',
    });
    expect([stderr, status]).toEqual(['', 0]);
  });
});
