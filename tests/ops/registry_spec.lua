-- Every op of the registry, by its own samples: it runs, on strided inputs too with the same
-- result; its gradient agrees with finite differences (float64) on contiguous, strided and
-- broadcast inputs; so does the gradient of its gradient; shapes are inferred without data; of
-- float16 and bfloat16 it gives what float32 gives, rounded.
local ln = require "lunate"
local core = require "lunate.core"
local samples = require "support.samples"

local EPSILON = 1e-6

local spread, arguments = samples.spread, samples.arguments

local function is_tensor(v) return getmetatable(v) == "lunate.tensor" end

-- The tensors among the arguments, with a way to put others in their places.
local function places(args)
  local list = {}
  for k = 1, args.n do
    if is_tensor(args[k]) then
      list[#list + 1] = {get = function(a) return a[k] end, set = function(a, t) a[k] = t end}
    elseif type(args[k]) == "table" then
      for j, v in ipairs(args[k]) do
        if is_tensor(v) then
          list[#list + 1] = {
            get = function(a) return a[k][j] end,
            set = function(a, t) a[k] = table.move(a[k], 1, #a[k], 1, {}); a[k][j] = t end,
          }
        end
      end
    end
  end
  return list
end

local function copy_args(args) return table.move(args, 1, args.n, 1, {n = args.n}) end

local function is_float(t) return t.dtype:find("float", 1, true) ~= nil end

-- The same values, laid out so that no axis is dense.
local function strided(t)
  if t.rank == 0 then return t end
  local shape, index = {}, {}
  for k = 1, t.rank do shape[k], index[k] = 2 * t.shape[k] + 1, {2, -1, 2} end
  local wide = ln.zeros(shape, {dtype = t.dtype})
  wide[index] = t
  return wide[index]
end

-- Weights that depend on the shape alone, whatever was drawn before.
local function weights_like(t, first)
  local before = samples.drawn
  samples.drawn = 1000 * (first or 1)
  local w = spread(t.shape, 0.3, 1.7)
  samples.drawn = before
  return w
end

-- sum(out * weights) over the float results: one number to differentiate.
local function total(results)
  local sum
  for k = 1, results.n do
    local r = results[k]
    if is_tensor(r) and is_float(r) then
      local w = weights_like(r)
      local part = (r * w):sum()
      sum = sum and sum + part or part
    end
  end
  return sum
end

local function value(f, args) return total(table.pack(f(table.unpack(args, 1, args.n)))) end

local function gradients(f, args, where)
  local tape <close> = ln.GradientTape()
  local sources = {}
  for k, place in ipairs(where) do sources[k] = place.get(args) end
  tape:watch(sources)
  local target = value(f, args)
  if not target then return {} end   -- no float comes out
  return tape:gradient(target, sources)
end

local function numeric(scalar, args, place)
  local t = place.get(args)
  local flat = t:copy():flatten()
  local list = {}
  for k = 1, flat.size do
    local v = flat[k]
    local function at(delta)
      local moved = flat:copy()
      moved[k] = v + delta
      local changed = copy_args(args)
      place.set(changed, moved:reshape(t.shape))
      return scalar(changed)
    end
    list[k] = (at(EPSILON) - at(-EPSILON)) / (2 * EPSILON)
  end
  return list
end

local function compare(actual, expected, what)
  local list = actual and actual:flatten():totable() or {}
  for k, e in ipairs(expected) do
    local a = actual and list[k] or 0
    if not (math.abs(a - e) <= 2e-5 * math.max(1, math.abs(e))) then
      error(("%s: element %d is %.9g, finite differences give %.9g"):format(what, k, a, e), 2)
    end
  end
end

local function float_places(args)
  local list = {}
  for _, place in ipairs(places(args)) do
    local t = place.get(args)
    if t.dtype == "float64" and t.size > 0 then list[#list + 1] = place end
  end
  return list
end

local function check_gradient(f, args, what)
  local where = float_places(args)
  if #where == 0 then return end
  local grads = gradients(f, args, where)
  if #grads == 0 then return end
  for k, place in ipairs(where) do
    local function scalar(changed) return value(f, changed):item() end
    compare(grads[k], numeric(scalar, args, place), ("%s, input %d"):format(what, k))
  end
end

-- d/dx of sum(w * df/dx), by nested tapes against differences of the first gradient.
local function check_second(f, args)
  local where = float_places(args)
  if #where == 0 then return end
  local function slope(given)
    local sum
    for k, g in ipairs(gradients(f, given, where)) do
      if g then
        local part = (g * weights_like(g, k + 1)):sum()
        sum = sum and sum + part or part
      end
    end
    return sum
  end
  if not slope(args) then return end
  local outer <close> = ln.GradientTape()
  local sources = {}
  for k, place in ipairs(where) do sources[k] = place.get(args) end
  outer:watch(sources)
  local grads = outer:gradient(slope(args), sources)
  for k, place in ipairs(where) do
    local function scalar(changed) return slope(changed):item() end
    compare(grads[k], numeric(scalar, args, place), ("second derivative, input %d"):format(k))
  end
end

local function same(a, b)
  if not is_tensor(a) then return a == b end
  if a.dtype ~= b.dtype or a.shape ~= b.shape then return false end
  if not is_float(a) then return a == b end
  if a.size == 0 then return true end
  local close = (a - b):abs():le(a:abs() * 1e-12 + 1e-12):logical_or(a:eq(b))
  return close:logical_or(a:isnan():logical_and(b:isnan())):all()
end

-- ---- float16 and bfloat16

-- The arguments with their floats as `dtype`, of the values that `half` has.
local function with_floats(args, where, half, dtype)
  local changed = copy_args(args)
  for _, place in ipairs(where) do
    place.set(changed, place.get(args):astype(half):astype(dtype))
  end
  return changed
end

local function check_half(f, args, half)
  local where = float_places(args)
  local wide = table.pack(f(table.unpack(with_floats(args, where, half, "float32"), 1, args.n)))
  local halves = with_floats(args, where, half, half)
  local results = table.pack(f(table.unpack(halves, 1, args.n)))
  assert.equal(wide.n, results.n)
  for k = 1, wide.n do
    local expected = wide[k]
    if is_tensor(expected) and expected.dtype == "float32" then expected = expected:astype(half) end
    assert.is_true(same(results[k], expected), ("result %d differs"):format(k))
  end
  for _, place in ipairs(where) do place.set(halves, strided(place.get(halves))) end
  results = table.pack(f(table.unpack(halves, 1, args.n)))
  for k = 1, wide.n do
    local expected = wide[k]
    if is_tensor(expected) and expected.dtype == "float32" then expected = expected:astype(half) end
    assert.is_true(same(results[k], expected), ("result %d of strided ones differs"):format(k))
  end
  return where
end

-- What arrives from above, up to 1.7, is rounded to halves, and what comes of it.
local function check_half_gradient(f, args, half)
  local where = float_places(args)
  local expected = gradients(f, with_floats(args, where, half, "float32"), where)
  local actual = gradients(f, with_floats(args, where, half, half), where)
  assert.equal(#expected, #actual)
  for k, e in ipairs(expected) do
    assert.equal(e and half, actual[k] and actual[k].dtype)
    if e then
      local most = e:abs():max():item()
      local far = (actual[k]:astype("float32") - e):abs():max():item()
      local allowed = (half == "float16" and 0x1p-9 or 0x1p-6) * math.max(most, 1)
      assert.is_true(far <= allowed, ("input %d: %g off, of %g"):format(k, far, most))
    end
  end
end

-- Two samples in turn, in a model whose author promised that it does the same each time.
local Turns = ln.Model:extend("Turns")
function Turns:call(x)
  self.turn = (self.turn or 0) + 1
  local args = arguments(self.samples[self.turn % 2 + 1])
  local results = table.pack(self.f(table.unpack(args, 1, args.n)))
  for k = 1, results.n do
    if is_tensor(results[k]) then x = x + results[k]:astype("float32"):sum() end
  end
  return x
end

local function check_replay(f, a, b)
  local model = Turns()
  model.f, model.samples = f, {a, b}
  model:compile{loss = "mse", replay = true}
  local ok, message = pcall(model.predict, model, ln.zeros{4, 1}, {batch_size = 1})
  if not ok then return assert.matches("promised the same ops each time", message) end
  -- Defaults, written out or not.
  local one, other = arguments(a), arguments(b)
  one = table.pack(f(table.unpack(one, 1, one.n)))
  other = table.pack(f(table.unpack(other, 1, other.n)))
  for k = 1, one.n do assert.is_true(same(one[k], other[k]), "another call was replayed") end
end

-- ---- dimensions that are not known

-- t's values, over and over, in another shape.
local function resized(t, shape)
  local n = 1
  for _, d in ipairs(shape) do n = n * d end
  local values, positions = t:flatten(), {}
  for k = 1, n do positions[k] = (k - 1) % t.size + 1 end
  return values:take(ln.tensor(positions, {dtype = "int64"})):reshape(shape)
end

-- The arguments with every axis of length d of length to instead (false: not known).
local function with_sizes(args, d, to)
  local changed, any = copy_args(args), false
  for _, place in ipairs(places(args)) do
    local t, shape = place.get(args), {}
    for k, n in ipairs(t.shape) do
      shape[k] = n
      if n == d then shape[k], any = to, true end
    end
    if to then place.set(changed, resized(t, shape))
    elseif t.rank > 0 then
      place.set(changed, ln.Input{batch_shape = shape, dtype = t.dtype})
    end
  end
  return changed, any
end

local function is_bool(v) return type(v) == "boolean" end   -- any and all over everything

local function shapes_of(results)
  local list = {}
  for k = 1, results.n do list[k] = is_bool(results[k]) and {} or results[k].shape end
  return list
end

local function fits(unknown, known)
  if #unknown ~= #known then return false end
  for k, n in ipairs(unknown) do if n and n ~= known[k] then return false end end
  return true
end

-- What is inferred for unknown sizes holds for all that can be computed. Returns for how many.
local function check_unknown(name, args, d)
  local f = core.op(name)
  local symbolic = with_sizes(args, d, false)
  local told = shapes_of(table.pack(f(table.unpack(symbolic, 1, symbolic.n))))
  local computed = 0
  for _, to in ipairs{d, d + 1, d + 2, 2 * d} do
    local sized = with_sizes(args, d, to)
    local results = table.pack(pcall(f, table.unpack(sized, 1, sized.n)))
    -- An axis that may have length 1 is taken for one that has not, as in Keras.
    if table.remove(results, 1) and not (to == 1 and name == "squeeze") then
      results.n, computed = results.n - 1, computed + 1
      for k, shape in ipairs(shapes_of(results)) do
        assert(fits(told[k], shape), ("%s is told for None, %s comes of %d"):format(
          tostring(told[k]), tostring(shape), to))
      end
    end
  end
  return computed
end

-- The same for one operand of which nothing but the rank is known.
local function check_operand(f, args, place)
  local known, symbolic = shapes_of(table.pack(f(table.unpack(args, 1, args.n)))), copy_args(args)
  local shape, t = {}, place.get(args)
  for k = 1, t.rank do shape[k] = false end
  if t.rank == 0 then return end
  place.set(symbolic, ln.Input{batch_shape = shape, dtype = t.dtype})
  for k, told in ipairs(shapes_of(table.pack(f(table.unpack(symbolic, 1, symbolic.n))))) do
    assert(fits(told, known[k]), ("%s is told, %s comes"):format(tostring(told),
      tostring(known[k])))
  end
end

-- Ops that are parts of others, whose samples would say nothing more to the tests above.
local MORE = {
  softmax_crossentropy = "p(2,3), x(2,3)\ni(3, 2), x(2,3), {sparse = true}",
  softmax_crossentropy_grad = "p(2,3), p(2,3), x(2)",
  sigmoid_crossentropy_grad = "p(2,3), x(2,3), x(2,3)",
  ctc = "i(3, 2,4), x(2,5,3)",
}

describe("op", function()
  local checked = 0
  for _, op in ipairs(core.ops()) do
    if not op.hidden then
      it(op.name .. " is documented, and has samples", function()
        assert.is_string(op.doc, op.name)
        assert.is_truthy(op.doc:find("Example", 1, true), op.name .. " has no example")
        assert.is_string(op.samples, op.name)
      end)
    end
    local f = core.op(op.name)
    local sample_before
    for sample in (op.value_shape and "" or op.samples or ""):gmatch("[^\n]+") do
      local before = sample_before
      -- Tensors of other shapes are no other options.
      if before and before:gsub("%a%b()", "") ~= sample:gsub("%a%b()", "") then
        it(("%s(%s) is not replayed as (%s)"):format(op.name, sample, before), function()
          check_replay(f, before, sample)
        end)
      end
      sample_before = sample
    end
    for sample in (op.samples or ""):gmatch("[^\n]+") do
      if not op.hidden then
        it(("%s(%s) refuses an option that there is not"):format(op.name, sample), function()
          local args = arguments(sample)
          local given = args[args.n]
          local has_options = type(given) == "table" and getmetatable(given) == nil and #given == 0
          if has_options then given.bogus = 3
          else args.n = args.n + 1; args[args.n] = {bogus = 3} end
          for _, g in ipairs{f, core.functions[op.name], core.tensor_methods[op.name]} do
            assert.error_matches(function() g(table.unpack(args, 1, args.n)) end, "bogus")
          end
        end)
      end
      it(("%s(%s) runs on dense and strided inputs alike"):format(op.name, sample), function()
        local args = arguments(sample)
        local dense = table.pack(f(table.unpack(args, 1, args.n)))
        for _, place in ipairs(places(args)) do place.set(args, strided(place.get(args))) end
        local wide = table.pack(f(table.unpack(args, 1, args.n)))
        for k = 1, dense.n do
          assert.is_true(same(dense[k], wide[k]), ("result %d differs"):format(k))
        end
      end)
      for _, half in ipairs{"float16", "bfloat16"} do
        if #float_places(arguments(sample)) > 0 then
          it(("%s(%s) takes %s"):format(op.name, sample, half), function()
            check_half(f, arguments(sample), half)
            if op.gradient then check_half_gradient(f, arguments(sample), half) end
          end)
        end
      end
      if op.gradient then
        checked = checked + 1
        it(("%s(%s) has the right gradient"):format(op.name, sample), function()
          local args = arguments(sample)
          check_gradient(f, args, "dense")
          for _, place in ipairs(places(args)) do place.set(args, strided(place.get(args))) end
          check_gradient(f, args, "strided")
        end)
        it(("%s(%s) has the right gradient for broadcast inputs"):format(op.name, sample),
          function()
            -- Each float input in turn is one element or row, repeated without being copied.
            local args = arguments(sample)
            for _, place in ipairs(float_places(args)) do
              local t = place.get(args)
              if t.rank > 0 and t.shape[1] > 1 then
                local row = t[{ {1, 1} }]:copy()
                local function g(...)
                  local changed = table.pack(...)
                  place.set(changed, place.get(changed):broadcast_to(t.shape))
                  return f(table.unpack(changed, 1, changed.n))
                end
                local changed = copy_args(args)
                place.set(changed, row)
                -- Repeated rows are ties, where these have no derivative.
                local kinked = op.name:find("max") or op.name:find("min") or op.name:find("sort")
                  or op.name == "topk" or op.name == "std"
                if not kinked then check_gradient(g, changed, "broadcast") end
              end
            end
          end)
        it(("%s(%s) has the right second derivative"):format(op.name, sample), function()
          check_second(f, arguments(sample))
        end)
      end
    end
  end

  local told, computed = 0, 0
  for _, op in ipairs(core.ops()) do
    local f, value_shape = core.op(op.name), op.value_shape
    for sample in (op.samples or MORE[op.name] or ""):gmatch("[^\n]+") do
      it(("%s(%s) tells shapes where sizes are not known"):format(op.name, sample), function()
        local args, seen = arguments(sample), {}
        for _, place in ipairs(places(args)) do
          if not value_shape and op.name ~= "squeeze" then check_operand(f, args, place) end
          for _, d in ipairs(place.get(args).shape) do
            if not seen[d] then
              seen[d] = true
              if value_shape then
                assert.error_matches(function() check_unknown(op.name, args, d) end,
                  "depends on values")
              else
                told, computed = told + 1, computed + check_unknown(op.name, args, d)
              end
            end
          end
        end
      end)
    end
  end

  it("shapes were told, and held for several sizes", function()
    assert.is_true(told > 250, told)
    assert.is_true(computed > 3 * told, computed)
  end)

  it("gradients were checked at all", function() assert.is_true(checked > 100, checked) end)
end)
