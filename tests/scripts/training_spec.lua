-- The scripts that readers learn from, in a short form: each runs to its end and says its result.
local scratch = require "support.scratch"
local events = require "support.events"
local pictures = require "support.pictures"

local figures   -- where the scripts' pictures go

-- Runs a script under the Lua and the paths of the suite; what it printed.
local function run(script, arguments, environment)
  local words = {"env -u LUA_PATH_5_4 -u LUA_CPATH_5_4"}
  environment.LUA_PATH, environment.LUA_CPATH = package.path, package.cpath
  environment.LUNATE_FIGURES = figures
  for name, value in pairs(environment) do words[#words + 1] = name .. "='" .. value .. "'" end
  local lua = '"$(command -v ' .. (arg and arg[-1] or "lua5.4") .. ')"'
  table.move({lua, script, arguments, "2>&1"}, 1, 4, #words + 1, words)
  local pipe <close> = assert(io.popen(table.concat(words, " ")))
  return pipe:read("a")
end

-- Fails unless a script drew these, and said so; without gnuplot it says that it did not.
local function drew(output, ...)
  if not pictures.there("gnuplot") then
    return assert.matches("\nfigures are left out: gnuplot is not installed", "\n" .. output, 1,
      true)
  end
  for _, name in ipairs{...} do
    local path = figures .. "/" .. name
    assert.matches("figure: " .. path .. "\n", output, 1, true)
    local file <close> = assert(io.open(path, "rb"))
    pictures.png(file:read("a"))
  end
end

describe("scripts", function()
  local folder
  before_each(function()
    folder = scratch.folder()
    figures = folder.path .. "/figures"
  end)
  after_each(function() folder:remove() end)

  -- A small Fashion-MNIST: garments in its files.
  local function write_images()
    local ln = require "lunate"
    local function bytes(t)
      local list, parts = t:reshape{t.size}:totable(), {}
      for i = 1, #list, 4096 do
        parts[#parts + 1] = string.char(table.unpack(list, i, math.min(i + 4095, #list)))
      end
      return table.concat(parts)
    end
    local x, y, x_test, y_test = ln.datasets.garments.load_data{n_train = 5500, n_test = 100}
    for name, part in pairs{train = {x, y}, t10k = {x_test, y_test}} do
      folder:write("fashion-mnist/" .. name .. "-images-idx3-ubyte",
        scratch.idx(0x08, part[1].shape, bytes(part[1])))
      folder:write("fashion-mnist/" .. name .. "-labels-idx1-ubyte",
        scratch.idx(0x08, part[2].shape, bytes(part[2])))
    end
  end

  it("quickstart.lua trains on the data that it finds", function()
    write_images()
    local output = run("scripts/quickstart.lua", "", {LUNATE_DATA = folder.path})
    assert.matches("data: Fashion-MNIST", output, 1, true)
    assert.matches("\ntest accuracy: 0%.%d%d%d%d\n$", output)
  end)

  it("fashion_mnist.lua", function()
    write_images()
    local output = run("scripts/fashion_mnist.lua", "2", {LUNATE_DATA = folder.path})
    assert.matches("Epoch 2/2", output, 1, true)
    assert.matches("validation accuracy: 0%.%d%d%d%d\ntest accuracy: 0%.%d%d%d%d\n$", output)
    drew(output, "fashion_mnist_images.png", "fashion_mnist_history.png",
      "fashion_mnist_predictions.png", "fashion_mnist_confusion.png")
  end)

  it("convnet.lua", function()
    write_images()
    local output = run("scripts/convnet.lua", "1 320", {LUNATE_DATA = folder.path})
    assert.matches("conv2d_1 (Conv2D)", output, 1, true)
    assert.matches("\ntest accuracy: 0%.%d%d%d%d\n$", output)
    drew(output, "convnet_history.png", "convnet_confusion.png", "convnet_mistakes.png")
  end)

  -- Script, arguments, what it prints last, and its picture.
  for _, case in ipairs{
    {"denoising_autoencoder", "1 256", "mean squared error: 0%.%d+ with noise, 0%.%d+ without",
      "denoising_autoencoder.png"},
    {"vae", "1 256", "loss: 0%.%d+ %-> 0%.%d+", "vae.png"},
    {"transfer_learning", "1 320", "test accuracy: [01]%.%d+ upon frozen convolutions, "
      .. "[01]%.%d+ fine%-tuned, [01]%.%d+ from scratch", "transfer_learning.png"},
    {"resnet", "1 128", "test accuracy: 0%.%d+", "resnet_history.png"},
    {"grad_cam", "1 320", "test accuracy: 0%.%d+", "grad_cam.png"},
  } do
    it(case[1] .. ".lua", function()
      write_images()
      local output = run("scripts/" .. case[1] .. ".lua", case[2], {LUNATE_DATA = folder.path})
      assert.matches("\n" .. case[3] .. "\n$", output)
      drew(output, case[4])
    end)
  end

  it("image_folder.lua", function()
    for _, library in ipairs{"png", "jpeg"} do
      if not pcall(require, "lunate." .. library) then return pending("no lib" .. library) end
    end
    write_images()
    local output = run("scripts/image_folder.lua", "1 60 '" .. folder.path .. "/clothes'",
      {LUNATE_DATA = folder.path})
    assert.matches("60 pictures below " .. folder.path, output, 1, true)
    assert.matches("\nvalidation accuracy: [01]%.%d%d%d%d\n$", output)
  end)

  -- Two hundred districts that are like each other.
  local function write_housing()
    local lines = {}
    for i = 1, 200 do
      lines[i] = ("-122.%d,37.%d,%d,880,129,322,126,%d.5,%d00000"):format(
        i, i, i % 50, i % 9, i % 5 + 1)
    end
    folder:write("cal_housing.data", table.concat(lines, "\n"))
  end

  -- Script, what it prints last, and what else.
  local housing = {
    {"california_housing", "test mse: %d+%.%d%d%d%d", "Epoch 2/2", "california_housing.png",
      "california_housing_history.png"},
    {"wide_and_deep", "test mse: %d+%.%d%d%d%d", "(Concatenate)", "wide_and_deep.png"},
    {"wide_and_deep_multi_input", "test mse: %d+%.%d%d%d%d", "deep_input"},
    {"wide_and_deep_multi_output",
      "test loss: %d+%.%d+ %(output %d+%.%d+, aux_output %d+%.%d+%)", "val_aux_output_loss",
      "wide_and_deep_outputs.png"},
    {"wide_and_deep_subclass",
      "test loss: %d+%.%d+ %(output_1 %d+%.%d+, output_2 %d+%.%d+%)", "val_output_2_loss",
      "wide_and_deep_history.png"},
    {"custom_training_loop", "test mse: %d+%.%d%d%d%d", "Epoch 2/2 - 8 steps - mean: "},
    {"custom_layer", "test mse: %d+%.%d%d%d%d", "(MyDense)"},
  }
  for _, case in ipairs(housing) do
    local name, last, other = table.unpack(case)
    it(name .. ".lua", function()
      write_housing()
      local output = run("scripts/" .. name .. ".lua", "2 1", {LUNATE_DATA = folder.path})
      assert.matches(other, output, 1, true)
      assert.matches("\n" .. last .. "\n$", output)
      if case[4] then drew(output, table.unpack(case, 4)) end
    end)
  end

  it("checkpoint_and_early_stopping.lua", function()
    write_housing()
    local path = folder.path .. "/checkpoints"
    local output = run("scripts/checkpoint_and_early_stopping.lua", "60 1 '" .. path .. "'",
      {LUNATE_DATA = folder.path})
    assert.matches("of the best model, from " .. path .. "/housing.h5: ", output, 1, true)
    assert.matches("\nval/train: %d", output)
    local stopped, best, value, again = output:match("stopped after epoch (%d+) of 60\n"
      .. "best epoch: (%d+), validation mse (%S+); with the weights .* now: (%S+)\n")
    assert.equal(tonumber(best) + 10, tonumber(stopped))
    assert.equal(value, again)
    drew(output, "checkpoint_and_early_stopping.png")
  end)

  it("activations.lua, with gnuplot and without", function()
    local output = run("scripts/activations.lua", "", {})
    assert.matches("\nstep +at most 1%.00, its derivative at most 0%.00\nsigmoid +at most 0%.98, "
      .. "its derivative at most 0%.25\ntanh .- 1%.00\nrelu .- 1%.00\n$", "\n" .. output)
    drew(output, "activations.png")
    output = run("scripts/activations.lua", "", {PATH = "/nonexistent"})
    assert.matches("^figures are left out: gnuplot is not installed %(Debian package gnuplot%-nox%)"
      .. "\nstep ", output)
  end)

  it("perceptron.lua", function()
    local output = run("scripts/perceptron.lua", "", {})
    assert.matches("setosa or not: accuracy 1.000 after ", output, 1, true)
    assert.matches("\npetals of 2 by 0.5 cm: setosa\n$", output)
    drew(output, "perceptron.png")
  end)

  it("xor.lua", function()
    local output = run("scripts/xor.lua", "", {})
    assert.matches("\nperceptron: accuracy 0%.%d%d\nmlp: +accuracy 1%.00\n$", output)
    drew(output, "xor.png")
  end)

  it("tensorboard.lua", function()
    write_housing()
    local logs = folder.path .. "/logs"
    local output = run("scripts/tensorboard.lua", "2 1 '" .. logs .. "'",
      {LUNATE_DATA = folder.path})
    assert.matches("\nlook with: tensorboard %-%-logdir " .. logs .. "\n$", output)
    if not events.available() then return pending("needs python3-protobuf") end
    local runs, count = events.read(logs), 0
    for name, list in pairs(runs) do
      if not name:find("/") then
        count = count + 1
        local tags = table.concat(events.tags(list), " ")
        assert.equal("_hparams_/session_end_info _hparams_/session_start_info description "
          .. "error on the test set predicted over real price test_mse", tags)
        assert.same({0, 1}, {events.of(runs[name .. "/train"], "epoch_loss")[1].step,
          events.of(runs[name .. "/validation"], "epoch_loss")[2].step})
      end
    end
    assert.equal(2, count)
  end)

  it("char_gpt.lua learns a text, shows what it says, and saves itself", function()
    folder:write("text/moby_dick.txt", ("Call me Ishmael.\n"):rep(120))
    local model = folder.path .. "/gpt.keras"
    local output = run("scripts/char_gpt.lua", "0.02 '" .. folder.path .. "/text/moby_dick.txt' '"
      .. model .. "'", {})
    assert.matches("2040 characters, 11 different ones", output, 1, true)
    assert.matches("step %d+: loss %d%.%d%d%d, validation loss %d%.%d%d%d\n", output)
    assert.matches("\nvalidation loss on the whole last tenth: %d%.%d%d%d nats a character\n",
      output)
    drew(output, "char_gpt.png")
    assert.matches("\nmodel: " .. model .. "\n.+", output)
    assert.is_truthy(require "lunate".load_model(model))
  end)

  -- Weights by a formula, of which the number below is what numpy makes.
  it("gpt2.lua runs the published layout, with a prefix and without", function()
    local ln = require "lunate"
    local width, ids = 8, 256
    for _, prefix in ipairs{"", "transformer."} do
      local weights, k = {}, 0
      local function add(name, shape, scale, base)
        k = k + 1
        local t = ln.sin(ln.arange(ln.zeros(shape).size):astype("float64") * 1.7 + k)
        t = (t * (scale or 0.4) + (base or 0)):reshape(shape)
        weights[prefix .. name] = t:astype("float32")
      end
      local function normalization(name)
        add(name .. ".weight", {width}, 0.2, 1)
        add(name .. ".bias", {width})
      end
      local function dense(name, from, to)
        add(name .. ".weight", {from, to})
        add(name .. ".bias", {to})
      end
      add("wte.weight", {ids, width})
      add("wpe.weight", {16, width})
      for b = 0, 1 do
        local h = ("h.%d."):format(b)
        normalization(h .. "ln_1")
        dense(h .. "attn.c_attn", width, 3 * width)
        dense(h .. "attn.c_proj", width, width)
        normalization(h .. "ln_2")
        dense(h .. "mlp.c_fc", width, 4 * width)
        dense(h .. "mlp.c_proj", 4 * width, width)
      end
      normalization("ln_f")
      folder:write("config.json", '{"n_embd": 8, "n_head": 2, "n_layer": 2, "vocab_size": 256, '
        .. '"n_positions": 16, "layer_norm_epsilon": 1e-05}')
      ln.save(folder.path .. "/model.safetensors", weights)
      ln.text.BPE.train{texts = {"ab"}, vocab_size = 256}:save(folder.path .. "/tokenizer.json")
      local output = run("scripts/gpt2.lua", "'" .. folder.path .. "' abcab 20", {})
      assert.matches("2 blocks of 8, 2 heads, 3936 parameters\n", output, 1, true)
      assert.matches("after the prompt's 5 tokens the likeliest is 170, ", output, 1, true)
      assert.matches("with a logit of 1.790", output, 1, true)
      assert.matches("\nabcab.+\n$", output)
    end
    assert.matches("takes the folder", run("scripts/gpt2.lua", "", {}), 1, true)
  end)

  it("seq2seq.lua", function()
    local output = run("scripts/seq2seq.lua", "1 256", {})
    assert.matches("\ndates that are right: %d+%.%d%%\n", output)
    drew(output, "seq2seq_attention.png")
  end)

  it("text_classification.lua, on texts that it makes up and on a file", function()
    local function check(output)
      assert.matches("\ntest accuracy: bag of words %d%.%d%d%d, bidirectional LSTM %d%.%d%d%d\n",
        output)
      assert.matches("\nloaded again, it says %d%.%d%d%d of \"", output)
    end
    local output = run("scripts/text_classification.lua", "'' 4", {LUNATE_DATA = folder.path})
    assert.matches("^texts: made up here", output)
    check(output)
    -- Which words there are says nothing there, their order all.
    assert.matches("the LSTM beats the bag of words", output, 1, true)
    local lines = {"year\tparty\ttext"}
    for i = 1, 30 do
      lines[#lines + 1] = i % 2 == 0 and "1900\tx\tof war and war" or "1900\ty\tof peace"
    end
    local path = folder.path .. "/texts.tsv"
    folder:write("texts.tsv", table.concat(lines, "\n") .. "\n")
    output = run("scripts/text_classification.lua", "'" .. path .. "' 1 20", {})
    assert.matches("^texts: " .. path, output)
    assert.matches("\n16 texts to learn from, 4 to test", output)
    check(output)
  end)

  it("gan.lua", function()
    local output = run("scripts/gan.lua", "16 1", {})
    assert.matches("step 16/16 %- discriminator loss: %d", output)
    assert.matches("\nradius: %d%.%d%d %+%- %d%.%d%d %(of real points: 2 %+%- 0%.05%), sectors: %d "
      .. "of 8\n$", output)
  end)

  it("time_series.lua", function()
    local output = run("scripts/time_series.lua", "4 900", {})
    assert.matches("lstm: %d+ weights\n  4 epochs, validation error 0%.%d%d%d%d\n", output)
    for _, name in ipairs{"last value", "last day", "linear", "lstm", "convolutions"} do
      assert.matches("\n" .. name .. " +0%.%d%d%d%d\n", output)
    end
    local naive = tonumber(output:match("\nlast day +(%S+)\n"))
    local least = tonumber(output:match("\n%(noise alone%) +(%S+)\n"))
    for _, name in ipairs{"lstm", "convolutions"} do
      local mae = tonumber(output:match("\n" .. name .. " +(%S+)\n"))
      assert.is_true(mae < naive and mae > least, output)
    end
    assert.matches("\nbest: %w+, %d+%% below the naive forecast\n$", output)
    drew(output, "time_series_learning.png", "time_series_forecasts.png")
  end)

  it("reinforcement.lua", function()
    local output = run("scripts/reinforcement.lua", "30", {})
    local last = tonumber(output:match("\nepisode  30: +(%S+) steps in the mean of 30\n")
      or output:match("^episode  30: +(%S+) steps in the mean of 30\n"))
    assert.is_true(last > 25, output)   -- pushes at random last 20 steps
    assert.matches("\n%d+ steps, %d+ microseconds each\n", output)
    assert.matches("\nbest mean of 50 episodes: %d+%.%d of 500 steps\n$", output)
    drew(output, "reinforcement.png")
  end)
end)
