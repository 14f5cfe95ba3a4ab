import { layer } from "./canvas.js";

/** Pixels in [0, 1], planes [C, H, W], without smoothing into a box; what lies outside [0, 1] is clipped. */
export function drawImage(context, pixels, [channels, height, width], box) {
  const small = layer(width, height, 1);
  const image = small.createImageData(width, height);
  const plane = height * width;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * pixels[channels === 3 ? c * plane + i : i];
    image.data[4 * i + 3] = 255;
  }
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small.canvas, box.left, box.top, box.width, box.height);
  context.imageSmoothingEnabled = true;
}

/** The image in a box with a border drawn around it. */
export function framed(context, pixels, shape, box, color, width) {
  drawImage(context, pixels, shape, box);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(box.left - width / 2, box.top - width / 2, box.width + width, box.height + width);
}

/** Where the i-th image of the strip lies. */
export function stripBox({ left, top, side, step, tall }, i) {
  return { left: left + i * step, top, width: side, height: side * tall };
}

/** Whether the point lies in the box, its border included. */
export function inBox({ x, y }, { left, top, width, height }) {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}
