/* Reads a LiteRT (.tflite) file: FlatBuffers tables as far as this schema needs them.
   Schema: tensorflow/compiler/mlir/lite/schema/schema.fbs; the numbers below are field positions in its tables. */

/** @typedef {{ shape: number[], type: number, name: string, bytes: Uint8Array | null }} FileTensor */
/** @typedef {{ code: number, inputs: number[], outputs: number[], options: Table | null }} FileOperator */
/**
 * @typedef {object} ModelFile
 * @property {FileTensor[]} tensors bytes: of a constant, else null
 * @property {FileOperator[]} operators in the order in which they run
 * @property {Map<string, number>} inputs the signature's inputs: their tensors
 * @property {Map<string, number>} outputs the signature's outputs: their tensors
 */

const IDENTIFIER = "TFL3";

/** @param {Uint8Array} bytes a whole file @returns {ModelFile} */
export function readModel(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const identifier = String.fromCharCode(...bytes.subarray(4, 8));
  if (identifier !== IDENTIFIER) throw Error(`expected a LiteRT file, which has ${IDENTIFIER} in its first bytes, got ${JSON.stringify(identifier)}`);
  const model = new Table(view, view.getUint32(0, true));
  const [graphs, buffers, signatures] = [model.tables(2), model.tables(4), model.tables(7)];
  if (signatures.length !== 1) throw Error(`expected one signature, got ${signatures.length}`);
  const graph = graphs[signatures[0].int(4)];
  const codes = model.tables(1).map((code) => Math.max(code.byte(0), code.int(3))); // the first is only used below 127
  return {
    tensors: graph.tables(0).map((tensor) => ({
      shape: tensor.ints(0),
      type: tensor.byte(1),
      name: tensor.text(3),
      bytes: buffers[tensor.int(2)].bytes(0),
    })),
    operators: graph.tables(3).map((operator) => ({
      code: codes[operator.int(0)],
      inputs: operator.ints(1),
      outputs: operator.ints(2),
      options: operator.table(4),
    })),
    inputs: names(signatures[0].tables(0)),
    outputs: names(signatures[0].tables(1)),
  };
}

/** @param {Table[]} maps of names to tensors */
const names = (maps) => new Map(maps.map((map) => [map.text(0), map.int(1)]));

/** A FlatBuffers table; fields that are not in the file have their default. */
export class Table {
  /** @param {DataView} view @param {number} at */
  constructor(view, at) {
    this.view = view;
    this.at = at;
    this.fields = at - view.getInt32(at, true);
  }

  /** @param {number} field @param {number} [missing] */
  int(field, missing = 0) {
    const at = this.#place(field);
    return at ? this.view.getInt32(at, true) : missing;
  }

  /** @param {number} field @param {number} [missing] */
  byte(field, missing = 0) {
    const at = this.#place(field);
    return at ? this.view.getInt8(at) : missing;
  }

  /** @param {number} field @param {number} [missing] */
  float(field, missing = 0) {
    const at = this.#place(field);
    return at ? this.view.getFloat32(at, true) : missing;
  }

  /** @param {number} field */
  table(field) {
    const at = this.#place(field);
    return at ? new Table(this.view, this.#target(at)) : null;
  }

  /** @param {number} field @returns {Table[]} */
  tables(field) {
    return this.#vector(field, (at) => new Table(this.view, this.#target(at)));
  }

  /** @param {number} field @returns {number[]} */
  ints(field) {
    return this.#vector(field, (at) => this.view.getInt32(at, true));
  }

  /** A copy, so that arrays of any type can be laid over it; null where there is none.
   * @param {number} field */
  bytes(field) {
    const [at, length] = this.#extent(field);
    return length ? new Uint8Array(this.view.buffer, this.view.byteOffset + at, length).slice() : null;
  }

  /** @param {number} field */
  text(field) {
    return new TextDecoder().decode(this.bytes(field) ?? new Uint8Array());
  }

  /** @template T @param {number} field @param {(at: number) => T} read @returns {T[]} */
  #vector(field, read) {
    const [at, length] = this.#extent(field);
    return Array.from({ length }, (_, i) => read(at + 4 * i));
  }

  /** @param {number} field @returns {[number, number]} where a vector begins, and its length */
  #extent(field) {
    const at = this.#place(field);
    if (!at) return [0, 0];
    const vector = this.#target(at);
    return [vector + 4, this.view.getUint32(vector, true)];
  }

  /** @param {number} at */
  #target(at) {
    return at + this.view.getUint32(at, true);
  }

  /** @param {number} field @returns {number} 0 where the field is missing */
  #place(field) {
    const entry = 4 + 2 * field;
    if (entry >= this.view.getUint16(this.fields, true)) return 0;
    const offset = this.view.getUint16(this.fields + entry, true);
    return offset && this.at + offset;
  }
}
