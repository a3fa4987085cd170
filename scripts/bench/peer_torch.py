#!/usr/bin/python3
"""peer_torch.py <workload> [threads]: PyTorch's side of the benchmarks (see lunate.lua, whose workloads
have the same names): eager mode, float32, data resident in memory, the loop that a user writes who
does not want to pay for a DataLoader. `onnx <folder>` exports the models that peer_onnx.mjs runs;
`csv <file>` times pandas.

Prints one line: workload, threads, microseconds of a unit of work."""
import gzip
import os
import sys
import time

import numpy
import torch
import torch.nn.functional as F

MLP, HOUSING = [784, 300, 100, 10], [8, 30, 100, 1]


def per_call(f, seconds=1.0):
    """Seconds of one call of f: the fastest of several stretches."""
    count, best, begun = 1, float("inf"), time.perf_counter()
    f()
    while best == float("inf") or time.perf_counter() - begun < seconds:
        start = time.perf_counter()
        for _ in range(count):
            f()
        spent = time.perf_counter() - start
        if spent < 0.02:
            count *= 2
        else:
            best = min(best, spent / count)
    return best


def images(samples):
    """Real Fashion-MNIST from $LUNATE_DATA if it is there, else random numbers of the same size."""
    folder = os.path.join(os.environ.get("LUNATE_DATA", ""), "fashion-mnist")
    path = os.path.join(folder, "train-images-idx3-ubyte.gz")
    if not os.path.exists(path):
        return torch.rand(samples, 784), torch.randint(0, 10, (samples,))
    with gzip.open(path) as file:
        x = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 784)[:samples]
    with gzip.open(os.path.join(folder, "train-labels-idx1-ubyte.gz")) as file:
        y = numpy.frombuffer(file.read(), numpy.uint8, offset=8)[:samples]
    return torch.from_numpy(x.astype(numpy.float32) / 255), torch.from_numpy(y.astype(numpy.int64))


def mlp(sizes):
    layers = []
    for units_in, units_out in zip(sizes[:-1], sizes[1:]):
        layers += [torch.nn.Linear(units_in, units_out), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])  # the last layer has no relu


