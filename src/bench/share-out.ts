/** How rounds are shared among those that begin anew: processes of the command, workers of the page. */

/** So many rounds for each process, as even as can be. */
export function shareOut(rounds: number, processes: number): number[] {
  const count = Math.min(rounds, processes);
  return Array.from({ length: count }, (_, at) => Math.floor((rounds + at) / count)).reverse();
}

/** What is to be known of a run in which nobody began anew. */
export function aloneNote(one: 'process' | 'worker'): string {
  return `one ${one} made all rounds: intervals know nothing of what another ${one} would find`;
}
