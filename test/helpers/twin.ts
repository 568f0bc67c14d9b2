/** Instances of twin.wasm for tests. */
import { readFileSync } from 'node:fs';
import { TWIN_PATH, twinMaker } from '../../src/bench/builds.ts';

/** A new instance of the second parser. */
export const instantiateTwin = twinMaker(new Uint8Array(readFileSync(new URL(`../../${TWIN_PATH}`, import.meta.url))));
