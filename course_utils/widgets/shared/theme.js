const LATER = [0, 100, 500, 2000]; // milliseconds
let printing = false; // what is printed is light

/**
 * Whether the element stands on dark paper. The style decides, by the system, JupyterLab's theme or a deck's key, and
 * the canvas follows what became of it: one answer, in one place. Without a paper (outside a document, or in a browser
 * that does not know light-dark()) it is light.
 */
export function isDark(root) {
  const found = getComputedStyle(root).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255];
  const [red, green, blue, alpha = 1] = found.map(Number);
  return !printing && alpha > 0 && red + green + blue < 3 * 128;
}

/** Call changed() whenever the page may have turned light or dark; returns what ends that. */
export function onTheme(changed) {
  // JupyterLab says that its theme has changed before the new style has come; a busy browser may do so as well.
  const later = () => LATER.forEach((wait) => setTimeout(changed, wait));
  const observer = new MutationObserver(later);
  const filter = { attributeFilter: ["class", "data-theme", "data-jp-theme-light"] };
  for (const node of [document.documentElement, document.body]) observer.observe(node, filter);
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const before = () => ((printing = true), changed());
  const after = () => ((printing = false), changed());
  const turned = () => (changed(), later());
  system.addEventListener("change", turned);
  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", turned);
    window.removeEventListener("beforeprint", before);
    window.removeEventListener("afterprint", after);
  };
}
