/** Builds `dist/` once before the tests: the TypeScript half only, so no compiler but Node's is needed. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function build(): void {
  execFileSync(fileURLToPath(new URL('../../build.sh', import.meta.url)), ['ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
