"""What is written on a page's canvases: WATCH keeps what is small or cut, RECORD what stands there now."""

# window.cut gets each text on a canvas that is small or leaves it, window.written all.
WATCH = """window.cut = []; window.written = [];
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  if (this.canvas.isConnected) {
    const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right } = this.measureText(text);
    const size = parseFloat(this.font.match(/([\\d.]+)px/)[1]);
    const ratio = this.getTransform().a;
    const [width, height] = [this.canvas.width / ratio, this.canvas.height / ratio];
    const outside = x - left < -1 || x + right > width + 1 || y > height;
    if (outside || size < 13) window.cut.push([text, x, y, size]);
    window.written.push(text);
  }
  return fillText.call(this, text, x, y);
};"""

# canvas.texts: each text of the last frame with its box, in CSS pixels; setting the width begins a frame.
RECORD = """{
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  const box = this.measureText(text), scale = this.getTransform().a;
  const size = parseFloat(this.font.match(/([\\d.]+)px/)[1]);
  const [left, right] = [x - box.actualBoundingBoxLeft, x + box.actualBoundingBoxRight];
  const [top, bottom] = [y - box.actualBoundingBoxAscent, y + box.actualBoundingBoxDescent];
  if (text.trim()) (this.canvas.texts ??= []).push({ text, size, scale, left, right, top, bottom });
  return fillText.call(this, text, x, y);
};
const width = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width");
const set = function (value) { this.texts = []; width.set.call(this, value); };
Object.defineProperty(HTMLCanvasElement.prototype, "width", { ...width, set });
}"""

# What is wrong with the texts of a section's widgets: (section, least size) -> sentences. A class's glyph is
# a mark among marks, and may lie on another; a text drawn again at its own place is one text.
FAULTS = """([section, least]) => {
  const wrong = [];
  for (const canvas of section.querySelectorAll(".live canvas")) {
    const texts = canvas.texts ?? [], words = texts.filter(({ text }) => text.length > 1);
    for (const { text, size, scale, left, right, top, bottom } of texts) {
      if (size < least - 0.01) wrong.push(`${size} px: ${text}`);
      const [width, height] = [canvas.width / scale, canvas.height / scale];
      if (left < -1 || top < -1 || right > width + 1 || bottom > height + 1) wrong.push(`cut: ${text}`);
    }
    words.forEach((one, i) => words.slice(i + 1).forEach((other) => {
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 1 && high > 1 && one.text !== other.text) wrong.push(`"${one.text}" over "${other.text}"`);
    }));
  }
  for (const live of section.querySelectorAll(".live")) {
    const walker = document.createTreeWalker(live, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement, seen = parent.getClientRects().length;
      if (!node.data.trim() || !seen || parent.closest("noscript, .course-spoken")) continue;
      const size = parseFloat(getComputedStyle(parent).fontSize);
      if (size < least - 0.01) wrong.push(`${size} px: ${node.data}`);
    }
  }
  return wrong;
}"""
