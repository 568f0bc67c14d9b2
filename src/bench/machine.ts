/** What a figure was measured on: the facts and their lines. Asks nobody; whoever knows a runtime collects them. */

/** The facts that stand beside every figure. What a runtime does not tell is absent. */
export interface Machine {
  /** Model of the processor, or `unknown`. */
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB?: number;
  readonly os: string;
  /** Name and version, such as `Node 24.1.0`, `Deno 2.9.5`, `Chromium 140`. */
  readonly runtime: string;
  /** JavaScript engine with its version. */
  readonly engine?: string;
  /** Version of Node that runs, with its `v`; in other runtimes absent, also where they claim one. */
  readonly node?: string;
  readonly v8?: string;
  /** Version of this package. */
  readonly version?: string;
  /** Short commit of this package's repository, with `+` when files differ from it; absent outside a repository. */
  readonly commit?: string;
  /** First line of `cc --version`, when a compiler took part. */
  readonly compiler?: string;
  /** Load average over one minute at the start: above the number of cores, expect wide intervals. */
  readonly load?: number;
}

/** The facts as lines for people. */
export function machineLines(machine: Machine): string[] {
  const { cpu, cores, memoryGiB, load, os, runtime, engine, version, commit, compiler } = machine;
  const memory = memoryGiB === undefined ? '' : `, ${memoryGiB} GiB`;
  return [
    `machine   ${cpu}, ${cores} cores${memory}${load === undefined ? '' : `, load ${load}`}`,
    `system    ${os}`,
    `runtime   ${runtime}${engine === undefined ? '' : `, ${engine}`}`,
    ...(version === undefined ? [] : [`package   httpuv-wasm ${version}`]),
    ...(commit === undefined ? [] : [`commit    ${commit}`]),
    ...(compiler === undefined ? [] : [`compiler  ${compiler}`]),
  ];
}