class WideAndDeep(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1, self.hidden2 = torch.nn.Linear(6, 30), torch.nn.Linear(30, 30)
        self.main_output, self.aux_output = torch.nn.Linear(35, 1), torch.nn.Linear(30, 1)

    def forward(self, a, b):
        hidden = torch.relu(self.hidden2(torch.relu(self.hidden1(b))))
        return self.main_output(torch.cat([a, hidden], 1)), self.aux_output(hidden)


def training(model, loss_of, optimizer, inputs, y, batch_size, epochs):
    """Seconds a sample, of the fastest epoch."""
    best = float("inf")
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(y))
        for first in range(0, len(y), batch_size):
            rows = order[first:first + batch_size]
            loss = loss_of(model(*[x[rows] for x in inputs]), y[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        best = min(best, time.perf_counter() - start)
    return best / len(y)


def sgd(model, rate=0.01):
    return torch.optim.SGD(model.parameters(), lr=rate)


def fashion(batch_size):
    x, y = images(60000)
    model = mlp(MLP)
    return training(model, torch.nn.CrossEntropyLoss(), sgd(model), [x], y, batch_size, 3)


def housing(optimizer_of, n=15480):
    model = mlp(HOUSING)
    return training(model, torch.nn.MSELoss(), optimizer_of(model), [torch.rand(n, 8)],
                    torch.randn(n, 1), 32, 3)


def wide_and_deep(n=11610):
    model, mse = WideAndDeep(), torch.nn.MSELoss()
    return training(model, lambda out, y: 0.9 * mse(out[0], y) + 0.1 * mse(out[1], y),
                    sgd(model, 1e-3), [torch.rand(n, 5), torch.rand(n, 6)], torch.randn(n, 1), 32, 3)


def classifier():
    return torch.nn.Sequential(mlp(MLP), torch.nn.Softmax(-1)).eval()


def predict():
    model, x = classifier(), torch.rand(10000, 784)

    @torch.inference_mode()
    def run():
        return torch.cat([model(x[i:i + 32]) for i in range(0, len(x), 32)])
    return per_call(run) / 10000


def one_row(model, width):
    x = torch.rand(1, width)

    @torch.inference_mode()
    def run():
        return model(x)
    return per_call(run)


def housing_train_one():
    model, mse = mlp(HOUSING), torch.nn.MSELoss()
    optimizer, x, y = sgd(model), torch.rand(1, 8), torch.randn(1, 1)

    def run():
        loss = mse(model(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return per_call(run)


def small_ops():
    a, b = torch.rand(10, 10), torch.rand(10, 10)

    @torch.inference_mode()
    def run():
        for _ in range(250):
            c = a + b
            c = c * a
            c = c - b
            torch.tanh(c)
    return per_call(run) / 1000


def elementwise(f, size):
    x = torch.randn(size // 100, 100)

    @torch.inference_mode()
    def run():
        return f(x)
    return per_call(run, 2.0)


def product(n):
    a, b = torch.rand(n, n), torch.rand(n, n)

    @torch.inference_mode()
    def run():
        return a @ b
    return per_call(run, 3.0 if n > 1000 else 1.0)


LAYOUTS = (torch.contiguous_format, torch.channels_last)


def in_better_layout(f):
    """The least of f(layout)."""
    return min(f(layout) for layout in LAYOUTS)


def both_ways(f, *inputs, layout):
    """Seconds of f(...) forward and back, for all that it is given."""
    inputs = [x.to(memory_format=layout) if x.dim() == 4 else x for x in inputs]
    inputs = [x.requires_grad_() for x in inputs]
    slope = torch.randn_like(f(*inputs))
    return per_call(lambda: torch.autograd.grad(f(*inputs), inputs, slope), 3.0)


def convolution(size, channels, filters, taps, stride=1, groups=1):
    x, kernel = torch.randn(32, channels, size, size), torch.randn(filters, channels // groups, taps, taps)
    return in_better_layout(lambda layout: both_ways(
        lambda a, k: torch.conv2d(a, k, None, stride, taps // 2, 1, groups), x, kernel, layout=layout))


def batch_norm():
    mean, variance = torch.zeros(64), torch.ones(64)
    return in_better_layout(lambda layout: both_ways(
        lambda x, scale, offset: F.batch_norm(x, mean, variance, scale, offset, True, 0.01, 1e-3),
        torch.randn(32, 64, 56, 56), torch.ones(64), torch.zeros(64), layout=layout))


def max_pool(size, padding):
    return in_better_layout(lambda layout: both_ways(
        lambda x: F.max_pool2d(x, size, 2, padding), torch.randn(32, 64, 112, 112), layout=layout))


def pictures(f):
    x = torch.rand(32, 3, 224, 224)

    @torch.inference_mode()
    def run(layout):
        y = x.to(memory_format=layout)
        return per_call(lambda: f(y), 2.0)
    return in_better_layout(run)


def flip(x):
    """Each picture in its own way, as the others below."""
    for axis in (2, 3):
        x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(axis), x)
    return x


def warp(x, a, b, c, d):
    zero = torch.zeros_like(a)
    matrices = torch.stack([torch.stack([a, b, zero], 1), torch.stack([c, d, zero], 1)], 1)
    grid = F.affine_grid(matrices, x.shape, align_corners=False)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def rotate(x):
    angle = (torch.rand(len(x)) - 0.5) * 0.4 * 3.14159265
    cosine, sine = torch.cos(angle), torch.sin(angle)
    return warp(x, cosine, -sine, sine, cosine)


def zoom(x):
    factor = torch.rand(len(x)) * 0.4 + 0.8
    zero = torch.zeros_like(factor)
    return warp(x, factor, zero, zero, factor)


class Convnet(torch.nn.Sequential):
    def __init__(self):
        super().__init__(
            torch.nn.Conv2d(1, 32, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(32, 64, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Flatten(), torch.nn.Linear(1600, 10))


def normalized(channels_in, channels, taps, stride=1, groups=1, relu=None):
    layers = [torch.nn.Conv2d(channels_in, channels, taps, stride, taps // 2, groups=groups, bias=False),
              torch.nn.BatchNorm2d(channels)]
    return torch.nn.Sequential(*layers, *([relu] if relu else []))


class ResidualBlock(torch.nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.inner = torch.nn.Sequential(
            normalized(channels_in, channels, 3, stride, relu=torch.nn.ReLU(inplace=True)),
            normalized(channels, channels, 3))
        self.around = normalized(channels_in, channels, 1, stride) if stride > 1 else torch.nn.Identity()

    def forward(self, x):
        return torch.relu_(self.inner(x) + self.around(x))


class Mean(torch.nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def resnet20():
    layers, channels = [normalized(3, 16, 3, relu=torch.nn.ReLU(inplace=True))], 16
    for stage, filters in enumerate((16, 32, 64)):
        for i in range(3):
            layers.append(ResidualBlock(channels, filters, 2 if stage > 0 and i == 0 else 1))
            channels = filters
    return torch.nn.Sequential(*layers, Mean(), torch.nn.Linear(64, 10))


class Inverted(torch.nn.Module):
    def __init__(self, channels_in, channels, expansion, stride):
        super().__init__()
        wide, relu = channels_in * expansion, torch.nn.ReLU6(inplace=True)
        layers = [normalized(channels_in, wide, 1, relu=relu)] if expansion > 1 else []
        self.inner = torch.nn.Sequential(*layers, normalized(wide, wide, 3, stride, wide, relu),
                                         normalized(wide, channels, 1))
        self.residual = stride == 1 and channels_in == channels

    def forward(self, x):
        return x + self.inner(x) if self.residual else self.inner(x)


def mobilenet():
    """The stages of models.lua."""
    relu = torch.nn.ReLU6(inplace=True)
    layers, channels = [normalized(3, 16, 3, 2, relu=relu)], 16
    for expansion, filters, blocks, stride in ((1, 8, 1, 1), (6, 8, 2, 2), (6, 16, 3, 2), (6, 24, 4, 2),
                                               (6, 32, 3, 1), (6, 56, 3, 2), (6, 112, 1, 1)):
        for i in range(blocks):
            layers.append(Inverted(channels, filters, expansion, stride if i == 0 else 1))
            channels = filters
    return torch.nn.Sequential(*layers, normalized(channels, 1280, 1, relu=relu), Mean(),
                               torch.nn.Linear(1280, 1000), torch.nn.Softmax(-1)).eval()


def train_pictures(model, optimizer_of, x, y):
    def run(layout):
        network = model().to(memory_format=layout)
        return training(network, torch.nn.CrossEntropyLoss(), optimizer_of(network),
                        [x.to(memory_format=layout)], y, 32, 3)
    return in_better_layout(run)


def predict_pictures(model, n, size, batch_size):
    @torch.inference_mode()
    def run(layout):
        network, x = model.to(memory_format=layout), torch.rand(n, *size).to(memory_format=layout)
        return per_call(lambda: torch.cat([network(x[i:i + batch_size]) for i in range(0, n, batch_size)]),
                        2.0) / n
    return in_better_layout(run)


def convnet():
    x, y = images(3200)
    return train_pictures(Convnet, lambda m: torch.optim.Adam(m.parameters(), lr=1e-3),
                          x.reshape(-1, 1, 28, 28), y)


def train_resnet20():
    return train_pictures(resnet20, lambda m: torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9),
                          torch.rand(320, 3, 32, 32), torch.randint(0, 10, (320,)))


def convnet_classifier():
    return torch.nn.Sequential(Convnet(), torch.nn.Softmax(-1)).eval()


class Recurrent(torch.nn.Module):
    """A recurrent layer and a dense one of its last output."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.dense = layer, torch.nn.Linear(128, 1)

    def forward(self, x):
        return self.dense(self.layer(x)[0][:, -1])


class PackedBidirectional(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(10000, 64, padding_idx=0)
        self.layer = torch.nn.LSTM(64, 64, batch_first=True, bidirectional=True)
        self.dense = torch.nn.Linear(128, 1)

    def forward(self, ids):
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            self.embedding(ids), (ids != 0).sum(1), batch_first=True, enforce_sorted=False)
        h = self.layer(packed)[1][0]
        return self.dense(torch.cat([h[0], h[1]], 1))


def sequences(model, x):
    optimizer = torch.optim.Adam(model.parameters())
    seconds = training(model, torch.nn.MSELoss(), optimizer, [x], torch.randn(len(x), 1), 32, 3)
    return seconds * 32


def padded():
    ids, lengths = torch.randint(1, 10000, (640, 200)), torch.randint(20, 200, (640, 1))
    return ids * (torch.arange(200) < lengths)


def recurrent_predict(n):
    model, x = Recurrent(torch.nn.LSTM(32, 128, batch_first=True)).eval(), torch.randn(n, 100, 32)

    @torch.inference_mode()
    def run():
        return model(x)
    return per_call(run)


def embedding():
    layer, ids = torch.nn.Embedding(20000, 64), torch.randint(0, 20000, (15625,))
    slope = torch.randn(15625, 64)
    return per_call(lambda: torch.autograd.grad(layer(ids), layer.weight, slope), 2.0)


class Block(torch.nn.Module):
    """Of a GPT of width 128 with 4 heads."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.LayerNorm(128, 1e-3), torch.nn.LayerNorm(128, 1e-3)
        self.qkv, self.output = torch.nn.Linear(128, 384), torch.nn.Linear(128, 128)
        self.dense1, self.dense2 = torch.nn.Linear(128, 512), torch.nn.Linear(512, 128)
        self.register_buffer("later", torch.ones(64, 64, dtype=torch.bool).triu(1))

    def forward(self, x, past=None):
        """past: (keys, values) of the steps before, of which the new ones are returned."""
        q, k, v = (t.unflatten(-1, (4, 32)).transpose(1, 2)
                   for t in self.qkv(self.norm1(x)).split(128, -1))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        x = x + self.output(attend(q, k, v, self.later).transpose(1, 2).flatten(2))
        h = torch.nn.functional.gelu(self.dense1(self.norm2(x)))
        return x + self.dense2(h), (k, v)


def attend(q, k, v, later=None):
    """What sees what came before; PyTorch's own op where it has one."""
    own = getattr(torch.nn.functional, "scaled_dot_product_attention", None)
    causal = later is not None and q.shape[-2] > 1
    if own:
        return own(q, k, v, is_causal=causal)
    scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
    if causal:
        scores = scores.masked_fill(later[:q.shape[-2], :k.shape[-2]], float("-inf"))
    return torch.softmax(scores, -1) @ v


class GPT(torch.nn.Module):
    def __init__(self, ids=85):
        super().__init__()
        self.tokens, self.places = torch.nn.Embedding(ids, 128), torch.nn.Embedding(64, 128)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(4))
        self.norm, self.logits = torch.nn.LayerNorm(128, 1e-3), torch.nn.Linear(128, ids)

    def forward(self, ids, past=None):
        first = past[0][0].shape[2] if past else 0
        x = self.tokens(ids) + self.places.weight[first:first + ids.shape[1]]
        kept = []
        for i, block in enumerate(self.blocks):
            x, pair = block(x, past[i] if past else None)
            kept.append(pair)
        return self.logits(self.norm(x)), kept


def gpt_train():
    model, ids = GPT(), torch.randint(0, 85, (32, 64))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

    def run():
        loss = torch.nn.functional.cross_entropy(model(ids)[0].flatten(0, 1), ids.flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return per_call(run, 3.0) / 32


def gpt_predict(batch):
    model, ids = GPT().eval(), torch.randint(0, 85, (batch, 64))

    @torch.inference_mode()
    def run():
        return model(ids)[0]
    return per_call(run) / batch


def gpt_generate():
    model, first = GPT().eval(), torch.randint(0, 85, (1, 1))

    @torch.inference_mode()
    def run():
        ids, past = first, None
        for _ in range(64):
            logits, past = model(ids, past)
            ids = logits[:, -1].argmax(-1, keepdim=True)
    return per_call(run, 2.0) / 64


def attention_2048():
    q, k, v = (torch.randn(1, 8, 2048, 64, requires_grad=True) for _ in range(3))
    slope = torch.randn(1, 8, 2048, 64)
    return per_call(lambda: torch.autograd.grad(attend(q, k, v), (q, k, v), slope), 3.0)


def forward_and_back(layer, x):
    x, slope = x.requires_grad_(), torch.randn_like(x)
    return per_call(lambda: torch.autograd.grad(layer(x), x, slope), 2.0)


WORKLOADS = {
    "gpt_train": gpt_train,
    "gpt_predict": lambda: gpt_predict(32),
    "gpt_predict_one": lambda: gpt_predict(1),
    "gpt_generate": gpt_generate,
    "attention_2048": attention_2048,
    "layer_normalization_1e6": lambda: forward_and_back(torch.nn.LayerNorm(100),
                                                        torch.randn(10000, 100)),
    "convnet": convnet,
    "convnet_predict": lambda: predict_pictures(convnet_classifier(), 10000, (1, 28, 28), 32),
    "resnet20": train_resnet20,
    "mobilenet": lambda: predict_pictures(mobilenet(), 320, (3, 64, 64), 32),
    "mobilenet_one": lambda: predict_pictures(mobilenet(), 1, (3, 64, 64), 1),
    "fashion": lambda: fashion(32),
    "fashion_256": lambda: fashion(256),
    "housing": lambda: housing(sgd),
    "housing_adam": lambda: housing(lambda m: torch.optim.Adam(m.parameters(), lr=1e-3)),
    "wide_and_deep": wide_and_deep,
    "wide_and_deep_subclassed": wide_and_deep,  # a module of one's own is PyTorch's only way
    "predict": predict,
    "predict_one": lambda: one_row(classifier(), 784),
    "housing_predict_one": lambda: one_row(mlp(HOUSING).eval(), 8),
    "housing_train_one": housing_train_one,
    "housing_fit_one": housing_train_one,  # it has no fit: the step is all there is
    "small_ops": small_ops,
    "dropout_1e6": lambda: elementwise(torch.nn.Dropout(0.5).train(), 1000000),
    "multiply_1e6": lambda: elementwise(lambda x: x * x, 1000000),
}
WORKLOADS |= {
    "lstm": lambda: sequences(Recurrent(torch.nn.LSTM(32, 128, batch_first=True)),
                              torch.randn(640, 100, 32)),
    "gru": lambda: sequences(Recurrent(torch.nn.GRU(32, 128, batch_first=True)),
                             torch.randn(640, 100, 32)),
    "bilstm_masked": lambda: sequences(PackedBidirectional(), padded()),
    "lstm_predict": lambda: recurrent_predict(32),
    "lstm_predict_one": lambda: recurrent_predict(1),
    "embedding_1e6": embedding,
}
WORKLOADS |= {
    "conv_3x3": lambda: convolution(56, 64, 64, 3),
    "conv_1x1": lambda: convolution(56, 64, 64, 1),
    "conv_7x7": lambda: convolution(112, 3, 64, 7, stride=2),
    "conv_depthwise": lambda: convolution(56, 64, 64, 3, groups=64),
    "batch_norm": batch_norm,
    "max_pool_2": lambda: max_pool(2, 0),
    "max_pool_3": lambda: max_pool(3, 1),
    "resize": lambda: pictures(lambda x: F.interpolate(x, (160, 160), mode="bilinear")),
    "flip": lambda: pictures(flip),
    "rotate": lambda: pictures(rotate),
    "zoom": lambda: pictures(zoom),
    "augment": lambda: pictures(lambda x: zoom(rotate(flip(x)))),
}
for size in (64, 128, 256, 512, 1024, 2048):
    WORKLOADS[f"product_{size}"] = lambda n=size: product(n)
for name, function in {"exp": torch.exp, "tanh": torch.tanh, "gelu": torch.nn.functional.gelu,
                       "softmax": lambda x: torch.softmax(x, -1),
                       "statistics": lambda x: torch.var_mean(x, -1, unbiased=False)}.items():
    WORKLOADS[name + "_1e6"] = lambda f=function: elementwise(f, 1000000)
    WORKLOADS[name + "_3e7"] = lambda f=function: elementwise(f, 30000000)


def export(folder):
    for name, model, size in (("mlp", classifier(), (784,)), ("housing", mlp(HOUSING).eval(), (8,)),
                              ("convnet", convnet_classifier(), (1, 28, 28)),
                              ("mobilenet", mobilenet(), (3, 64, 64))):
        torch.onnx.export(model, torch.zeros(1, *size), os.path.join(folder, name + ".onnx"),
                          input_names=["x"], output_names=["y"],
                          dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    torch.onnx.export(Recurrent(torch.nn.LSTM(32, 128, batch_first=True)).eval(),
                      torch.zeros(1, 100, 32), os.path.join(folder, "lstm.onnx"),
                      input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


def read_csv(path):
    import pandas
    start = time.perf_counter()
    pandas.read_csv(path, dtype=numpy.float32)
    print(f"csv us={(time.perf_counter() - start) * 1e6:.0f}")


if sys.argv[1] == "onnx":
    export(sys.argv[2])
elif sys.argv[1] == "csv":
    read_csv(sys.argv[2])
else:
    torch.manual_seed(0)
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    result = WORKLOADS[sys.argv[1]]()
    print(f"{sys.argv[1]} threads={torch.get_num_threads()} us={result * 1e6:.5f}")
