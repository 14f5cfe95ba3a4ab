// T turns a deck over between light and dark, as a room's light and its projector want it. Until then a deck follows
// the viewer's system. It is kept for the visit only: until this tab of the browser is closed.
{
  const root = document.documentElement;
  const dark = () => {
    const { theme } = root.dataset;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const kept = (change) => {
    try {
      return change(sessionStorage);
    } catch {
      return null; // a browser that keeps nothing for a file: the key works all the same
    }
  };
  const before = kept((store) => store.getItem("course-theme"));
  if (before) root.dataset.theme = before;
  Reveal.addKeyBinding({ keyCode: 84, key: "T", description: "Light or dark" }, () => {
    root.dataset.theme = dark() ? "light" : "dark";
    kept((store) => store.setItem("course-theme", root.dataset.theme));
  });
}
