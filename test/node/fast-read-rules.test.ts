/** The rules of the connection host hold in the same way for bytes that lie in the parser's memory. */
import { Rig } from '../helpers/conn-rig.ts';

Rig.lands = true;
await import('./conn-host.test.ts');
await import('./progress.test.ts');
await import('./refusals.test.ts');
await import('./time-outs.test.ts');
