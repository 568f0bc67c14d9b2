/** Serves a folder, blocked, until a file named `stop` lies in it. Arguments: the folder, the port. */
import { existsSync, writeSync } from 'node:fs';
import { interrupt, later, listServers, runStaticServerSync } from '../../dist/index.js';

const tell = (...words) => writeSync(1, `${words.join(' ')}\n`);
const [folder, port] = process.argv.slice(2);

const stopWhenTold = () => {
  if (existsSync(`${folder}/stop`)) interrupt();
  else later(stopWhenTold, 0.02);
};
stopWhenTold();
try {
  const result = runStaticServerSync(folder, { port: Number(port), logger: (_level, line) => tell(line) });
  tell(result, listServers().length);
} catch ({ code, message }) {
  tell(code, message);
}
