/* Writes kernels.wasm and kernels-relaxed.wasm from the text below.   npm install && npm run kernels

   `convolve` is a convolution without im2col. A row of the kernel covers a run of the padded input that lies in one piece
   (kernel width x channels), so each output is a sum over `segments` runs, and neighbouring outputs share the weights that
   are loaded. A fully connected layer is the same with one segment. The relaxed module fuses multiplication and addition,
   which is twice as fast where the browser has it (relaxed SIMD); results differ by rounding only. */
import { readFileSync, writeFileSync } from "node:fs";
import wabt from "wabt";

const ROWS = [6, 4, 2, 1]; // outputs that one inner loop computes; 12 sums, 2 weights and 1 input fit 16 registers
const UNROLLED = 4; // steps of the depth in one turn of the inner loop

/** @param {number} n */
const range = (n) => [...Array(n).keys()];
/** @param {boolean} relaxed */
const fused = (relaxed) => (/** @type {string} */ a, /** @type {string} */ b, /** @type {string} */ c) =>
  relaxed ? `(f32x4.relaxed_madd ${a} ${b} ${c})` : `(f32x4.add ${c} (f32x4.mul ${a} ${b}))`;

/** One step of the depth: 8 weights, and an input of each row into its 8 sums.
 * @param {number} rows @param {number} step @param {ReturnType<typeof fused>} madd */
const multiply = (rows, step, madd) => `
  (local.set $w0 (v128.load offset=${32 * step} (local.get $q)))
  (local.set $w1 (v128.load offset=${32 * step + 16} (local.get $q)))
  ${range(rows).map((i) => `
  (local.set $v (v128.load32_splat offset=${4 * step} (local.get $a${i})))
  (local.set $x${i} ${madd("(local.get $v)", "(local.get $w0)", `(local.get $x${i})`)})
  (local.set $y${i} ${madd("(local.get $v)", "(local.get $w1)", `(local.get $y${i})`)})`).join("")}`;

/** @param {number} rows @param {number} steps */
const advance = (rows, steps) => `
  ${range(rows).map((i) => `(local.set $a${i} (i32.add (local.get $a${i}) (i32.const ${4 * steps})))`).join("\n  ")}
  (local.set $q (i32.add (local.get $q) (i32.const ${32 * steps})))`;

/** The inner loops for some neighbouring outputs.
 * @param {number} rows @param {ReturnType<typeof fused>} madd */
const outputs = (rows, madd) => `
  (block $no${rows} (loop $again${rows}
    (br_if $no${rows} (i32.lt_s (local.get $left) (i32.const ${rows})))
    ${range(rows).map((i) => `(local.set $x${i} (local.get $b0)) (local.set $y${i} (local.get $b1))`).join("\n    ")}
    (local.set $q (local.get $panel)) (local.set $s (local.get $segments)) (local.set $run (local.get $from))
    (loop $segment${rows}
      (local.set $a0 (local.get $run))
      ${range(rows).slice(1).map((i) => `(local.set $a${i} (i32.add (local.get $a${i - 1}) (local.get $columnStride)))`).join("\n      ")}
      (local.set $end (i32.add (local.get $run) (local.get $length4)))
      (local.set $most (i32.sub (local.get $end) (i32.const ${4 * UNROLLED - 1})))
      (block $tail${rows} (loop $deep${rows}
        (br_if $tail${rows} (i32.ge_s (local.get $a0) (local.get $most)))
        ${range(UNROLLED).map((step) => multiply(rows, step, madd)).join("")}
        ${advance(rows, UNROLLED)}
        (br $deep${rows})))
      (block $done${rows} (loop $single${rows}
        (br_if $done${rows} (i32.ge_s (local.get $a0) (local.get $end)))
        ${multiply(rows, 0, madd)}
        ${advance(rows, 1)}
        (br $single${rows})))
      (local.set $run (i32.add (local.get $run) (local.get $segmentStride)))
      (br_if $segment${rows} (local.tee $s (i32.sub (local.get $s) (i32.const 1)))))
    ${range(rows).map((i) => `
    (v128.store (local.get $to) (f32x4.max (local.get $x${i}) (local.get $least)))
    (v128.store offset=16 (local.get $to) (f32x4.max (local.get $y${i}) (local.get $least)))
    (local.set $to (i32.add (local.get $to) (local.get $n4)))`).join("")}
    (local.set $from (i32.add (local.get $from) (i32.mul (local.get $columnStride) (i32.const ${rows}))))
    (local.set $left (i32.sub (local.get $left) (i32.const ${rows})))
    (br $again${rows})))`;

