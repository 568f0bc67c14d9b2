/** The worker of the page: says what there is to compare, then does what it is ordered, once. Knows nothing of a window. */
import { type Contenders, compareParsers, referenceOf } from '../compare-parsers.ts';
import { type ContenderLoader, isMissing } from '../contender.ts';
import { contenderModule } from '../contender-module.ts';
import { portableContenders } from '../contenders/portable.ts';
import { type ParserInput, parserInputs } from '../inputs.ts';
import { withVersion } from '../package-version.ts';
import { REFERENCES } from '../references.ts';
import { userInput } from '../user-input.ts';
import { browserHost, fetchOwnFile } from './browser-host.ts';
import { fetchPackages } from './browser-packages.ts';
import type { Offer, Order, Told } from './messages.ts';
import { OWN_FILES_AT, type OwnFiles } from './own-files.ts';

interface Loaded {
  readonly contenders: Contenders;
  /** Names of the user's own. */
  readonly own: readonly string[];
  readonly inputs: readonly ParserInput[];
}

const ROOT = new URL('../../../', import.meta.url);

const tell = (told: Told): void => postMessage(told);

async function load(): Promise<Loaded> {
  const answer = await fetch(new URL(OWN_FILES_AT, ROOT));
  const own = (await answer.json()) as OwnFiles; // Written by found.ts.
  const modules = own.contenders.map(({ name, path }) => contenderModule(name, () => import(new URL(path, ROOT).href)));
  const [builtIn, theirs] = await Promise.all([
    findAll(portableContenders(fetchOwnFile, fetchPackages)),
    findAll(modules),
  ]);
  const contenders = [...builtIn, ...theirs];
  const twice = contenders.find(({ name }, at) => contenders.findIndex((one) => one.name === name) < at);
  if (twice !== undefined) throw new Error(`--contender: there is a contender named "${twice.name}" already`);
  const inputs = own.inputs.map(async ({ name, path }) => userInput(name, await fetchOwnFile(path), contenders));
  const names = theirs.map(({ name }) => name);
  return { contenders, own: names, inputs: own.inputs.length > 0 ? await Promise.all(inputs) : parserInputs() };
}

async function findAll(loaders: readonly ContenderLoader[]): Promise<Contenders> {
  return (await Promise.all(loaders.map(whatItFinds))).flat();
}

/** One that cannot be loaded does not stop the others. */
async function whatItFinds(loader: ContenderLoader): Promise<Contenders> {
  try {
    return await Promise.all((await loader()).map((one) => withVersion(one, fetchPackages)));
  } catch (error) {
    return (loader.names ?? []).map((name) => ({ name, missing: sentenceOf(error) }));
  }
}

function offerOf({ contenders, own, inputs }: Loaded): Offer {
  return {
    inputs: inputs.map(({ name, title }) => ({ name, title })),
    contenders: contenders.map((one) => ({
      name: one.name,
      isOwn: own.includes(one.name),
      ...(isMissing(one) ? { title: '', missing: one.missing } : { title: one.title }),
    })),
    reference: referenceOf(contenders, undefined, REFERENCES),
  };
}

async function run({ contenders, inputs }: Loaded, order: Order): Promise<void> {
  const { reference, lengths } = order;
  const report = await compareParsers({
    contenders: contenders.filter(({ name }) => order.contenders.includes(name)),
    inputs: inputs.filter(({ name }) => order.inputs.includes(name)),
    filter: [],
    reference,
    lengths,
    host: browserHost(navigator),
    progress: (line, done) => tell({ type: 'progress', line, done }),
    grown: (found) => tell({ type: 'grown', report: found }),
  });
  tell({ type: 'finished', report });
}

function failed(error: unknown): void {
  tell({ type: 'failed', message: sentenceOf(error) });
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const loaded = load();
loaded.then((all) => tell({ type: 'offer', offer: offerOf(all) }), failed);

// Only this page's own window can write to its worker.
addEventListener('message', ({ data }: MessageEvent<Order>) => {
  loaded.then((all) => run(all, data)).catch(failed);
});
