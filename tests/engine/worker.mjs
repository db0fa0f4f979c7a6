/* Runs the worker as a page does: loads networks, asks for digits with and without calibration, and prints the answers. */
import { readFileSync } from "node:fs";

const job = JSON.parse(readFileSync(0, "utf-8")), digits = job.digits.map((base64) => new Uint8Array(Buffer.from(base64, "base64")));
let send;
globalThis.WorkerGlobalScope = class {};
globalThis.addEventListener = (kind, listener) => { send = (data) => listener({ data }); };
globalThis.fetch = async (path) => ({ ok: true, arrayBuffer: async () => Uint8Array.from(readFileSync(path)).buffer });

const answers = await new Promise((resolve, reject) => {
  const found = [], keys = job.networks.map(({ key }) => key);
  globalThis.postMessage = ({ kind, ...answer }) => {
    if (kind === "failed") reject(Error(answer.message));
    if (kind === "asked") found.push(answer.probabilities.map((each) => Object.fromEntries(keys.map((key) => [key, Array.from(each[key])]))));
    if (kind === "loaded" && answer.keys.length === keys.length) for (const calibrated of [true, false]) send({ kind: "ask", digits, keys, calibrated });
    if (found.length === 2) resolve(found);
  };
  import("../../browser/engine/worker.js").then(() => send({ kind: "load", kernels: [], networks: job.networks }));
});
process.stdout.write(JSON.stringify(answers));
