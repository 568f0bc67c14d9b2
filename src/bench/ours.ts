/** Which contenders are this package's own, by their names: charts show those in colour. */

const OWN = /^(?:httpuv|native-httpuv|no-simd|twin|broadcast)(?:-|$)/;

/** True for this package's own contenders. */
export function isOwn(contender: string): boolean {
  return OWN.test(contender);
}
