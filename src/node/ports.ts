/** Tries ports by really binding them for a moment. It chooses none by itself. */
import { createServer } from 'node:net';

/** A port that is taken, or that this user may not take; any other error says that the host itself cannot be bound. */
const NEXT_PORT_MAY_DO: ReadonlySet<string | undefined> = new Set(['EADDRINUSE', 'EACCES', 'EPERM']);

/** The first of these ports that can be bound now; null with the last refusal when there is none. */
export async function firstFreePort(
  host: string,
  ports: readonly number[],
): Promise<{ port: number | null; refusal: NodeJS.ErrnoException | null }> {
  let refusal: NodeJS.ErrnoException | null = null;
  for (const port of ports) {
    refusal = await tryToBind(host, port);
    if (refusal === null) return { port, refusal: null };
    if (!NEXT_PORT_MAY_DO.has(refusal.code)) break;
  }
  return { port: null, refusal };
}

/** Binds the port for a moment; null when that worked, else why it did not. */
function tryToBind(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
