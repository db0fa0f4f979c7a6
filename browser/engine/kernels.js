/* The memory of a network and the one heavy function that runs in it, in WebAssembly with SIMD or in plain JavaScript. */

export const PANEL = 8; // outputs whose weights lie side by side
const PAGE = 65_536; // bytes of WebAssembly memory
const LANES = 4; // floats of a SIMD value
const ALIGNMENT = 64; // bytes

/** A convolution, or a product of matrices: y = max(low, x * weights + bias).
 *
 * x: rows x columns windows. A window is `segments` runs of `length` floats. rowStride, columnStride, segmentStride: from
 * one to the next, in floats. weights: for each panel of 8 outputs, for each float of a window, 8 weights.
 * y: (rows, columns, n); n: a multiple of 8.
 * @typedef {(x: Float32Array, weights: Float32Array, bias: Float32Array, y: Float32Array, window: Window, n: number, low: number) => void} Convolve
 */
/** y = max(low, x + others), or x * others; others: as many values as x has, or fewer, that are taken again and again.
 * @typedef {(x: Float32Array, others: Float32Array, y: Float32Array, low: number) => void} Combine */
/** @typedef {{ convolve: Convolve, add: Combine, multiply: Combine }} Kernels */
/** @typedef {{ rows: number, columns: number, rowStride: number, columnStride: number, segments: number, segmentStride: number, length: number }} Window */

/** Bytes of a compiled module, or null for plain JavaScript. Files: the fused one first, which not every browser takes.
 * @param {BufferSource[]} files */
export async function compileKernels(files) {
  for (const file of files) if (WebAssembly.validate(file)) return WebAssembly.compile(file);
  return null;
}

/** Memory that only grows, given out piece by piece; one for each network, so that a network goes as a whole. */
export class Memory {
  #next = 0;
  /** @type {ArrayBuffer} */ #buffer;
  /** @type {Kernels} */ kernels = { convolve, add, multiply };

  /** @param {number} bytes at most needed @param {WebAssembly.Module | null} kernels */
  constructor(bytes, kernels) {
    if (!kernels) {
      this.#buffer = new ArrayBuffer(bytes);
      return;
    }
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    this.#buffer = memory.buffer;
    this.kernels = compiled(new WebAssembly.Instance(kernels, { engine: { memory } }));
  }

  /** @param {number} length */
  floats(length) {
    const array = new Float32Array(this.#buffer, this.#next, length); // throws a RangeError where it does not fit
    this.#next += Math.ceil((4 * length) / ALIGNMENT) * ALIGNMENT;
    return array;
  }
}

/** @param {WebAssembly.Instance} instance @returns {Kernels} */
function compiled({ exports }) {
  const kernels = /** @type {Record<string, (...numbers: number[]) => void>} */ (/** @type {unknown} */ (exports));
  const combine = (/** @type {(...numbers: number[]) => void} */ simd, /** @type {Combine} */ plain) => /** @type {Combine} */ (x, others, y, low) => {
    if (x.length % LANES || others.length % LANES) return plain(x, others, y, low);
    simd(x.byteOffset, others.byteOffset, y.byteOffset, y.byteOffset + y.byteLength, others.byteLength, low);
  };
  return {
    convolve: (x, weights, bias, y, w, n, low) =>
      kernels.convolve(x.byteOffset, weights.byteOffset, bias.byteOffset, y.byteOffset, w.rows, w.columns, 4 * w.rowStride, 4 * w.columnStride, w.segments, 4 * w.segmentStride, w.length, n, low),
    add: combine(kernels.add, add),
    multiply: combine(kernels.multiply, multiply),
  };
}

/** @type {Combine} */
function add(x, others, y, low) {
  for (let i = 0; i < y.length; i += others.length) for (let k = 0; k < others.length; k++) y[i + k] = Math.max(low, x[i + k] + others[k]);
}

/** @type {Combine} */
function multiply(x, others, y, low) {
  for (let i = 0; i < y.length; i += others.length) for (let k = 0; k < others.length; k++) y[i + k] = Math.max(low, x[i + k] * others[k]);
}

/** @type {Convolve} */
function convolve(x, weights, bias, y, { rows, columns, rowStride, columnStride, segments, segmentStride, length }, n, low) {
  const depth = segments * length * PANEL;
  for (let first = 0, panel = 0; first < n; first += PANEL, panel += depth) {
    for (let i = 0, to = first; i < rows; i++) {
      for (let j = 0; j < columns; j++, to += n) {
        let s0 = bias[first], s1 = bias[first + 1], s2 = bias[first + 2], s3 = bias[first + 3];
        let s4 = bias[first + 4], s5 = bias[first + 5], s6 = bias[first + 6], s7 = bias[first + 7];
        for (let s = 0, q = panel, run = i * rowStride + j * columnStride; s < segments; s++, run += segmentStride) {
          for (let p = run; p < run + length; p++, q += PANEL) {
            const value = x[p];
            if (value === 0) continue; // much of a drawing, and of what follows a ReLU
            s0 += value * weights[q]; s1 += value * weights[q + 1]; s2 += value * weights[q + 2]; s3 += value * weights[q + 3];
            s4 += value * weights[q + 4]; s5 += value * weights[q + 5]; s6 += value * weights[q + 6]; s7 += value * weights[q + 7];
          }
        }
        y[to] = Math.max(low, s0); y[to + 1] = Math.max(low, s1); y[to + 2] = Math.max(low, s2); y[to + 3] = Math.max(low, s3);
        y[to + 4] = Math.max(low, s4); y[to + 5] = Math.max(low, s5); y[to + 6] = Math.max(low, s6); y[to + 7] = Math.max(low, s7);
      }
    }
  }
}
