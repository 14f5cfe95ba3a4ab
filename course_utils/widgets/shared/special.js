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

const CENTRAL = [
  [3.3871327179, 50.434271938, 159.29113202, 59.10937472],
  [1, 17.895169469, 78.757757664, 67.187563600],
];
const MIDDLE = [
  [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103],
  [1, 0.73700164250, 0.12021132975],
];
const FAR_TAIL = [
  [6.657905115, 3.081226386, 0.42868294337, 0.017337203997],
  [1, 0.24197894225, 0.012258202635],
];

/** The x with P(Z <= x) = p for the standard normal, to 1e-7 (Wichura 1988, AS 241, PPND7); p in (0, 1). */
export function normalQuantile(p) {
  const ratio = (parts, x) => {
    const [top, low] = parts.map((all) => all.reduceRight((sum, coefficient) => sum * x + coefficient, 0));
    return top / low;
  };
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRAL, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  return Math.sign(q) * (r <= 5 ? ratio(MIDDLE, r - 1.6) : ratio(FAR_TAIL, r - 5));
}
