/* The operators of LiteRT that Keras exports of these networks use. Each is called once, while a network is compiled: it
   gives its outputs their memory, and adds what has to be done for every digit to `steps`. Numbers are those of the
   schema's BuiltinOperator; positions of options are those of its tables. */
/** @typedef {import("./interpreter.js").Interpreter} Interpreter */
/** @typedef {import("./interpreter.js").Tensor} Tensor */
/** @typedef {import("./flatbuffers.js").Table} Table */
/** @typedef {(network: Interpreter, inputs: Tensor[], outputs: Tensor[], options: Table | null) => void} Compile */

export const ACTIVATION = { NONE: 0, RELU: 1, TANH: 4 }; // the schema's ActivationFunctionType

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);

const NAMES = (
  "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR " +
  "FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION " +
  "LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH " +
  "CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER " +
  "BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE " +
  "BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM " +
  "ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE " +
  "EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR " +
  "ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL"
).split(" ");

/** @param {number} code */
export const nameOf = (code) => NAMES[code] ?? `number ${code}`;

/** @param {Tensor} tensor */
const floats = (tensor) => /** @type {Float32Array} */ (tensor.data);
/** @param {Tensor} tensor */
const numbers = (tensor) => Array.from(tensor.data, Number);
/** @param {number} axis @param {number[]} shape */
const counted = (axis, shape) => (axis < 0 ? axis + shape.length : axis);
const SAME = 0; // padding; the other one is VALID

/** The outputs along one side, and the padding before the first input.
 * @param {number} padding @param {number} side @param {number} kernel @param {number} stride */
function windows(padding, side, kernel, stride) {
  if (padding !== SAME) return { count: Math.ceil((side - kernel + 1) / stride), before: 0 };
  const count = Math.ceil(side / stride);
  return { count, before: Math.max(0, (count - 1) * stride + kernel - side) >> 1 };
}

/** @type {Compile} */
function convolution(network, [x, weights, bias], [y], options) {
  const [batch, height, width, channels] = x.shape, [outputs, kernelHeight, kernelWidth] = weights.shape;
  const o = /** @type {Table} */ (options), [strideX, strideY] = [o.int(1, 1), o.int(2, 1)];
  if (o.int(4, 1) !== 1 || o.int(5, 1) !== 1) throw Error("a dilated CONV_2D is not known to this interpreter");
  const down = windows(o.byte(0), height, kernelHeight, strideY), across = windows(o.byte(0), width, kernelWidth, strideX);
  const to = network.output(y, [batch, down.count, across.count, outputs]);
  const paddedHeight = Math.max(height, (down.count - 1) * strideY + kernelHeight), paddedWidth = Math.max(width, (across.count - 1) * strideX + kernelWidth);
  const padded = paddedHeight > height || paddedWidth > width ? pad(network, x, paddedHeight, paddedWidth, down.before, across.before) : floats(x);
  const row = paddedWidth * channels, image = paddedHeight * row, one = down.count * across.count * outputs;
  const window = { rows: down.count, columns: across.count, rowStride: strideY * row, columnStride: strideX * channels, segments: kernelHeight, segmentStride: row, length: kernelWidth * channels };
  for (let b = 0; b < batch; b++) network.convolve(padded.subarray(b * image, (b + 1) * image), window, weights, bias, o.byte(3), to.subarray(b * one, (b + 1) * one));
}

/** Copies pictures into larger ones, whose border stays zero.
 * @param {Interpreter} network @param {Tensor} x @param {number} height @param {number} width @param {number} top @param {number} left */
function pad(network, x, height, width, top, left) {
  const [batch, rows, columns, channels] = x.shape, from = floats(x), to = network.memory.floats(batch * height * width * channels);
  const length = columns * channels;
  network.steps.push(() => {
    for (let b = 0, p = 0; b < batch; b++)
      for (let i = 0, q = ((b * height + top) * width + left) * channels; i < rows; i++, p += length, q += width * channels) to.set(from.subarray(p, p + length), q);
  });
  return to;
}

/** @type {Compile} */
function fullyConnected(network, [x, weights, bias], [y], options) {
  const [outputs, depth] = weights.shape, rows = sizeOf(x.shape) / depth, o = /** @type {Table} */ (options);
  const to = network.output(y, o.byte(2) ? [...x.shape.slice(0, -1), outputs] : [rows, outputs]);
  network.convolve(network.values(x), { rows: 1, columns: rows, rowStride: 0, columnStride: depth, segments: 1, segmentStride: 0, length: depth }, weights, bias, o.byte(0), to);
}

