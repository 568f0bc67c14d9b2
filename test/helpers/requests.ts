/** Requests as text, for tests that send them as bytes. Field lines are given with their line ends. */
import type { AppRequest, AppResponse } from '../../src/types.ts';

export function get(target: string, fields = ''): string {
  return `GET ${target} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;
}

export function post(target: string, body: string, fields = ''): string {
  return `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;
}

/** A request that asks for 100 Continue; its body of `length` bytes is still to come. */
export function expecting(target: string, length: number, version = '1.1'): string {
  return `POST ${target} HTTP/${version}\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
}

/** An app's answer that shows what it was asked: method, target, path, query and body. */
export function view(req: AppRequest): AppResponse {
  return { status: 200, body: JSON.stringify([req.method, req.url, req.PATH_INFO, req.QUERY_STRING, req.text()]) };
}
