/** What parsers are compared with unless another one is chosen: the first of these that can run, and reads the input. */
export const REFERENCES: readonly string[] = [
  'node-flat',
  'http-parser-js',
  'undici-llhttp',
  'httpuv-lazy',
  'ws-receiver',
  'httpuv-messages',
];
