/** The version of the package, as `package.json` says; a test compares the two. */
export const VERSION = '0.1.0';
