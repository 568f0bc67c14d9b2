/**
 * Stands for src/thread/entry.ts in all tests: a worker cannot load TypeScript on every line of Node, so the I/O thread
 * of a server that runs from source is the built one.
 */
export const IO_THREAD_ENTRY: URL = new URL('../../dist/thread/io-thread.js', import.meta.url);
