// TeX to HTML at build time: a JSON list of [formula, display] on stdin, a JSON list of {html} or {error} out.
const katex = require("katex");

let input = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece) => (input += piece));
process.stdin.on("end", () => {
  const rendered = JSON.parse(input).map(([formula, display]) => {
    try {
      return { html: katex.renderToString(formula, { displayMode: display, strict: "error" }) };
    } catch (error) {
      return { error: error.message };
    }
  });
  process.stdout.write(JSON.stringify(rendered));
});
