/** Opens an address in the user's browser, in a process of its own: it neither holds up nor ends this one. */
import { spawn } from 'node:child_process';

/** What that process runs: the package `open`, which knows the ways of all systems. */
const PROGRAM = `const [from, url] = process.argv.slice(1);
try {
  const { default: open } = await import(from);
  // Elsewhere, waiting would last as long as the browser runs.
  await open(url, { wait: process.platform === 'linux' });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}`;

/**
 * Opens an address. That it fails is only said: a server is of use without a browser, too.
 *
 * @param say Takes that sentence.
 */
export function openInBrowser(url: string, say: (line: string) => void): void {
  const failed = (reason: string): void => say(`Could not open browser due to error in open: ${reason}`);
  try {
    const words = ['--input-type=module', '--eval', PROGRAM, import.meta.resolve('open'), url];
    // Detached, so that Ctrl-C ends this program and not the browser.
    const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code) => {
      if (code !== 0) failed(errors.trim().split('\n').at(-1) ?? '');
    });
    child.unref();
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
  }
}
