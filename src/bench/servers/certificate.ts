/** A certificate for server programs that speak TLS: made anew by openssl in each of them, trusted by nobody. */
import { execFileSync, spawnSync } from 'node:child_process';

/** Whether openssl is installed. */
export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;
}

/** One with an elliptic key, in PEM form. */
export function makeCertificate(): { readonly cert: string; readonly key: string } {
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const made = execFileSync('openssl', [...words, '-subj', '/CN=localhost', '-keyout', '-', '-out', '-'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Both are printed one behind the other.
  return { cert: part(made, 'CERTIFICATE'), key: part(made, 'PRIVATE KEY') };
}

function part(text: string, name: string): string {
  const found = new RegExp(`-----BEGIN ${name}-----[^-]*-----END ${name}-----\\n`).exec(text);
  if (found === null) throw new Error(`openssl printed no ${name}`);
  return found[0];
}
