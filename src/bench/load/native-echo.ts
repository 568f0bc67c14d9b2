/** Load of messages by a program in C, which takes less of the machine from the servers than any script; built on the spot. */
import { build } from '../native.ts';
import { type EchoTool, HANDSHAKE } from './echo.ts';
import { sumsOf } from './spawned.ts';

/** The program, or why there is none. */
export function nativeEcho(): EchoTool | string {
  if (process.platform !== 'linux') return 'the load generator in C needs Linux';
  const built = build('echo_load', '');
  if (typeof built === 'string') return built;
  return {
    name: 'a program in C',
    drive({ port, connections, depth, timeMs }, { sent, echoed, frameBytes, headBytes }) {
      const greeting = Buffer.from(HANDSHAKE);
      const input = [greeting, sent, echoed];
      const numbers = [port, connections, depth, timeMs, ...input.map(({ length }) => length), frameBytes, headBytes];
      return sumsOf(built.path, numbers.map(String), timeMs, input);
    },
    close: built.remove,
  };
}
