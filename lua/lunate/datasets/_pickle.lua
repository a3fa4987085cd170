--- Lists of integers from the pickle of a numpy array of Python objects, as .npy files have it. A
-- pickle is a program for a stack machine: this one knows the instructions that such an array is
-- made of and the three names that numpy needs for it. Anything else is an error; nothing runs.
-- The instructions: Python's Lib/pickletools.py.

local unpack = string.unpack

-- What is on the stack besides integers.
local MARK, NONE = {}, {}
local function list() return {kind = "list", values = {}, n = 0} end

-- The names that may be asked for, and what a call of each gives.
local CALLS = {
  ["numpy.core.multiarray._reconstruct"] = "array",
  ["numpy._core.multiarray._reconstruct"] = "array",
  ["numpy.dtype"] = "dtype",
  ["numpy.ndarray"] = "class",
  ["_codecs.encode"] = "text",   -- Python 3 writes bytes so for Python 2
}

local function refuse(format, ...) error("its Python objects: " .. format:format(...), 0) end

local Machine = {}
Machine.__index = Machine

function Machine:push(value)
  self.n = self.n + 1
  self.stack[self.n] = value
end

function Machine:pop(kind)
  local value = self.stack[self.n]
  if self.n == 0 or value == MARK then refuse("there is nothing to take at byte %d", self.i) end
  if kind and (type(value) ~= "table" or value.kind ~= kind) then
    refuse("a %s expected at byte %d", kind, self.i)
  end
  self.stack[self.n], self.n = nil, self.n - 1
  return value
end

-- Numbers behind the instruction, in string.unpack's format.
function Machine:argument(format)
  local size = string.packsize(format)
  if self.i + size - 1 > #self.bytes then refuse("they end in the middle") end
  local value = unpack(format, self.bytes, self.i)
  self.i = self.i + size
  return value
end

function Machine:text(n)
  if n > #self.bytes - self.i + 1 then refuse("they end in the middle") end
  self.i = self.i + n
  return self.bytes:sub(self.i - n, self.i - 1)
end

function Machine:line()
  local stop = self.bytes:find("\n", self.i, true)
  if not stop then refuse("they end in the middle") end
  local text = self.bytes:sub(self.i, stop - 1)
  self.i = stop + 1
  return text
end

function Machine:name(module, name)
  local full = module .. "." .. name
  if not CALLS[full] then refuse("'%.60s' is no part of a list", full) end
  self:push{kind = "name", makes = CALLS[full]}
end

