"""For a page: window.cut gets each text on a canvas that is small or leaves it, window.written all."""

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
