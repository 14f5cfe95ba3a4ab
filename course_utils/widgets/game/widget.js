import { mount } from "../shared/mount.js";
import { FILE, download } from "./answers.js";
import { addControls, keysOf, listen } from "./controls.js";
import { layout } from "./layout.js";
import { game } from "./play.js";
import { drawRound, drawStart } from "./screens.js";
import { describe, given, playing } from "./state.js";
import { drawResults } from "./table.js";

const LABEL =
  "A game for the eyes: pictures one at a time, each real or made by a model, which no words may tell. F or the left " +
  "arrow says fake, J or the right arrow says real; before a game the arrows choose how long each picture stays, and " +
  "space starts. At the end a table for each model, which the sentence below says too.";

function draw(context, { state, place }) {
  if (state.phase === "start") drawStart(context, place, state);
  else if (state.phase === "done") drawResults(context, place, state);
  else drawRound(context, place, state);
  return describe(state);
}

function deeds(view) {
  const { state, changed, save } = view;
  const { begin, say, finish, back, stop } = game(view);
  const unlisten = listen(view, say);
  view.root.classList.add("course-game");
  const set = (changes) => (Object.assign(state, changes), changed(), save());
  return {
    say,
    main: () => (playing(state) ? finish() : state.phase === "done" ? back() : begin()),
    expose: (exposure) => set({ exposure }),
    feedback: () => set({ feedback: !state.feedback }),
    download: () => {
      download(state.answers);
      state.note = ` Saved as ${FILE}.`;
      changed();
    },
    stop: () => (stop(), unlisten()),
  };
}

const render = mount({
  label: LABEL,
  traits: ["exposure", "feedback"],
  given,
  layout,
  deeds,
  controls: addControls,
  keys: keysOf,
  draw,
});

export default { render };
