/** What an app sees of a request whose body it reads while that arrives. */
import type { AppRequest } from '../../src/index.ts';

/** The head of a POST that announces so many bytes. */
export const head = (length: number): string => `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n`;

/** What an app saw of one request. */
export class Seen {
  bytes = 0;
  end = '';
  abortedAt = 0;
  reason = '';

  /** Reads the body to its end, whatever that is. */
  async read(req: AppRequest): Promise<void> {
    req.signal.addEventListener('abort', () => {
      this.abortedAt = performance.now();
      this.reason = (req.signal.reason as { code: string }).code;
    });
    try {
      for await (const part of req.stream()) this.bytes += part.length;
      this.end = 'whole';
    } catch (error) {
      this.end = (error as { code: string }).code;
    }
  }
}