/** @param {boolean} mean the mean, or the largest @returns {Compile} */
const pooling = (mean) => (network, [x], [y], options) => {
  const [batch, height, width, channels] = x.shape, o = /** @type {Table} */ (options);
  const [strideX, strideY, kernelWidth, kernelHeight] = [o.int(1), o.int(2), o.int(3), o.int(4)];
  const down = windows(o.byte(0), height, kernelHeight, strideY), across = windows(o.byte(0), width, kernelWidth, strideX);
  const from = floats(x), to = network.output(y, [batch, down.count, across.count, channels]);
  network.steps.push(() => {
    for (let b = 0, q = 0; b < batch; b++) for (let i = 0; i < down.count; i++) for (let j = 0; j < across.count; j++, q += channels) {
      const top = Math.max(0, i * strideY - down.before), bottom = Math.min(height, i * strideY - down.before + kernelHeight);
      const left = Math.max(0, j * strideX - across.before), right = Math.min(width, j * strideX - across.before + kernelWidth);
      to.fill(mean ? 0 : -Infinity, q, q + channels);
      for (let v = top; v < bottom; v++) for (let u = left; u < right; u++) {
        const p = ((b * height + v) * width + u) * channels;
        if (mean) for (let k = 0; k < channels; k++) to[q + k] += from[p + k];
        else for (let k = 0; k < channels; k++) if (from[p + k] > to[q + k]) to[q + k] = from[p + k];
      }
      if (mean) for (let k = 0, count = (bottom - top) * (right - left); k < channels; k++) to[q + k] /= count;
    }
  });
  network.activate(o.byte(5), to);
};

/** Of two tensors of one shape, or of one whose last axis, or single value, the other has.
 * @param {"add" | "multiply" | "subtract"} operation @returns {Compile} */
const elementwise = (operation) => (network, [a, b], [y], options) => {
  const f = ARITHMETIC[operation], activation = options?.byte(0) ?? ACTIVATION.NONE;
  if (a.constant && b.constant) return network.constant(y, a.shape, numbers(a).map((value, i) => f(value, Number(b.data[i % b.data.length]))));
  const turned = a.data.length < b.data.length, [large, small] = turned ? [b, a] : [a, b], period = small.data.length;
  if (period !== large.data.length && period !== 1 && period !== large.shape[large.shape.length - 1]) throw Error(`the shapes ${a.shape} and ${b.shape} are not known to this interpreter`);
  const p = network.values(large), q = network.values(small), to = network.output(y, large.shape);
  if (operation === "subtract") network.steps.push(() => { for (let i = 0; i < to.length; i++) to[i] = turned ? q[i % period] - p[i] : p[i] - q[i % period]; });
  else {
    const kernel = network.memory.kernels[operation], low = activation === ACTIVATION.RELU ? 0 : -Infinity;
    network.steps.push(() => kernel(p, q, to, low));
    if (activation === ACTIVATION.RELU) return;
  }
  network.activate(activation, to);
};
/** @type {Record<string, (a: number, b: number) => number>} */
const ARITHMETIC = { add: (a, b) => a + b, multiply: (a, b) => a * b, subtract: (a, b) => a - b };

/** @param {(value: number) => number} f @returns {Compile} */
const unary = (f) => (network, [x], [y]) => {
  const from = floats(x), to = network.output(y, x.shape);
  network.steps.push(() => { for (let i = 0; i < to.length; i++) to[i] = f(from[i]); });
};

/** @type {Compile} */
function relu(network, [x], [y]) {
  const from = floats(x), to = network.output(y, x.shape);
  network.steps.push(() => { for (let i = 0; i < to.length; i++) to[i] = from[i] > 0 ? from[i] : 0; });
}

/** Takes `length` values from `first` on out of each of `outer` rows of `row` values: a view where they lie in one piece.
 * @param {Interpreter} network @param {Tensor} x @param {Tensor} y @param {number[]} shape
 * @param {{ outer: number, row: number, first: number, length: number }} part */
function take(network, x, y, shape, { outer, row, first, length }) {
  if (x.constant) return network.constant(y, shape, numbers(x).filter((_, i) => i % row >= first && i % row < first + length));
  const from = floats(x);
  if (outer === 1) return network.view(y, shape, from.subarray(first, first + length));
  const to = network.output(y, shape);
  network.steps.push(() => { for (let i = 0; i < outer; i++) to.set(from.subarray(i * row + first, i * row + first + length), i * length); });
}

/** Rearranges values: each output is the input at an index, 0 where that is negative.
 * @param {Interpreter} network @param {Tensor} x @param {Tensor} y @param {number[]} shape @param {Int32Array} index */
