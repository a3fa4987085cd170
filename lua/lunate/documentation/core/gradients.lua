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
