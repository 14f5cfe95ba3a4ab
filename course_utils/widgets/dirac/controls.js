// The rows above the picture: playing, what is played, with which steps, and presets.
import { button, choice, either, group, slider } from "../shared/controls.js";
import { RULES } from "./math.js";
import { GAME_NAMES, PENALTY_NAMES, PRESETS, SIZES, STRENGTHS, strengthText } from "./state.js";

/** The notch of a slider that is nearest to a value, on its own scale. */
export function notchOf(notches, value) {
  const far = (i) => Math.abs(notches[i] - value);
  return notches.reduce((best, _, i) => (far(i) < far(best) ? i : best), 0);
}

/** All controls; returns what shows the state in them again. */
export function addControls({ toolbar, state, save }, { toggle, set, begin }) {
  const play = button(toolbar, "Play", toggle, { title: "Space" });
  const showGame = choice(toolbar, "Game", Object.entries(GAME_NAMES), (game) => begin({ game }));
  const penalties = Object.entries(PENALTY_NAMES).map(([value, { name }]) => [value, name]);
  const showPenalty = choice(toolbar, "Penalty", penalties, (penalty) => {
    begin({ penalty, strength: PENALTY_NAMES[penalty].first });
  });
  const add = (label, notches, name, text) => {
    const last = notches.length - 1;
    const show = slider(toolbar, {
      label, last, describe: () => text(state.settings), onChange: save,
      onInput: (index) => set({ [name]: notches[index] }),
    });
    return () => show(notchOf(notches, state.settings[name]));
  };
  const rules = RULES.map((rule) => [rule, rule]);
  const shows = [
    add("Strength:", STRENGTHS, "strength", (settings) => strengthText(settings) || "none"),
    add("Step:", SIZES, "h", ({ h }) => `h = ${h}`),
    either(toolbar, "Players move:", rules, (rule) => state.settings.rule === rule, (rule) => begin({ rule })),
  ];
  const presets = group(toolbar, "Presets:");
  for (const [name, settings] of PRESETS) button(presets, name, () => begin(settings));
  return () => {
    play.textContent = state.playing() ? "Pause" : "Play";
    showGame(state.settings.game);
    showPenalty(state.settings.penalty);
    for (const show of shows) show();
  };
}
