/** How much time this process was not given: a bound on what a server does in time is moved by it. */

const EACH_MS = 50;

/** Counts from now on. @returns A function that ends counting and gives the milliseconds by which its timers came late. */
export function countLateness(): () => number {
  let late = 0;
  let due = performance.now() + EACH_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    late += Math.max(0, now - due);
    due = now + EACH_MS;
  }, EACH_MS);
  return () => {
    clearInterval(timer);
    return late + Math.max(0, performance.now() - due);
  };
}
