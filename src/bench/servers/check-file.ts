/** Asks a server for a file and compares all of it: a server that sends something else is not timed. Knows no server. */
import { get } from 'node:http';
import { content, filePath } from './files.ts';

const TIMEOUT_MS = 20_000;

/**
 * Asks for the file of a size, twice on one server: what is kept from the first answer must be right, too.
 * @returns Undefined when status, length and bytes are right, else what is wrong as a sentence.
 */
export async function wrongFile(port: number, bytes: number): Promise<string | undefined> {
  const expected = content(bytes);
  return (await wrongOnce(port, bytes, expected)) ?? (await wrongOnce(port, bytes, expected));
}

function wrongOnce(port: number, bytes: number, expected: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: filePath(bytes), agent: false }, (response) => {
      const { statusCode, headers } = response;
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => {
        if (statusCode !== 200) resolve(`answered with status ${statusCode}`);
        else if (headers['content-encoding'] !== undefined) resolve('answered with a coding that was not asked for');
        else if (headers['content-length'] !== String(bytes)) {
          resolve(`announced ${headers['content-length'] ?? 'no length'} instead of ${bytes} bytes`);
        } else resolve(Buffer.concat(pieces).equals(expected) ? undefined : 'sent other bytes than those of the file');
      });
    });
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`was silent for ${TIMEOUT_MS} ms`)));
    request.on('error', (error) => resolve(error.message));
  });
}