/** @param {string} operation @param {string} [name] */
const combine = (operation, name = operation) => `
  (func (export "${name}")
    (param $x i32) (param $with i32) (param $y i32) (param $end i32) (param $period i32) (param $low f32)
    (local $q i32) (local $last i32) (local $least v128)
    (local.set $least (f32x4.splat (local.get $low)))
    (local.set $last (i32.add (local.get $with) (local.get $period)))
    (loop $again
      (local.set $q (local.get $with))
      (loop $once
        (v128.store (local.get $y)
          (f32x4.max (local.get $least) (f32x4.${operation} (v128.load (local.get $x)) (v128.load (local.get $q)))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (br_if $once (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (local.get $last))))
      (br_if $again (i32.lt_u (local.get $y) (local.get $end)))))`;

/** @param {boolean} relaxed */
const text = (relaxed) => `(module
  (memory (import "engine" "memory") 1)
  (func (export "convolve")
    (param $x i32) (param $weights i32) (param $bias i32) (param $y i32) (param $rows i32) (param $columns i32)
    (param $rowStride i32) (param $columnStride i32) (param $segments i32) (param $segmentStride i32) (param $length i32)
    (param $n i32) (param $low f32)
    (local $length4 i32) (local $n4 i32) (local $p4 i32) (local $panel i32) (local $i i32) (local $left i32)
    (local $from i32) (local $to i32) (local $q i32) (local $s i32) (local $run i32) (local $end i32) (local $most i32)
    (local $b0 v128) (local $b1 v128) (local $w0 v128) (local $w1 v128) (local $v v128) (local $least v128)
    ${range(ROWS[0]).map((i) => `(local $a${i} i32) (local $x${i} v128) (local $y${i} v128)`).join(" ")}
    (local.set $least (f32x4.splat (local.get $low)))
    (local.set $length4 (i32.shl (local.get $length) (i32.const 2)))
    (local.set $n4 (i32.shl (local.get $n) (i32.const 2)))
    (local.set $panel (local.get $weights))
    (loop $panels
      (local.set $b0 (v128.load (i32.add (local.get $bias) (local.get $p4))))
      (local.set $b1 (v128.load offset=16 (i32.add (local.get $bias) (local.get $p4))))
      (local.set $i (i32.const 0))
      (local.set $to (i32.add (local.get $y) (local.get $p4)))
      (loop $lines
        (local.set $from (i32.add (local.get $x) (i32.mul (local.get $i) (local.get $rowStride))))
        (local.set $left (local.get $columns))
        ${ROWS.map((rows) => outputs(rows, fused(relaxed))).join("")}
        (br_if $lines (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rows))))
      (local.set $panel (i32.add (local.get $panel)
        (i32.mul (local.get $segments) (i32.shl (local.get $length4) (i32.const 3)))))
      (br_if $panels (i32.lt_u (local.tee $p4 (i32.add (local.get $p4) (i32.const 32))) (local.get $n4)))))
  ${combine("add")} ${combine("mul", "multiply")})`;

const { parseWat } = await wabt();
for (const [name, relaxed] of /** @type {[string, boolean][]} */ ([["kernels.wasm", false], ["kernels-relaxed.wasm", true]])) {
  const module = parseWat(name, text(relaxed), { simd: true, relaxed_simd: relaxed });
  module.validate();
  const content = module.toBinary({}).buffer, file = new URL(name, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(file, content);
  else if (!readFileSync(file).equals(content)) throw Error(`${name} is not what this text makes; run: npm run kernels`);
}
