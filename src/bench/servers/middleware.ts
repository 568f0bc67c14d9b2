/** Static files by a package that need not be installed, on `node:http`, as its manual shows it and without options. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requireOptional } from '../optional.ts';
import { filesFolder } from './files.ts';
import { reportUsage } from './report-usage.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** True when the package is installed. */
export function hasMiddleware(name: string): boolean {
  return typeof found(name) === 'function';
}

/** The version of the package, undefined when it is not installed. */
export function middlewareVersion(name: string): string | undefined {
  const manifest = requireOptional(`${name}/package.json`) as { readonly version?: string } | undefined;
  return hasMiddleware(name) ? manifest?.version : undefined;
}

/** Serves the folder that the runner names. */
export function serveMiddleware(name: string): void {
  const make = found(name);
  const folder = filesFolder();
  if (make === undefined || folder === undefined) throw new Error(`${name} or the folder to serve is missing`);
  const handle = make(folder);
  const server = createServer((request, response) => {
    handle(request, response, () => {
      response.writeHead(404).end();
    });
  });
  const listening = (): void => reportUsage((server.address() as AddressInfo).port); // It listens on a port.
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, listening);
}

/** Whoever installed something else under this name gets an error from the program that uses it. */
function found(name: string): ((folder: string) => Handler) | undefined {
  return requireOptional(name) as ((folder: string) => Handler) | undefined;
}
