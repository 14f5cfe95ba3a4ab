// What the board says of a lesson, and of a second look.

/** {solved, count, done, text} of a lesson's exercises, [name, whether it is solved] each. */
export function countOf({ exercises }) {
  const solved = exercises.filter(([, isSolved]) => isSolved).length;
  const [count, done] = [exercises.length, solved === exercises.length];
  return { solved, count, done, text: `${solved} of ${count}${done ? " \u2713" : ""}` };
}

/** "04 The minimax game" */
export const nameOf = ({ notebook, title }) => `${notebook.slice(0, 2)} ${title}`;

/** How many exercises of all lessons are solved. */
export const solvedIn = (lessons) => lessons.reduce((sum, lesson) => sum + countOf(lesson).solved, 0);

/** What a second look has found, when `before` were solved and now `after`. */
export function changeSaid(before, after) {
  if (after > before) return `${after - before} more solved.`;
  return after < before ? `${before - after} fewer than before.` : "Nothing new.";
}
