-- make run SCRIPT=scripts/gpt2.lua
-- (with ARGS="folder 'Once upon a time' 60": the files, a text and how many tokens; temperature
-- and seed may follow)
--
-- GPT-2 (Radford et al., 2019) from the files that were published: a folder with config.json,
-- model.safetensors, and tokenizer.json or vocab.json and merges.txt (huggingface.co/gpt2 and
-- its larger sisters have them). Goes on with a text, token by token.

local ln = require "lunate"

local folder, prompt, n_tokens = arg[1], arg[2] or "Once upon a time", tonumber(arg[3]) or 60
local temperature, seed = tonumber(arg[4]) or 0.8, tonumber(arg[5]) or 42
if not folder then
  print("gpt2.lua takes the folder with config.json, model.safetensors and the tokenizer's files")
  os.exit(1)
end
ln.set_seed(seed)

local function exists(name)
  local file = io.open(folder .. "/" .. name, "rb")
  if file then file:close() end
  return file ~= nil
end

local function read(name)
  local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return file:read("a")
end

-- ---- the model, by the numbers of its config

local config = read "config.json"
local function number(name, default)
  return tonumber(config:match('"' .. name .. '"%s*:%s*([%d.eE+-]+)')) or default
    or error(("config.json has no number '%s'"):format(name))
end
local width, heads, blocks = number "n_embd", number "n_head", number "n_layer"
local vocabulary, places = number "vocab_size", number("n_positions", 1024)
local epsilon = number("layer_norm_epsilon", 1e-5)

local layers = ln.layers

local function block(x, name)
  local h = layers.LayerNormalization{epsilon = epsilon, name = name .. "ln_1"}(x)
  x = x + layers.MultiHeadAttention{heads, key_dim = width // heads, name = name .. "attn"}(h, h,
    {use_causal_mask = true})
  h = layers.LayerNormalization{epsilon = epsilon, name = name .. "ln_2"}(x)
  h = ln.gelu(layers.Dense{4 * width, name = name .. "mlp.c_fc"}(h), {approximate = true})
  return x + layers.Dense{width, name = name .. "mlp.c_proj"}(h)
end

local ids = ln.Input{shape = {false}, dtype = "int32"}
local x = layers.Embedding{vocabulary, width, name = "wte"}(ids)
x = x + layers.PositionEmbedding{places, name = "wpe"}(x)
for k = 0, blocks - 1 do x = block(x, ("h.%d."):format(k)) end
x = layers.LayerNormalization{epsilon = epsilon, name = "ln_f"}(x)
local logits = layers.Dense{vocabulary, use_bias = false, name = "logits"}(x)
local model = ln.Model{inputs = ids, outputs = logits, name = "gpt2"}

-- ---- its weights: a layer's tensors begin with its name

local published = ln.load(folder .. "/model.safetensors")
local function tensor(name)
  local t = published[name] or published["transformer." .. name]
    or error(("model.safetensors has no '%s'"):format(name))
  return t:astype("float32")
end

-- The projections of query, key and value stand side by side, the heads of each too.
local function attention_weights(name)
  local dim = width // heads
  local kernel, bias = tensor(name .. ".c_attn.weight"), tensor(name .. ".c_attn.bias")
  local list = {}
  for k = 0, 2 do
    local part = {k * width + 1, (k + 1) * width}
    list[#list + 1] = kernel[{ {}, part }]:reshape{width, heads, dim}
    list[#list + 1] = bias[{part}]:reshape{heads, dim}
  end
  list[#list + 1] = tensor(name .. ".c_proj.weight"):reshape{heads, dim, width}
  list[#list + 1] = tensor(name .. ".c_proj.bias")
  return list
end

for _, layer in ipairs(model.layers) do
  local name = layer.name
  if name == "logits" then
    layer:set_weights{tensor "wte.weight":transpose()}
  elseif name:find "attn$" then
    layer:set_weights(attention_weights(name))
  elseif #layer.weights == 2 then
    layer:set_weights{tensor(name .. ".weight"), tensor(name .. ".bias")}
  elseif #layer.weights == 1 then
    layer:set_weights{tensor(name .. ".weight")}
  end
end
print(("%s: %d blocks of %d, %d heads, %d parameters"):format(folder, blocks, width, heads,
  model:count_params() - vocabulary * width))

-- ---- the text goes on

local BPE = ln.text.BPE
local tokenizer = exists "tokenizer.json" and BPE.from_file(folder .. "/tokenizer.json")
  or BPE.from_files(folder .. "/vocab.json", folder .. "/merges.txt")
local start = tokenizer:encode(prompt)
local said = model(start:expand_dims(1))[{1, -1}]
local likeliest = said:argmax():item()
print(("after the prompt's %d tokens the likeliest is %d, %q, with a logit of %.4f"):format(#start,
  likeliest - 1, tokenizer:decode{likeliest - 1}, said[likeliest]))
io.write(prompt)
ln.utils.generate(model, start, {
  max_new_tokens = n_tokens, context = places, temperature = temperature, top_k = 40,
  stop = tokenizer:token_to_id("<|endoftext|>"),
  on_token = function(id) io.write(tokenizer:decode{id}) io.flush() end,
})
print()
