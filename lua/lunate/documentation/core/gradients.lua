--- Doc comments of gradients: tapes and variables.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- Records what is computed until it is closed, and gives gradients of it. Trainable variables are
-- watched by themselves.
-- @param options  `persistent` (false: one gradient; true: as many as wanted)
-- @return the tape, to be held by `local tape <close> = ...`. Errors: unknown options.
--
--     local x = ln.Variable(3)
--     local tape <close> = ln.GradientTape()
--     local y = x * x
--     print(tape:gradient(y, x):item())                                    --> 6.0
function ln.GradientTape(options) end

--- Makes the tape record what is computed from tensors that are no variables.
-- @param tensors  a tensor or a list of them, of a float dtype
-- Errors: other values; a tape that is closed.
--
--     local x = ln.tensor(2)
--     local tape <close> = ln.GradientTape()
--     tape:watch(x)
--     print(tape:gradient(x ^ 3, x):item())                                --> 12.0
function GradientTape:watch(tensors) end

--- Gradients of a target.
-- @param target  a tensor, or a list of them, which are summed
-- @param sources  a variable or a watched tensor, or a list of them
-- @param options  `output_gradients` (ones: what the target's gradient is taken to be)
-- @return a tensor of the source's shape, `false` when nothing connects the two; for a list a list
--   of these. Errors: a second gradient of a tape that is not persistent.
--
--     local w = ln.Variable{1, 2}
--     local tape <close> = ln.GradientTape()
--     print(tape:gradient((w ^ 2):sum(), w))                               --> [2. 4.]
function GradientTape:gradient(target, sources, options) end

--- Calls f while the tape does not record.
-- @param f  a function
-- @param ...  what it is called with
-- @return what f returns. Errors: those of f.
--
--     local tape <close> = ln.GradientTape()
--     print(tape:stop_recording(function() return ln.ones{2} end))         --> [1. 1.]
function GradientTape:stop_recording(f, ...) end

--- Ends the recording and frees what it holds. Errors: none; closing twice is fine.
--
--     local tape = ln.GradientTape()
--     tape:close()
function GradientTape:close() end

--- Calls f while no tape records.
-- @param f  a function
-- @param ...  what it is called with
-- @return what f returns. Errors: those of f.
--
--     print(ln.no_grad(function() return ln.ones{2} end))                  --> [1. 1.]
function ln.no_grad(f, ...) end

--- An op of one's own in Lua with a gradient of one's own.
-- @param f  f(x, ...) returns the result and a function of its gradient dy, which returns the
--   gradient of each tensor that went in (`false` for none)
-- @return a function that is called as f. Errors: f is no function; gradients that do not fit.
--
--     local clipped = ln.custom_gradient(function(x)
--       return x, function(dy) return dy:clip(-1, 1) end
--     end)
--     print(clipped(ln.tensor{5}))                                         --> [5.]
function ln.custom_gradient(f) end

--- Keys and values of the steps that a model was called on, for attention of the steps to come:
-- given to a call, `model(x, {cache = cache})`, every causal attention in it sees the steps
-- before, places (PositionEmbedding) go on behind them, and the new steps are kept. What comes out
-- is, to the bit, what the call gives of all steps at once.
--
-- `cache.length`, or `#cache`: how many steps it holds; `cache.max_length`; `cache:reset(length)`:
-- forgets all but the first `length` (0) steps; `cache:close()`: frees its memory. Layers in Lua
-- find it in `options.cache`.
-- @param max_length  how many steps it has room for: memory for them is taken once. A number, or
--   a table, `{max_length = n}`
-- @return a cache, which holds nothing
-- Errors: what is no integer > 0. A call with a cache fails where its steps do not fit, a batch is
-- of another size than the first, or attention of a sequence to itself is not causal.
--
--     local mha, x = ln.layers.MultiHeadAttention{2, key_dim = 4}, ln.random.normal{1, 5, 8}
--     local all = mha(x, x, {use_causal_mask = true})
--     local cache = ln.KeyValueCache(5)
--     for step = 1, 5 do
--       local y = mha(x[{ {}, {step, step} }], x[{ {}, {step, step} }],
--         {use_causal_mask = true, cache = cache})
--       print(y[{1, 1}] == all[{1, step}])                                 --> true
--     end
function ln.KeyValueCache(max_length) end

--- A tensor that training changes. Used wherever a tensor is.
-- @param value  its initial value: a number, a table or a tensor
-- @param options  `name` ("variable"), `trainable` (true), `dtype` (float32)
-- @return the variable, of the value's shape. Errors: those of `ln.tensor`.
--
--     local v = ln.Variable({1, 2}, {name = "v"})
--     v:assign{3, 4}
--     print(v * 2)                                                         --> [6. 8.]
function ln.Variable(value, options) end

--- Writes a new value, cast to the variable's dtype. In a layer's or model's call this is an op
-- like any other: `compile{replay = true}` repeats it for every batch (running statistics,
-- counters). What reads the variable afterwards sees the new value; gradients of what a tape
-- recorded before see the old one.
-- @param value  a tensor or a table of the same shape
-- @return the variable. Errors: another shape.
--
--     print(ln.Variable{1, 2}:assign{3, 4}:value())                        --> [3. 4.]
function Variable:assign(value) end

--- Adds to the value: `v:assign(v + value)`.
-- @param value  a number, a tensor or a table; its shape broadcasts to the variable's
-- @return the variable. Errors: another shape.
--
--     print(ln.Variable{1, 2}:assign_add(1):value())                       --> [2. 3.]
function Variable:assign_add(value) end

--- Subtracts from the value: `v:assign(v - value)`.
-- @param value  a number, a tensor or a table; its shape broadcasts to the variable's
-- @return the variable. Errors: another shape.
--
--     print(ln.Variable{1, 2}:assign_sub{0.5, 1}:value())                  --> [0.5 1. ]
function Variable:assign_sub(value) end

--- The value as a tensor of its own.
-- @return a copy, of the variable's shape. Errors: none.
--
--     print(ln.Variable{1, 2}:value())                                     --> [1. 2.]
function Variable:value() end

--- The variable's name.
--
--     print(ln.Variable(0, {name = "count"}).name)                         --> count
Variable.name = ""

--- Whether training changes it; may be assigned.
--
--     print(ln.Variable(0).trainable)                                      --> true
Variable.trainable = true
