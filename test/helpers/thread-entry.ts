/** Stands for `src/thread/entry.ts` in tests that run from source: the I/O thread itself is the built one. */
export const IO_THREAD_ENTRIES: readonly URL[] = [new URL('../../dist/thread/io-thread.cjs', import.meta.url)];
