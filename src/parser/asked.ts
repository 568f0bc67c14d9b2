/** Which requests the coming responses answer: what has a body, and what ends HTTP, depends on the method asked with. */
import { PAUSE } from '../wasm/constants.gen.ts';

export class Asked {
  /** Methods without an answer yet, the next one first. */
  private readonly methods: string[] = [];
  /** Whether the response being read is the last one to its request. */
  isFinal: boolean = true;

  /** Adds a request. Returns whether the next response answers it. */
  add(method: string): boolean {
    return this.methods.push(method) === 1;
  }

  /** A response has ended. */
  answered(): void {
    if (this.isFinal) this.methods.shift();
  }

  forget(): void {
    this.methods.length = 0;
    this.isFinal = true;
  }

  /** What the machine is told before the next response. It stops behind each: the next one may answer another method. */
  get flags(): number {
    const [method] = this.methods;
    const answers = method === 'HEAD' ? PAUSE.ANSWERS_HEAD : method === 'CONNECT' ? PAUSE.ANSWERS_CONNECT : 0;
    return PAUSE.MESSAGE | answers;
  }
}
