/** Answers what no file answers when other origins may ask: their preflights, and refusals that they can read. */
import type { AppRequest, AppResponse } from '../../index.ts';
import { SHARED } from './options.ts';

const METHODS = 'GET, HEAD, OPTIONS';
/** How long a browser may remember what it was told, in seconds. */
const REMEMBERED_S = '600';

/** The app behind shared files. */
export function answerRest({ method, headers }: AppRequest): AppResponse {
  const asked = headers['access-control-request-headers'];
  if (method === 'OPTIONS') {
    return {
      status: 204,
      headers: [
        ...SHARED,
        ['Allow', METHODS],
        ['Access-Control-Allow-Methods', METHODS],
        ['Access-Control-Max-Age', REMEMBERED_S],
        ...(asked === undefined ? [] : ([['Access-Control-Allow-Headers', asked]] as const)),
      ],
    };
  }
  if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'Method Not Allowed', [['Allow', METHODS]]);
  return refusal(404, 'Not Found');
}

function refusal(status: number, reason: string, more: readonly (readonly [string, string])[] = []): AppResponse {
  const headers = [...SHARED, ...more, ['Content-Type', 'text/plain; charset=UTF-8']] as const;
  return { status, headers, body: `${status} ${reason}\n` };
}
