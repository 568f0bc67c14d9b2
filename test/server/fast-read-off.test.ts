/** What is promised on the wire holds where sockets read through Buffers. */
import { vi } from 'vitest';

vi.mock('../../src/server/options.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/server/options.ts')>();
  const resolveOptions: typeof original.resolveOptions = (given) => ({
    ...original.resolveOptions(given),
    fastRead: false,
  });
  return { ...original, resolveOptions };
});

await import('./wire/bad-inputs-framing.test.ts');
await import('./wire/connection.test.ts');
await import('./wire/expect-and-pipelining.test.ts');
await import('./wire/files-and-order.test.ts');
await import('./wire/limits.test.ts');
await import('./wire/on-headers.test.ts');
await import('./wire/responses.test.ts');
