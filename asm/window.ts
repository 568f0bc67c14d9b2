/**
 * Where the host puts bytes and where it finds them: two fixed windows of linear memory.
 * Longer inputs come in pieces; what happens between two pieces is the host's affair.
 */

/** Most input bytes of one call. */
export const WINDOW_BYTES: u32 = 32768;

/** Address of the input window. Everything below belongs to static tables. */
export const INPUT: usize = 4096;

/** Address of the output window: an escape is three times its byte, and a vector store may pass the end by 48. */
export const OUTPUT: usize = INPUT + 32768 + 64;
