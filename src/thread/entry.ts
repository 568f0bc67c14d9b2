/** Where the I/O thread's file is: beside this one, also in a bundle (see README, "Bundling"). */
export const IO_THREAD_ENTRY: URL = new URL('./io-thread.js', import.meta.url);
