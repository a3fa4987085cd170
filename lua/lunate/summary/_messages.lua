--- The messages of event files in Protocol Buffers' wire format (protobuf.dev/programming-guides/
-- encoding): an encoder, and tables of the fields that are written here, name by name as TensorFlow
-- and TensorBoard publish them (event, summary, tensor, tensor_shape, graph, node_def, attr_value,
-- hparams' plugin_data). A new message is a table of fields: {number, type}; type is a scalar's
-- name or a message; `repeated` takes a list, `map` a table by name.

local messages = {}

-- ---- the wire

local VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

local function varint(value)   -- an int64 as it is in memory: >> fills with zeros
  local bytes = {}
  while value & ~0x7f ~= 0 do
    bytes[#bytes + 1] = string.char(value & 0x7f | 0x80)
    value = value >> 7
  end
  bytes[#bytes + 1] = string.char(value)
  return table.concat(bytes)
end

local scalars = {
  integer = {VARINT, varint},   -- int32, int64 and enumerations
  bool = {VARINT, function(value) return value and "\1" or "\0" end},
  double = {FIXED64, function(value) return ("<d"):pack(value) end},
  float = {FIXED32, function(value) return ("<f"):pack(value) end},
  bytes = {LENGTH, function(value) return ("%s%s"):format(varint(#value), value) end},
}
scalars.string = scalars.bytes   -- text that the caller knows to be UTF-8

-- {name = {number, type, repeated =, map =}} in the order of the numbers.
local function message(fields)
  local self = {fields = {}, names = fields}
  for name, field in pairs(fields) do
    if field.map then
      field[2] = message{key = {1, "string"}, value = {2, field[2]}}
    end
    table.insert(self.fields, {name = name, number = field[1], type = field[2],
      repeated = field.repeated, map = field.map})
  end
  table.sort(self.fields, function(a, b) return a.number < b.number end)
  return self
end

local encode

local function put(parts, field, value)
  local scalar = scalars[field.type]
  local wire, write = LENGTH, scalars.bytes[2]
  if scalar then wire, write = scalar[1], scalar[2] else value = encode(field.type, value) end
  parts[#parts + 1] = varint(field.number << 3 | wire)
  parts[#parts + 1] = write(value)
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- The bytes of a message: a table of its fields by name; what is nil is left out.
function encode(kind, values)
  local parts = {}
  for name in pairs(values) do
    if not kind.names[name] then error("a message has no field " .. tostring(name)) end
  end
  for _, field in ipairs(kind.fields) do
    local value = values[field.name]
    if value == nil then   -- luacheck: ignore
    elseif field.map then
      for _, key in ipairs(sorted_keys(value)) do put(parts, field, {key = key, value = value[key]})
      end
    elseif field.repeated then
      for _, each in ipairs(value) do put(parts, field, each) end
    else
      put(parts, field, value)
    end
  end
  return table.concat(parts)
end

messages.encode = encode

-- ---- tensors (tensorflow/core/framework/tensor.proto, tensor_shape.proto, types.proto)

messages.dtype = {float32 = 1, float64 = 2, int32 = 3, uint8 = 4, string = 7, int64 = 9, bool = 10}

messages.TensorShape = message{
  dim = {2, message{size = {1, "integer"}, name = {2, "string"}}, repeated = true},
  unknown_rank = {3, "bool"},
}

messages.Tensor = message{
  dtype = {1, "integer"},
  tensor_shape = {2, messages.TensorShape},
  tensor_content = {4, "bytes"},                  -- numbers, little-endian
  string_val = {8, "bytes", repeated = true},     -- strings, one by one
}

--- A shape, a list, as a message; false, an unknown dimension, is -1.
function messages.shape(dims)
  local list = {}
  for i = 1, #dims do list[i] = {size = dims[i] or -1} end
  return {dim = list}
end

-- ---- graphs (graph.proto, node_def.proto, attr_value.proto)

messages.AttrValue = message{
  list = {1, message{shape = {7, messages.TensorShape, repeated = true}}},
  s = {2, "bytes"},
  i = {3, "integer"},
  type = {6, "integer"},
}

messages.GraphDef = message{
  node = {1, message{
    name = {1, "string"},
    op = {2, "string"},
    input = {3, "string", repeated = true},
    attr = {5, messages.AttrValue, map = true},
  }, repeated = true},
}

-- ---- events (event.proto, summary.proto)

messages.data_class = {scalar = 1, tensor = 2, blob_sequence = 3}

messages.Summary = message{
  value = {1, message{
    tag = {1, "string"},
    tensor = {8, messages.Tensor},
    metadata = {9, message{
      plugin_data = {1, message{plugin_name = {1, "string"}, content = {2, "bytes"}}},
      data_class = {4, "integer"},
    }},
  }, repeated = true},
}

messages.Event = message{
  wall_time = {1, "double"},     -- seconds since 1970
  step = {2, "integer"},
  file_version = {3, "string"},
  graph_def = {4, "bytes"},      -- a GraphDef, encoded
  summary = {5, messages.Summary},
  source_metadata = {10, message{writer = {1, "string"}}},
}

-- ---- hyperparameters (tensorboard/plugins/hparams/plugin_data.proto; struct.proto's Value)

messages.status = {success = 1, failure = 2}

local Value = message{
  number_value = {2, "double"}, string_value = {3, "string"}, bool_value = {4, "bool"},
}

messages.HParamsPluginData = message{
  version = {1, "integer"},
  session_start_info = {3, message{
    hparams = {1, Value, map = true},
    group_name = {4, "string"},
    start_time_secs = {5, "double"},
  }},
  session_end_info = {4, message{status = {1, "integer"}, end_time_secs = {2, "double"}}},
}

return messages
