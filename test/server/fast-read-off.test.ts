/** What is promised on the wire holds where sockets cannot read into the parser's memory. */
import { vi } from 'vitest';

vi.mock('../../src/node/fast-read.ts', () => ({ canReadFast: () => false, handOver: () => null }));

await import('./wire/bad-inputs-framing.test.ts');
await import('./wire/connection.test.ts');
await import('./wire/expect-and-pipelining.test.ts');
await import('./wire/files-and-order.test.ts');
await import('./wire/limits.test.ts');
await import('./wire/on-headers.test.ts');
await import('./wire/responses.test.ts');
