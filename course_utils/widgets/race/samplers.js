// Who takes part in the race, under the names of the library's samplers.
import { ddim, ddpm, dpmSolver2M, eulerAncestral, heun } from "./math.js";

const each = (calls) => calls; // one call a step
/** How many steps Heun affords: two calls a step and one at the last, so that an even number leaves one call over. */
const halved = (calls) => Math.floor((calls + 1) / 2);

/** name, what it is called (in a small place: short), whether it draws fresh noise, its steps for so many calls. */
export const SAMPLERS = [
  { name: "ddpm", label: "DDPM with \u03b2", short: "DDPM \u03b2", run: ddpm, fresh: true, steps: each },
  {
    name: "euler_ancestral", label: "Euler ancestral", short: "Ancestral", run: eulerAncestral, fresh: true,
    steps: each,
  },
  { name: "ddim", label: "DDIM = Euler", short: "DDIM", run: ddim, fresh: false, steps: each },
  { name: "heun", label: "Heun", short: "Heun", run: heun, fresh: false, steps: halved },
  { name: "dpm_solver_pp_2m", label: "DPM-Solver++(2M)", short: "2M", run: dpmSolver2M, fresh: false, steps: each },
];

/** The calls that it makes of those it is given. */
export function callsMade(sampler, calls) {
  return sampler.steps === halved ? 2 * halved(calls) - 1 : calls;
}
