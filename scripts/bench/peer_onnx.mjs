// node peer_onnx.mjs <workload> <folder> [threads]: ONNX Runtime's side of the benchmarks of inference.
// <folder> has the models that `peer_torch.py onnx <folder>` exports, and node_modules beside them.
// Prints one line: workload, threads, microseconds of a unit of work.
import {createRequire} from "node:module";
import path from "node:path";

const [workload, folder, threads = "1"] = process.argv.slice(2);
const ort = createRequire(path.resolve(folder, "package.json"))("onnxruntime-node");

async function session(name) {
  return ort.InferenceSession.create(path.join(folder, name + ".onnx"), {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, logSeverityLevel: 3});
}

const random = (rows, width) =>
  new ort.Tensor("float32", Float32Array.from({length: rows * width}, Math.random), [rows, width]);

// Seconds of one call of f: the fastest of several stretches.
async function perCall(f) {
  let count = 1, best = Infinity;
  const begun = performance.now();
  await f();
  while (best === Infinity || performance.now() - begun < 1000) {
    const start = performance.now();
    for (let i = 0; i < count; i++) await f();
    const time = performance.now() - start;
    if (time < 20) count *= 2;
    else best = Math.min(best, time / count);
  }
  return best / 1e3;
}

async function oneRow(name, width) {
  const model = await session(name), x = random(1, width);
  return perCall(() => model.run({x}));
}

async function sequences(rows) {
  const model = await session("lstm");
  const values = Float32Array.from({length: rows * 100 * 32}, Math.random);
  const x = new ort.Tensor("float32", values, [rows, 100, 32]);
  return perCall(() => model.run({x}));
}

const workloads = {
  async predict() {
    const model = await session("mlp"), batches = [];
    for (let i = 0; i < 10000; i += 32) batches.push(random(Math.min(32, 10000 - i), 784));
    return await perCall(async () => { for (const x of batches) await model.run({x}); }) / 10000;
  },
  predict_one: () => oneRow("mlp", 784),
  housing_predict_one: () => oneRow("housing", 8),
  lstm_predict: () => sequences(32),
  lstm_predict_one: () => sequences(1),
};

console.log(`${workload} threads=${threads} us=${(await workloads[workload]() * 1e6).toFixed(5)}`);
