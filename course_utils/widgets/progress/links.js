// Where a lesson is from here: its notebook beside this one, or on an exported page the page beside this one.

/** A relative address, whatever the name is; pathname: of the page that the board is on. */
export function addressOf(notebook, pathname) {
  return `./${encodeURIComponent(notebook)}.${pathname.endsWith(".html") ? "html" : "ipynb"}`;
}
