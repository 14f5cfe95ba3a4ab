/** The complementary error function to 1.2e-7 (Numerical Recipes, 3rd ed., section 6.2.2). */
export function erfc(x) {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const polynomial = series.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const value = t * Math.exp(-z * z + polynomial);
  return x >= 0 ? value : 2 - value;
}

/** P(Z <= x) of the standard normal. */
export function normalCdf(x) {
  return 0.5 * erfc(-x / Math.SQRT2);
}
