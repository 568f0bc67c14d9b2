/** What a callback of the app came to: told apart without trusting it, since an app may return or throw anything. */

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Gives a thenable's value when it is there: also that of a thenable that it gives. Throws what its `then` throws. */
export function whenThere(
  thenable: PromiseLike<unknown>,
  take: (value: unknown) => void,
  fail: (error: unknown) => void,
): void {
  thenable.then((value) => {
    if (!isThenable(value)) {
      take(value);
      return;
    }
    try {
      whenThere(value, take, fail);
    } catch (error) {
      fail(error);
    }
  }, fail);
}

/** R's "go on": NULL or an empty list. An object of a class is neither, though it may have no keys of its own. */
export function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== 'object') return false;
  const kind: unknown = Object.getPrototypeOf(value);
  return (kind === Object.prototype || kind === Array.prototype || kind === null) && Object.keys(value).length === 0;
}

/** The text of whatever was thrown, which may itself throw when it is looked at. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return 'what was thrown cannot be shown as text';
  }
}
