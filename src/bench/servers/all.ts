/** The servers that are compared, in the order of the table. */
import { startCannedEpoll, withoutCannedEpoll } from './canned-epoll.ts';
import { hasOpenssl } from './certificate.ts';
import { filesVariable } from './files.ts';
import { hasMiddleware } from './middleware.ts';
import { hasNginx, startNginx } from './nginx.ts';
import { hasProc } from './proc.ts';
import { rHttpuvVersion, type ServerProcess, startBlockedServer, startNodeServer, startRServer } from './process.ts';
import { hasBufferutil, hasWs } from './ws-package.ts';

/** A server program of the comparison. */
export interface ServerContender {
  readonly name: string;
  readonly title: string;
  /** Undefined when it can run here, else what would help. */
  missing(): string | undefined;
  /** @param files A folder whose files it is to serve. */
  start(files?: string): Promise<ServerProcess>;
}

const INSTALL_MIDDLEWARE = 'npm install sirv serve-static';
const INSTALL_WS = 'npm install ws bufferutil';

/** All servers: those that answer requests, those that echo messages, those that serve files, and those that do more. */
export const SERVERS: readonly ServerContender[] = [
  {
    name: 'raw-epoll',
    title: 'epoll in C with a canned answer',
    missing: withoutCannedEpoll,
    start: startCannedEpoll,
  },
  node('raw-net', 'node:net with a canned answer'),
  node('node-http', 'node:http'),
  node('httpuv-inline', "this package, io: 'inline'"),
  node('httpuv-thread', "this package, io: 'thread', app on the event loop"),
  {
    name: 'httpuv-sync',
    title: "this package, io: 'thread', app in a serviceSync loop",
    missing: withoutProc,
    start: () => startBlockedServer('httpuv-sync'),
  },
  overTls('raw-tls', 'node:tls with a canned answer'),
  overTls('node-https', 'node:https'),
  overTls('httpuv-tls-inline', "this package over TLS, io: 'inline'"),
  overTls('httpuv-tls-thread', "this package over TLS, io: 'thread'"),
  {
    name: 'ws',
    title: 'ws, masks in JavaScript',
    missing: () => (hasWs() ? undefined : INSTALL_WS),
    start: () => startNodeServer('ws', { WS_NO_BUFFER_UTIL: '1' }),
  },
  {
    name: 'ws-bufferutil',
    title: 'ws with the native masks of bufferutil',
    missing: () => (hasBufferutil() ? undefined : INSTALL_WS),
    // Said in any case: it might be switched off around us.
    start: () => startNodeServer('ws', { WS_NO_BUFFER_UTIL: '' }),
  },
  {
    name: 'ws-broadcast',
    title: 'ws, one send for each',
    missing: () => (hasWs() ? undefined : INSTALL_WS),
    start: () => startNodeServer('ws-broadcast'),
  },
  node('broadcast-inline', "this package's websockets, io: 'inline'"),
  node('broadcast-thread', "this package's websockets, io: 'thread'"),
  {
    name: 'r-httpuv',
    title: "R's httpuv",
    missing: () =>
      withoutProc() ?? (rHttpuvVersion() !== undefined ? undefined : 'apt-get install r-base-core r-cran-httpuv'),
    start: (files) => startRServer(filesVariable(files)),
  },
  middleware('sirv'),
  middleware('serve-static'),
  {
    name: 'nginx',
    title: 'nginx, one process',
    missing: () => withoutProc() ?? (hasNginx() ? undefined : 'apt-get install nginx'),
    start: startNginx,
  },
];

function node(name: string, title: string): ServerContender {
  return { name, title, missing: () => undefined, start: (files) => startNodeServer(name, filesVariable(files)) };
}

function overTls(name: string, title: string): ServerContender {
  const missing = (): string | undefined => (hasOpenssl() ? undefined : 'apt-get install openssl');
  return { name, title, missing, start: () => startNodeServer(name) };
}

function middleware(name: 'sirv' | 'serve-static'): ServerContender {
  return {
    name,
    title: `${name} on node:http`,
    missing: () => (hasMiddleware(name) ? undefined : INSTALL_MIDDLEWARE),
    start: (files) => startNodeServer(name, filesVariable(files)),
  };
}

/** What is said of a program that cannot tell its usage by itself, where nobody else can. */
function withoutProc(): string | undefined {
  return hasProc() ? undefined : 'its CPU time can only be read on Linux';
}
