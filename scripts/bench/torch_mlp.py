#!/usr/bin/python3
"""PyTorch's time for the training workloads of lunate_mlp.lua: eager mode, float32, data resident
in memory, the loop that a user writes who does not want to pay for a DataLoader.

    torch_mlp.py fashion|housing [--threads N] [--epochs N] [--samples N]

Prints one line: workload, threads, microseconds a step, microseconds a sample (best epoch's)."""
import argparse
import gzip
import os
import time

import numpy
import torch

WORKLOADS = {  # name: (layer sizes, samples, batch size, classification)
    "fashion": ([784, 300, 100, 10], 60000, 32, True),
    "housing": ([8, 30, 100, 1], 15480, 32, False),
}


def read_idx(path, header):
    with gzip.open(path) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def load(name, samples, sizes, classification):
    """Real Fashion-MNIST from $LUNATE_DATA if it is there, else random numbers of the same size."""
    folder = os.path.join(os.environ.get("LUNATE_DATA", ""), "fashion-mnist")
    images = os.path.join(folder, "train-images-idx3-ubyte.gz")
    if name == "fashion" and os.path.exists(images):
        x = read_idx(images, 16).reshape(-1, 784)[:samples].astype(numpy.float32) / 255
        y = read_idx(os.path.join(folder, "train-labels-idx1-ubyte.gz"), 8)[:samples]
        return torch.from_numpy(x), torch.from_numpy(y.astype(numpy.int64))
    torch.manual_seed(0)
    x = torch.rand(samples, sizes[0])
    y = torch.randint(0, sizes[-1], (samples,)) if classification else torch.randn(samples, 1)
    return x, y


def train(name, epochs, samples):
    sizes, default_samples, batch_size, classification = WORKLOADS[name]
    x, y = load(name, samples or default_samples, sizes, classification)
    layers = []
    for units_in, units_out in zip(sizes[:-1], sizes[1:]):
        layers += [torch.nn.Linear(units_in, units_out), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])  # the last layer has no relu
    loss_function = torch.nn.CrossEntropyLoss() if classification else torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    best = float("inf")
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(x))
        steps = 0
        for first in range(0, len(x), batch_size):
            rows = order[first:first + batch_size]
            loss = loss_function(model(x[rows]), y[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            steps += 1
        best = min(best, (time.perf_counter() - start) / steps)
    return best * 1e6, best * 1e6 * steps / len(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--samples", type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    step, sample = train(options.workload, options.epochs, options.samples)
    print(f"{options.workload} threads={options.threads} us/step={step:.2f} us/sample={sample:.4f}")


main()
