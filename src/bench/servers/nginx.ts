/** nginx as one process with a configuration of its own, which needs nothing of the system's. Linux tells its usage. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomPort } from '../../index.ts';
import { usageOfProcess } from './proc.ts';
import { abandon, end, type ServerProcess } from './process.ts';

const START_TIMEOUT_MS = 10_000;

/** The version of nginx, undefined when it is not installed. */
export function nginxVersion(): string | undefined {
  // It is told on standard error.
  return /nginx\/(\S+)/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr ?? '')?.[1];
}

/** True when nginx is installed. */
export function hasNginx(): boolean {
  return nginxVersion() !== undefined;
}

/** Starts nginx for a folder. */
export async function startNginx(files: string = '/nowhere'): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'httpuv-bench-nginx-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const port = await randomPort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, configurationFor(folder, files, port));
  const [program = '', ...words] = [...outlivingNobody(), 'nginx', '-p', folder, '-e', 'stderr', '-c', configuration];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.once('exit', (code) => {
    failure = new Error(`nginx ended with code ${code}`);
  });
  const until = performance.now() + START_TIMEOUT_MS;
  while (failure === undefined && !(await listens(port))) {
    if (performance.now() > until) failure = new Error(`nginx did not listen in ${START_TIMEOUT_MS} ms`);
    await delay(20);
  }
  if (failure !== undefined) {
    await remove();
    return abandon(child, failure);
  }
  const pid = child.pid ?? 0;
  return {
    port,
    pid,
    usage: async () => usageOfProcess(pid),
    stop: async () => {
      await end(child);
      await remove();
    },
  };
}

/** Words before a program that has it end when this process is gone, however that ended; none where nobody knows how. */
function outlivingNobody(): readonly string[] {
  const words = ['setpriv', '--pdeathsig', 'TERM'];
  return spawnSync('setpriv', [...words.slice(1), 'true']).status === 0 ? words : [];
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** What files need, and no log. A connection may last as long as load goes on, as on the other servers. */
function configurationFor(folder: string, files: string, port: number): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr emerg;
events { worker_connections 4096; }
http {
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  ${places.map((place) => `${place}_temp_path ${folder}/${place};`).join(' ')}
  server { listen 127.0.0.1:${port} backlog=4096; root ${files}; }
}
`;
}
