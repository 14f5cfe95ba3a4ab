"""What a narrow screen shows of a table of words."""

# The cells that reach over the window's edge, or that do not say their column's name, where it has one.
CELLS_OUTSIDE = """() => {
  const { clientWidth } = document.documentElement;
  const inside = ({ left, right }) => left >= 0 && right <= clientWidth;
  const says = (cell) => getComputedStyle(cell, "::before").content === `"${cell.dataset.label ?? ""}"`;
  return [...document.querySelectorAll("main .stacked td")]
    .filter((cell) => !inside(cell.getBoundingClientRect()) || !says(cell))
    .map((cell) => cell.textContent.slice(0, 40));
}"""
