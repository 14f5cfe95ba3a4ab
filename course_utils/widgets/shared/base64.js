/** The bytes behind a base64 string. */
export function decodeBytes(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** A little-endian IEEE 754 half as a number. */
export function halfToFloat(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The numbers behind a base64 string; dtype is "float32" or "float16", little-endian. */
export function decodeFloats(text, dtype = "float32") {
  const bytes = decodeBytes(text);
  const view = new DataView(bytes.buffer);
  const size = dtype === "float16" ? 2 : 4;
  const values = new Float32Array(bytes.length / size);
  for (let i = 0; i < values.length; i++) {
    values[i] = size === 2 ? halfToFloat(view.getUint16(2 * i, true)) : view.getFloat32(4 * i, true);
  }
  return values;
}

/** Promise of the bytes that zlib packed into a base64 string. */
export async function inflate(text) {
  const stream = new Blob([decodeBytes(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