function rearrange(network, x, y, shape, index) {
  if (x.constant) return network.constant(y, shape, Array.from(index, (i) => x.data[i]));
  const from = floats(x), to = network.output(y, shape);
  network.steps.push(() => { for (let i = 0; i < to.length; i++) to[i] = index[i] < 0 ? 0 : from[index[i]]; });
}

/** Lays tensors side by side: each gives `length` values to each of `outer` rows.
 * @param {Interpreter} network @param {Tensor[]} inputs @param {Tensor} y @param {number[]} shape @param {number} outer */
function lay(network, inputs, y, shape, outer) {
  const to = network.output(y, shape), row = to.length / outer;
  let first = 0;
  for (const x of inputs) {
    const from = floats(x), length = from.length / outer, at = first;
    network.steps.push(() => { for (let i = 0, p = 0, q = at; i < outer; i++, q += row) for (let j = 0; j < length; j++, p++) to[q + j] = from[p]; });
    first += length;
  }
}

/** @type {Compile} */
function concatenation(network, inputs, [y], options) {
  const axis = counted(/** @type {Table} */ (options).int(0), inputs[0].shape), shape = [...inputs[0].shape];
  shape[axis] = inputs.reduce((sum, x) => sum + x.shape[axis], 0);
  if (inputs.every((x) => x.constant) && shape.length === 1) return network.constant(y, shape, inputs.flatMap(numbers));
  lay(network, inputs, y, shape, sizeOf(shape.slice(0, axis)));
}

/** @type {Compile} */
function pack(network, inputs, [y], options) {
  const inner = inputs[0].shape, axis = counted(/** @type {Table} */ (options).int(1), [...inner, 1]);
  const shape = [...inner.slice(0, axis), inputs.length, ...inner.slice(axis)];
  if (inputs.every((x) => x.constant)) return network.constant(y, shape, inputs.flatMap(numbers));
  lay(network, inputs, y, shape, sizeOf(inner.slice(0, axis)));
}

/** @type {Compile} */
function unpack(network, [x], outputs, options) {
  const axis = counted(/** @type {Table} */ (options).int(1), x.shape), inner = sizeOf(x.shape.slice(axis + 1));
  const shape = x.shape.filter((_, a) => a !== axis), outer = sizeOf(x.shape.slice(0, axis));
  outputs.forEach((y, i) => take(network, x, y, shape, { outer, row: x.shape[axis] * inner, first: i * inner, length: inner }));
}

/** @type {Compile} */
function split(network, [along, x], outputs) {
  const axis = counted(Number(along.data[0]), x.shape), inner = sizeOf(x.shape.slice(axis + 1)), side = x.shape[axis] / outputs.length;
  const shape = x.shape.map((length, a) => (a === axis ? side : length)), outer = sizeOf(x.shape.slice(0, axis));
  outputs.forEach((y, i) => take(network, x, y, shape, { outer, row: x.shape[axis] * inner, first: i * side * inner, length: side * inner }));
}

/** @type {Compile} */
function stridedSlice(network, [x, begin, end, step], [y], options) {
  const o = /** @type {Table} */ (options), [beginMask, endMask, shrink] = [o.int(0), o.int(1), o.int(4)];
  if (o.int(2) || o.int(3) || numbers(step).some((stride) => stride !== 1)) throw Error("this STRIDED_SLICE is not known to this interpreter");
  /** @type {number[]} */ const shape = [];
  const cuts = x.shape.map((side, axis) => {
    const within = (/** @type {number} */ value) => Math.min(Math.max(value < 0 ? value + side : value, 0), side);
    const given = axis < begin.data.length, one = (shrink >> axis) & 1;
    const first = given && !((beginMask >> axis) & 1) ? within(Number(begin.data[axis])) : 0;
    const last = one ? first + 1 : given && !((endMask >> axis) & 1) ? within(Number(end.data[axis])) : side;
    if (!one) shape.push(last - first);
    return { first, length: last - first };
  });
  const axis = Math.max(0, cuts.findLastIndex(({ length }, a) => length !== x.shape[a]));
  if (cuts.slice(0, axis).some(({ length }, a) => length !== x.shape[a])) throw Error("a STRIDED_SLICE along two axes is not known to this interpreter");
  const inner = sizeOf(x.shape.slice(axis + 1));
  take(network, x, y, shape, { outer: sizeOf(x.shape.slice(0, axis)), row: x.shape[axis] * inner, first: cuts[axis].first * inner, length: cuts[axis].length * inner });
}

