// What scrolls takes the keyboard, but only while there is something to scroll: a stop at every block would be in
// the way. The contents stand open where there is room beside the text.
const SCROLLS = "pre, .scroll, .output_area, .math, .katex-display";
const contents = document.querySelector(".contents details");

function reachable() {
  for (const block of document.querySelectorAll(SCROLLS)) {
    const hidden = block.scrollWidth > block.clientWidth + 1;
    const scrolls = hidden && ["auto", "scroll"].includes(getComputedStyle(block).overflowX);
    if (scrolls) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

const wide = matchMedia("(min-width: 1240px)");
const unfold = () => contents && (contents.open = wide.matches);
wide.addEventListener("change", unfold);
window.addEventListener("resize", reachable);
unfold();
reachable();
document.fonts.ready.then(reachable);
