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

// Random numbers (rows, ...size).
function random(rows, size) {
  const shape = [rows, ...size], length = shape.reduce((a, b) => a * b);
  return new ort.Tensor("float32", Float32Array.from({length}, Math.random), shape);
}

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

// Seconds a row, `rows` of them in batches.
async function predict(name, size, rows, batchSize) {
  const model = await session(name), batches = [];
  for (let i = 0; i < rows; i += batchSize)
    batches.push(random(Math.min(batchSize, rows - i), size));
  return await perCall(async () => { for (const x of batches) await model.run({x}); }) / rows;
}

const workloads = {
  predict: () => predict("mlp", [784], 10000, 32),
  predict_one: () => predict("mlp", [784], 1, 1),
  housing_predict_one: () => predict("housing", [8], 1, 1),
  convnet_predict: () => predict("convnet", [1, 28, 28], 10000, 32),
  mobilenet: () => predict("mobilenet", [3, 64, 64], 320, 32),
  mobilenet_one: () => predict("mobilenet", [3, 64, 64], 1, 1),
  lstm_predict: async () => 32 * await predict("lstm", [100, 32], 32, 32),  // a batch
  lstm_predict_one: () => predict("lstm", [100, 32], 1, 1),
};

console.log(`${workload} threads=${threads} us=${(await workloads[workload]() * 1e6).toFixed(5)}`);
