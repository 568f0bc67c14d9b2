/**
 * Where the I/O thread's file may be, beside this one: as it is built, in one piece and loaded by `require`, which takes a
 * third less time than modules; or what a bundler made of its entry (see README, "Bundling").
 */
export const IO_THREAD_ENTRIES: readonly URL[] = [
  new URL('./io-thread.cjs', import.meta.url),
  new URL('./io-thread.js', import.meta.url),
];