-- The position of the innermost mark, which is taken.
function Machine:mark()
  local m = self.marks[#self.marks]
  if not m then refuse("there is no mark for byte %d", self.i) end
  self.marks[#self.marks] = nil
  return m
end

-- The last n values as a tuple.
function Machine:tuple(n)
  local values = {}
  for k = n, 1, -1 do values[k] = self:pop() end
  self:push{kind = "tuple", values = values}
end

-- The values above position m go to the end of the list there.
function Machine:append(m)
  local stack, into = self.stack, self.stack[m]
  if type(into) ~= "table" or into.kind ~= "list" then
    refuse("a list expected at byte %d", self.i)
  end
  local values, n = into.values, into.n
  for k = m + 1, self.n do
    local value = stack[k]
    if type(value) ~= "number" then
      if value.kind ~= "list" or value.holds_lists then
        refuse("a list has something else than integers at byte %d", self.i)
      end
      into.holds_lists = true
    end
    n = n + 1
    values[n], stack[k] = value, nil
  end
  into.n, self.n = n, m
end

-- What a call gives, by the kind of its name; `values` are its arguments.
local CALL = {
  array = function() return {kind = "array"} end,
  dtype = function(values)
    if type(values[1]) ~= "table" or not tostring(values[1].text):match("^O[48]?$") then
      refuse("an array of another dtype in the array")
    end
    return {kind = "dtype"}
  end,
  text = function(values) return {kind = "text", text = values[1].text} end,
}

local memo_kinds = {text = true, name = true, tuple = true, array = true, dtype = true}

local function put(self, key)
  local value = self.stack[self.n]
  if value == nil then refuse("there is nothing to keep at byte %d", self.i) end
  self.memo[key] = value
end

-- A list that is used twice would make a short file long.
local function get(self, key)
  local value = self.memo[key]
  if type(value) == "table" and not memo_kinds[value.kind] or value == nil then
    refuse("a reference at byte %d to what is none of theirs", self.i)
  end
  self:push(value)
end

local function text(format)
  return function(self)
    self:push{kind = "text", text = self:text(self:argument(format))}
  end
end

local INSTRUCTIONS = {
  [0x80] = function(self)   -- PROTO
    local protocol = self:argument("B")
    if protocol < 2 or protocol > 5 then refuse("protocol %d is not supported", protocol) end
  end,
  [0x95] = function(self) self:argument("<i8") end,   -- FRAME
  ["("] = function(self)
    self:push(MARK)
    self.marks[#self.marks + 1] = self.n
  end,
  ["]"] = function(self) self:push(list()) end,
  ["a"] = function(self)
    if self.n < 2 then refuse("a list expected at byte %d", self.i) end
    self:append(self.n - 1)
  end,
  ["e"] = function(self)
    local m = self:mark()
    local values = table.move(self.stack, m + 1, self.n, m)   -- over the mark
    values[self.n], self.n = nil, self.n - 1
    self:append(m - 1)
  end,
  ["J"] = function(self) self:push(self:argument("<i4")) end,
  ["K"] = function(self) self:push(self:argument("B")) end,
  ["M"] = function(self) self:push(self:argument("<I2")) end,
  [0x8a] = function(self)   -- LONG1
    local n = self:argument("B")
    if n > 8 then refuse("an integer of %d bytes", n) end
    self:push(n == 0 and 0 or self:argument("<i" .. n))
  end,
  ["U"] = text "B", ["C"] = text "B", ["T"] = text "<I4", ["B"] = text "<I4",
  [0x8c] = text "B", ["X"] = text "<I4",
  ["N"] = function(self) self:push(NONE) end,
  [0x88] = function(self) self:push(NONE) end,   -- True and False: nothing here depends on them
  [0x89] = function(self) self:push(NONE) end,
  [")"] = function(self) self:tuple(0) end,
  [0x85] = function(self) self:tuple(1) end,
  [0x86] = function(self) self:tuple(2) end,
  [0x87] = function(self) self:tuple(3) end,
  ["t"] = function(self)
    local m = self:mark()
    self:tuple(self.n - m)
    self.stack[m], self.stack[m + 1], self.n = self.stack[m + 1], nil, m
  end,
  ["q"] = function(self) put(self, self:argument("B")) end,
  ["r"] = function(self) put(self, self:argument("<I4")) end,
  [0x94] = function(self)   -- MEMOIZE
    put(self, self.n_memo)
    self.n_memo = self.n_memo + 1
  end,
  ["h"] = function(self) get(self, self:argument("B")) end,
  ["j"] = function(self) get(self, self:argument("<I4")) end,
  ["c"] = function(self) self:name(self:line(), self:line()) end,
  [0x93] = function(self)   -- STACK_GLOBAL
    local name, module = self:pop "text".text, self:pop "text".text
    self:name(module, name)
  end,
  ["R"] = function(self)
    local arguments, name = self:pop "tuple".values, self:pop "name"
    local call = CALL[name.makes]
    if not call then refuse("a call at byte %d", self.i) end
    if name.makes == "text" and (#arguments ~= 2 or type(arguments[1]) ~= "table"
      or not arguments[1].text)
    then
      refuse("a call at byte %d", self.i)
    end
    self:push(call(arguments))
  end,
  ["b"] = function(self)
    local state = self:pop "tuple".values
    local object = self.stack[self.n]
    if type(object) ~= "table" or object.kind ~= "array" and object.kind ~= "dtype" then
      refuse("an array expected at byte %d", self.i)
    end
    object.state = state
  end,
}
local BY_BYTE = {}
for key, run in pairs(INSTRUCTIONS) do
  BY_BYTE[type(key) == "string" and key:byte() or key] = run
end

-- Runs the program up to its end; what it leaves.
local function run(self)
  local bytes, byte, stack = self.bytes, string.byte, self.stack
  while true do
    local i = self.i
    local op, a, b = byte(bytes, i, i + 2)
    -- Small integers are nearly all there is.
    if op == 0x4b and a then
      local n = self.n + 1
      stack[n], self.n, self.i = a, n, i + 2
    elseif op == 0x4d and b then
      local n = self.n + 1
      stack[n], self.n, self.i = a | b << 8, n, i + 3
    elseif op == 0x2e then   -- STOP
      if self.n ~= 1 then refuse("they leave %d values", self.n) end
      return stack[1]
    else
      local instruction = BY_BYTE[op]
      if not op then refuse("they end in the middle") end
      if not instruction then refuse("instruction 0x%02x at byte %d is not for lists", op, i) end
      self.i = i + 1
      instruction(self)
    end
  end
end

-- The rows of an array whose elements lie in one list.
local function rows(values, n, width)
  local out = {}
  for i = 1, n do out[i] = table.move(values, (i - 1) * width + 1, i * width, 1, {}) end
  return out
end

--- The lists in a pickle.
-- @param bytes  of the file
-- @param position  where the pickle begins
-- @param shape  of the array, a list: (n,) of lists, or (n, m) of integers, which lists of one
--   length become
-- @return a list of n lists of integers
-- @raise for anything else. Errors: texts without a place
return function(bytes, position, shape)
  local machine = setmetatable({bytes = bytes, i = position, stack = {}, n = 0, marks = {},
    memo = {}, n_memo = 0}, Machine)
  local array = run(machine)
  local state = type(array) == "table" and array.kind == "array" and array.state
  local elements = state and #state == 5 and state[5]
  if type(elements) ~= "table" or elements.kind ~= "list" then refuse("no array of lists") end
  local n, width = shape[1], shape[2]
  if #shape == 2 and not elements.holds_lists and n * width == elements.n
    and n <= elements.n
  then
    return rows(elements.values, n, width)
  end
  if #shape ~= 1 or n ~= elements.n then
    refuse("%d of them in an array of shape (%s)", elements.n, table.concat(shape, ", "))
  end
  local out = {}
  for i, element in ipairs(elements.values) do
    if type(element) ~= "table" then refuse("element %d is no list", i) end
    out[i] = element.values
  end
  return out
end
