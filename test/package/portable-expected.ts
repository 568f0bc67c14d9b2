/** What portable-check.mjs tells on every host. */
export const EXPECTED: Readonly<Record<string, unknown>> = {
  events: ['GET', '/a', 'y', 'end', 'HV_SPACE_BEFORE_COLON', 20],
  records: [1, 5, 2],
  streamed: ['/b', 'hello', 'X-T', 't'],
  written: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
  message: 'grüße',
  pieces: [true, true, 7],
  echoed: 'over streams',
  accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  decoded: 'ä b',
};