/** @type {Compile} */
function transpose(network, [x, order], [y]) {
  const axes = numbers(order), shape = axes.map((axis) => x.shape[axis]), strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const moving = axes.filter((axis) => x.shape[axis] > 1);
  if (moving.every((axis, i) => !i || axis > moving[i - 1]) && !x.constant) return network.view(y, shape, x.data); // only sides of 1 move
  const index = Int32Array.from({ length: sizeOf(shape) }, (_, place) => {
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (place % shape[axis]) * strides[axes[axis]];
      place = Math.floor(place / shape[axis]);
    }
    return at;
  });
  rearrange(network, x, y, shape, index);
}

/** @type {Compile} */
function batchToSpace(network, [x, block, crops], [y]) {
  const [n, height, width, channels] = x.shape, [blockY, blockX] = numbers(block), [top, bottom, left, right] = numbers(crops);
  const batch = n / (blockY * blockX), shape = [batch, height * blockY - top - bottom, width * blockX - left - right, channels];
  rearrange(network, x, y, shape, indexed(shape, (b, v, u, k) => {
    const [row, column] = [v + top, u + left], from = ((row % blockY) * blockX + (column % blockX)) * batch + b;
    return ((from * height + Math.floor(row / blockY)) * width + Math.floor(column / blockX)) * channels + k;
  }));
}

/** @type {Compile} */
function spaceToBatch(network, [x, block, pads], [y]) {
  const [batch, height, width, channels] = x.shape, [blockY, blockX] = numbers(block), [top, bottom, left, right] = numbers(pads);
  const shape = [batch * blockY * blockX, (height + top + bottom) / blockY, (width + left + right) / blockX, channels];
  rearrange(network, x, y, shape, indexed(shape, (to, v, u, k) => {
    const phase = Math.floor(to / batch), row = v * blockY + Math.floor(phase / blockX) - top, column = u * blockX + (phase % blockX) - left;
    return row < 0 || row >= height || column < 0 || column >= width ? -1 : (((to % batch) * height + row) * width + column) * channels + k;
  }));
}

/** @param {number[]} shape of four sides @param {(a: number, b: number, c: number, d: number) => number} place */
function indexed([n, height, width, channels], place) {
  const index = new Int32Array(n * height * width * channels);
  for (let a = 0, i = 0; a < n; a++) for (let b = 0; b < height; b++) for (let c = 0; c < width; c++) for (let d = 0; d < channels; d++, i++) index[i] = place(a, b, c, d);
  return index;
}

/** @type {Compile} */
function reshape(network, [x, wanted], [y]) {
  const shape = numbers(wanted), free = shape.indexOf(-1);
  if (free >= 0) shape[free] = x.data.length / -sizeOf(shape);
  if (x.constant) network.constant(y, shape, x.data);
  else network.view(y, shape, x.data);
}

/** @type {Compile} */
function softmax(network, [x], [y], options) {
  if ((options?.float(0, 1) ?? 1) !== 1) throw Error("a SOFTMAX with another beta than 1 is not known to this interpreter");
  const from = floats(x), to = network.output(y, x.shape), classes = x.shape[x.shape.length - 1];
  network.steps.push(() => {
    for (let i = 0; i < to.length; i += classes) {
      let most = -Infinity, sum = 0;
      for (let j = 0; j < classes; j++) most = Math.max(most, from[i + j]);
      for (let j = 0; j < classes; j++) sum += to[i + j] = Math.exp(from[i + j] - most);
      for (let j = 0; j < classes; j++) to[i + j] /= sum;
    }
  });
}

/** @type {Compile} */
function gather(network, [x, index], [y], options) {
  if (options?.int(0) || !x.constant || x.shape.length !== 1) throw Error("a GATHER of other than constants is not known to this interpreter");
  network.constant(y, index.shape, numbers(index).map((i) => x.data[i]));
}

/** @type {Record<number, Compile>} */
export const OPERATORS = {
  0: elementwise("add"),
  1: pooling(true),
  2: concatenation,
  3: convolution,
  9: fullyConnected,
  14: unary((value) => 1 / (1 + Math.exp(-value))),
  17: pooling(false),
  18: elementwise("multiply"),
  19: relu,
  22: reshape,
  25: softmax,
  28: unary(Math.tanh),
  36: gather,
  37: batchToSpace,
  38: spaceToBatch,
  39: transpose,
  41: elementwise("subtract"),
  45: stridedSlice,
  49: split,
  77: (network, [x], [y]) => network.constant(y, [x.shape.length], x.shape), // SHAPE
  81: (network, [x], [y]) => network.constant(y, [], [sizeOf(numbers(x))]), // REDUCE_PROD, of a shape
  83: pack,
  88: unpack,
  94: (network, [sides, value], [y]) => network.constant(y, numbers(sides), Array(sizeOf(numbers(sides))).fill(value.data[0])), // FILL
};
