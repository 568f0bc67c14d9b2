/** The JSON service of the demo: the standard deviation of `{"data":[…]}`. It knows nothing of HTTP but its status. */

/** An answer of the service: an HTTP status and what is sent as JSON. */
export interface ServiceAnswer {
  readonly status: 200 | 400;
  readonly value: Readonly<Record<string, unknown>>;
}

function refuse(error: string): ServiceAnswer {
  return { status: 400, value: { error } };
}

/**
 * Sample standard deviation, as R's `sd()`: the divisor is n − 1. Two passes, because the difference of two large
 * sums would lose all digits when the numbers lie close together far from zero.
 *
 * @param data At least two finite numbers.
 */
export function sampleDeviation(data: readonly number[]): { mean: number; sd: number } {
  const mean = data.reduce((sum, each) => sum + each / data.length, 0);
  const scale = Math.max(...data.map((each) => Math.abs(each - mean)));
  if (scale === 0) return { mean, sd: 0 };
  // Scaled, so that squares of very large or very small differences stay finite and above zero.
  const squares = data.reduce((sum, each) => sum + ((each - mean) / scale) ** 2, 0);
  return { mean, sd: scale * Math.sqrt(squares / (data.length - 1)) };
}

/** Answers one request body. */
export function deviationService(body: string): ServiceAnswer {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return refuse('The body is not JSON. Send an object such as {"data":[1,2,3]}.');
  }
  if (typeof request !== 'object' || request === null || !('data' in request)) {
    return refuse('The JSON has no "data". Send an object such as {"data":[1,2,3]}.');
  }
  const { data } = request;
  if (!Array.isArray(data)) return refuse('"data" is not an array. Send an object such as {"data":[1,2,3]}.');
  const at = data.findIndex((each) => typeof each !== 'number' || !Number.isFinite(each));
  if (at >= 0) return refuse(`"data" may hold only finite numbers, but item ${at + 1} is ${JSON.stringify(data[at])}.`);
  if (data.length < 2) return refuse(`A standard deviation needs at least two numbers, but "data" has ${data.length}.`);
  const { mean, sd } = sampleDeviation(data);
  if (!Number.isFinite(sd)) return refuse('The numbers are too large: their standard deviation is not finite.');
  return { status: 200, value: { sd, n: data.length, mean } };
}
