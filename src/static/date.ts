/** Reads HTTP dates (RFC 9110 section 5.6.7): the form that is sent today, and the two that must still be read. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = `(${MONTHS.join('|')})`;
const TIME = '(\\d\\d):(\\d\\d):(\\d\\d)';
const FIXDATE = new RegExp(`^${DAY}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`);
const RFC850 = new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^${DAY} ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`);

/** Seconds since 1970; null when the text is no date. @param now Milliseconds since 1970: two-digit years lie around it. */
export function parseDate(text: string, now: number): number | null {
  const fix = FIXDATE.exec(text);
  if (fix !== null) return seconds(fix[3], fix[2], fix[1], fix[4], fix[5], fix[6]);
  const old = RFC850.exec(text);
  if (old !== null) return seconds(String(fullYear(Number(old[3]), now)), old[2], old[1], old[4], old[5], old[6]);
  const c = ASCTIME.exec(text);
  return c === null ? null : seconds(c[6], c[1], c[2], c[3], c[4], c[5]);
}

/** A year that seems to be more than 50 years ahead is the last one in the past with these digits. */
function fullYear(digits: number, now: number): number {
  const year = new Date(now).getUTCFullYear();
  const full = year - (year % 100) + digits;
  return full > year + 50 ? full - 100 : full;
}

function seconds(...parts: readonly (string | undefined)[]): number | null {
  const [year = 0, , day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const month = MONTHS.indexOf(parts[1] ?? '');
  const ms = Date.UTC(year, month, day, hour, minute, Math.min(second, 59));
  const isReal = new Date(ms).getUTCDate() === day && day > 0 && hour < 24 && minute < 60 && second <= 60;
  // `Date.UTC` takes years below 100 for others.
  return isReal && year >= 100 ? ms / 1000 : null;
}
