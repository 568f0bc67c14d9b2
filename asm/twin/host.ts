/** uri-host [ ":" port ] of RFC 9110 section 7.2, with the hosts of RFC 3986 section 3.2.2. Zone ids and IPvFuture are refused. */
import { byteIs, DIGIT, HEX, HOST, runOf } from './bytes';

/** Where the port of the last host begins, behind its colon; 0 without one. */
export let portAt: usize = 0;

/** Where a host with an optional port breaks off: `last` when all of it is one. An empty host ends where it begins. */
export function hostEnd(p: usize, last: usize): usize {
  portAt = 0;
  const behind = p < last && load<u8>(p) == 0x5b ? literalEnd(p, last) : nameEnd(p, last);
  if (behind == p || behind == last || load<u8>(behind) != 0x3a) return behind;
  portAt = behind + 1;
  return runOf(DIGIT, portAt, last);
}

/** reg-name = *( unreserved / pct-encoded / sub-delims ); an IPv4address is one, too. */
function nameEnd(p: usize, last: usize): usize {
  while (true) {
    p = runOf(HOST, p, last);
    const isEscape = last - p >= 3 && load<u8>(p) == 0x25 && byteIs(load<u8>(p, 1), HEX) && byteIs(load<u8>(p, 2), HEX);
    if (!isEscape || p >= last) return p;
    p += 3;
  }
}

/** Behind "[" IPv6address "]", or p when there is none. */
function literalEnd(p: usize, last: usize): usize {
  let q = p + 1;
  while (q < last && load<u8>(q) != 0x5d) q++;
  return q < last && isIpv6(p + 1, q) ? q + 1 : p;
}

/** Eight groups, the last two perhaps an IPv4address; one "::" stands for one group of zeros or more. */
function isIpv6(p: usize, last: usize): bool {
  let groups: u32 = 0;
  let hasGap = false;
  let needsColon = false;
  while (p < last) {
    if (last - p >= 2 && load<u16>(p) == 0x3a3a) {
      if (hasGap) return false;
      hasGap = true;
      needsColon = false;
      p += 2;
      continue;
    }
    if (needsColon && load<u8>(p++) != 0x3a) return false;
    const behind = runOf(HEX, p, last);
    if (behind < last && load<u8>(behind) == 0x2e) {
      if (!isIpv4(p, last)) return false;
      groups += 2;
      break;
    }
    if (behind == p || behind - p > 4) return false;
    groups++;
    needsColon = true;
    p = behind;
  }
  return hasGap ? groups < 8 : groups == 8;
}

/** Four numbers from 0 to 255, without leading zeros. */
function isIpv4(p: usize, last: usize): bool {
  for (let part: u32 = 0; part < 4; part++) {
    const behind = runOf(DIGIT, p, last);
    const n = behind - p;
    if (n < 1 || n > 3 || (n > 1 && load<u8>(p) == 0x30)) return false;
    let value: u32 = 0;
    for (; p < behind; p++) value = value * 10 + load<u8>(p) - 0x30;
    if (value > 255) return false;
    if (part == 3) break;
    if (p == last || load<u8>(p) != 0x2e) return false;
    p++;
  }
  return p == last;
}
