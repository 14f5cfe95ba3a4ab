// The samples that the settings make of the clouds: as clouds.py does it, in the same order. Points are flat.
import { responsibilities } from "./math.js";

/** The mode that each point most likely comes from, as whole numbers from 0. */
export function modesOf(mixture, points) {
  const count = mixture.means.length;
  const shares = responsibilities(mixture, points);
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const row = shares.subarray(i * count, (i + 1) * count);
    return row.indexOf(Math.max(...row));
  });
}

/** The samples, flat; clouds: by name, flat; modes: of each cloud, by name; dropped: numbers from 1. */
export function changed({ mixture, clouds, modes }, settings) {
  const { width, noise, split, shift, outliers } = settings;
  const { points, of } = without({ mixture, clouds, modes }, settings);
  const n = points.length / 2;
  const junk = Math.floor(outliers * n + 0.5);
  const at = (i, axis) => {
    if (i < junk) return clouds.junk[2 * i + axis];
    const place = points[2 * i + axis];
    const wider = place + (width - 1) * (place - mixture.means[of[i]][axis]);
    const noisy = wider + noise * clouds.noise[2 * i + axis];
    return (i % 2 ? noisy + split[axis] : noisy) + shift[axis];
  };
  return Float64Array.from({ length: 2 * n }, (_, flat) => at(flat >> 1, flat % 2));
}

/** The cloud with the dropped modes' points put into those that are kept, and the mode of each point. */
function without({ mixture, clouds, modes }, { madeOf, dropped }) {
  const name = madeOf === "copies" ? "data" : madeOf;
  const [points, of] = [Float64Array.from(clouds[name]), [...modes[name]]];
  const lost = (k) => dropped.includes(k + 1);
  const kept = mixture.means.map((_, k) => k).filter((k) => !lost(k));
  const left = modes[name].map((_, i) => i).filter((i) => !lost(modes[name][i]));
  modes[name].forEach((mode, i) => {
    if (!lost(mode)) return;
    if (madeOf === "copies" && left.length) {
      const other = left[i % left.length];
      points.set(clouds[name].subarray(2 * other, 2 * other + 2), 2 * i);
      of[i] = modes[name][other];
      return;
    }
    of[i] = kept[i % kept.length];
    const scale = mixture.stds[of[i]] / mixture.stds[mode];
    for (const axis of [0, 1]) {
      const away = points[2 * i + axis] - mixture.means[mode][axis];
      points[2 * i + axis] = mixture.means[of[i]][axis] + scale * away;
    }
  });
  return { points, of };
}
