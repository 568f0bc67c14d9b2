/** How long tests wait for what has to come before they call it missing: long, because a busy machine is no fault. */
export const PATIENCE_MS = 60_000;

/** How long a whole test may take: it ends what hangs and judges nothing. */
export const TEST_MS = 240_000;
