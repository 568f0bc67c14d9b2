/** What parsers are compared with unless another one is chosen: the first of these that can run. */
export const REFERENCES: readonly string[] = ['node-flat', 'http-parser-js', 'httpuv-lazy'];
