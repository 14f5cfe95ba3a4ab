// The file of answers: what was shown, what was said and how fast, and nothing about who said it or when.

const FORMAT = "real-or-fake answers, version 1"; // as in course_utils/classroom/answers.py
export const FILE = "real-or-fake-answers.json";

/** The file's text. */
export function fileText(answers) {
  const kept = answers.map(({ model, real, said, ms }) => ({ model, real, said, ms }));
  return `${JSON.stringify({ format: FORMAT, answers: kept }, null, 1)}\n`;
}

/** Have the browser save the file. */
export function download(answers) {
  const url = URL.createObjectURL(new Blob([fileText(answers)], { type: "application/json" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: FILE });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
