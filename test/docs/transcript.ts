/**
 * Plays a console block of a page: lines behind `$ ` are commands, the lines below each are what must be printed.
 * It knows four commands: `node FILE … [&]` starts the program, `npx httpuv …` the built command, `curl … URL` asks it,
 * `wait` waits for its end.
 * `…` in an expected line stands for any text. The program gets PORT=0, the command
 * `--port 0`, and 8080 stands for the port it really has.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Agent, FormData, fetch } from 'undici';
import { expect } from 'vitest';
import { trusting } from '../helpers/trusting.ts';
import { ROOT } from './markdown.ts';

const PORT_OF_PAGE = '8080';

/** A command and what is printed for it. */
interface Step {
  readonly words: readonly string[];
  readonly printed: string;
}

export function steps(transcript: string): Step[] {
  const parts = transcript.split(/^\$ /m).slice(1);
  return parts.map((part) => {
    const [line = '', ...printed] = part.split('\n');
    return { words: words(line), printed: printed.join('\n') };
  });
}

/** Words of a command line; single quotes keep spaces. */
function words(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}

/** A pattern for exactly this text, with its wildcards and with any port. */
function pattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[^\\n]*').replaceAll(PORT_OF_PAGE, '\\d+')}`);
}

/** A program of the page while it runs. */
class Program {
  readonly child: ChildProcess;
  out: string = '';
  private seen = 0;
  private isOver = false;
  private readonly closed: Promise<void>;

  constructor(args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, args, { cwd, env: { ...process.env, PORT: '0' } });
    this.closed = once(this.child, 'close').then(() => {
      this.isOver = true;
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes) => {
        this.out += String(bytes);
        this.child.emit('said');
      });
    }
  }

  /** Waits until exactly `text` has been printed next. */
  async prints(text: string): Promise<void> {
    const lines = text.split('\n').length - 1;
    while (this.out.slice(this.seen).split('\n').length - 1 < lines && !this.isOver) {
      await Promise.race([this.closed, once(this.child, 'said')]);
    }
    const next = this.out.slice(this.seen);
    expect(next).toMatch(pattern(text));
    this.seen += pattern(text).exec(next)?.[0].length ?? 0;
  }

  /** Waits for its end: it must end well, and must not have printed more than was looked at. */
  async ends(): Promise<void> {
    await this.closed;
    expect(this.out.slice(this.seen)).toBe('');
    expect(this.child.exitCode).toBe(0);
  }

  get port(): string {
    return /:(\d+)\b/.exec(this.out)?.[1] ?? 'none was printed';
  }
}

/** Does what the words of a `curl` command ask for, and returns the body of the answer. */
async function curl(args: readonly string[], port: string, cwd: string): Promise<string> {
  let url = '';
  const request: { method?: string; body?: string | FormData; headers?: Record<string, string>; dispatcher?: Agent } =
    {};
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '--data') Object.assign(request, { method: 'POST', ...request, body: args[++i] });
    else if (word === '--form') {
      const form = request.body instanceof FormData ? request.body : new FormData();
      const [name = '', value = ''] = (args[++i] ?? '').split('=');
      if (value.startsWith('@')) form.append(name, fileAt(join(cwd, value.slice(1))));
      else form.append(name, value);
      Object.assign(request, { method: 'POST', body: form });
    } else if (word === '--request') Object.assign(request, { method: args[++i] });
    else if (word === '--header') {
      const [name = '', value = ''] = (args[++i] ?? '').split(': ');
      request.headers = { [name]: value };
    } else if (word === '--cacert') {
      const ca = readFileSync(join(cwd, args[++i] ?? ''));
      request.dispatcher = trusting(ca);
    } else if (/^https?:/.test(word) && url === '') url = word.replace(PORT_OF_PAGE, port);
    else throw new Error(`curl ${word} is not understood here`);
  }
  return (await fetch(url, request)).text();
}

function fileAt(path: string): File {
  return new File([readFileSync(path)], basename(path));
}

/** What Node runs for `npx httpuv …`. */
function builtCommand([name, ...args]: readonly string[]): string[] {
  if (name !== 'httpuv') throw new Error(`npx ${name} is not understood here`);
  return [`${ROOT}dist/cli/main.js`, ...args.map((word) => (word === PORT_OF_PAGE ? '0' : word))];
}

/** Plays a transcript in the folder that holds its program. */
export async function play(transcript: string, cwd: string): Promise<void> {
  let program: Program | null = null;
  try {
    for (const { words, printed } of steps(transcript)) {
      const [command, ...args] = words;
      if (command === 'node' || command === 'npx') {
        const isLeft = args.at(-1) === '&';
        const given = isLeft ? args.slice(0, -1) : args;
        program = new Program(command === 'npx' ? builtCommand(given) : given, cwd);
        await program.prints(printed);
        if (!isLeft) await program.ends();
      } else if (command === 'curl' && program !== null) {
        expect(await curl(args, program.port, cwd)).toMatch(new RegExp(`${pattern(printed).source}$`));
      } else if (command === 'wait' && program !== null) {
        await program.prints(printed);
        await program.ends();
      } else {
        throw new Error(`"${command}" is not understood here`);
      }
    }
  } finally {
    program?.child.kill('SIGKILL');
  }
}
