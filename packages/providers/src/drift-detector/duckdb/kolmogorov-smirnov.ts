import { logGamma } from "./chi-square.ts";

/**
 * Two-sided p-value of the two-sample Kolmogorov-Smirnov statistic `d` for samples of `n` and `m`. Exact by counting lattice
 * paths up to 10,000 a side; beyond that the one-sample distribution at the effective size n m / (n + m), as SciPy has it.
 * The exact count takes n times m steps.
 */
export function ksPValue(d: number, n: number, m: number): number {
  if (d <= 0) return 1;
  return Math.max(n, m) <= 10_000 ? exactPValue(d, n, m) : oneSampleTail(roundHalfEven((n * m) / (n + m)), d);
}

/**
 * Share of lattice paths from (0,0) to (n,m) that leave the band; one row of the recursion is kept. The paths that leave are
 * counted, not those that stay, so that tiny p-values keep their digits.
 */
function exactPValue(d: number, n: number, m: number): number {
  const divisor = greatestCommonDivisor(n, m);
  const limit = Math.round((d * n * m) / divisor);
  const isOutside = (i: number, j: number): boolean => Math.abs((i * m - j * n) / divisor) >= limit;
  const left = new Float64Array(m + 1);
  for (let j = 1; j <= m; j += 1) left[j] = isOutside(0, j) ? 1 : (left[j - 1] ?? 0);
  for (let i = 1; i <= n; i += 1) {
    left[0] = isOutside(i, 0) ? 1 : (left[0] ?? 0);
    for (let j = 1; j <= m; j += 1) {
      left[j] = isOutside(i, j) ? 1 : ((left[j] ?? 0) * i + (left[j - 1] ?? 0) * j) / (i + j);
    }
  }
  return left[m] ?? 0;
}

/** P(D_n >= d) for one sample of n: Smirnov's exact one-sided sum twice in the tail, the Pelz-Good series (1976) elsewhere. */
function oneSampleTail(n: number, d: number): number {
  if (d >= 1) return 0;
  const squared = n * d * d;
  if (squared >= 370) return 0;
  if (squared >= 2.2 || d >= 0.5) return Math.min(1, 2 * smirnovTail(n, d));
  return Math.min(1, Math.max(0, 1 - pelzGood(n, d)));
}

/** P(D+_n >= d) = d * sum over j of C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j), summed in logarithms. */
function smirnovTail(n: number, d: number): number {
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - d)); j += 1) {
    const rest = 1 - d - j / n;
    if (rest <= 0) continue;
    const binomial = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(Math.log(d) + binomial + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
  }
  return sum;
}

/** P(D_n < d) as a series in 1 / sqrt(n) with four terms. */
function pelzGood(n: number, d: number): number {
  const z = d * Math.sqrt(n);
  const z2 = z * z;
  const root = Math.sqrt(Math.PI / 2);
  const pi2 = Math.PI ** 2;
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  for (let k = -20; k <= 20; k += 1) {
    const half2 = (k + 0.5) ** 2;
    const a = Math.exp((-pi2 * half2) / (2 * z2));
    k0 += a;
    k1 += (pi2 * half2 - z2) * a;
    k2 += (6 * z2 ** 3 + 2 * z2 ** 2 + pi2 * (2 * z2 ** 2 - 5 * z2) * half2 + pi2 ** 2 * (1 - 2 * z2) * half2 ** 2) * a;
    k3 +=
      (pi2 ** 3 * half2 ** 3 * (5 - 30 * z2) +
        pi2 ** 2 * half2 ** 2 * (-60 * z2 + 212 * z2 ** 2) +
        pi2 * half2 * (135 * z2 ** 2 - 96 * z2 ** 3) -
        (30 * z2 ** 3 + 90 * z2 ** 4)) *
      a;
    const whole = Math.exp((-pi2 * k * k) / (2 * z2));
    k2 -= 2 * z2 ** 2 * pi2 * k * k * whole;
    k3 += (30 * z2 ** 2 * (3 * z2 * pi2 * k * k - pi2 ** 2 * k ** 4) * whole) / 2;
  }
  return root * (k0 / z + k1 / (6 * z2 ** 2 * Math.sqrt(n)) + k2 / (72 * z ** 7 * n) + k3 / (6480 * z ** 10 * n ** 1.5));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
