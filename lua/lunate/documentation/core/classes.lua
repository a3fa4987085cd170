--- Doc comments of what all classes and their namespaces have.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
-- @param name  what the class is called, in messages and in saved models
-- @return the new class. Errors: no name.
--
--     local Twice = ln.layers.Layer:extend("Twice")
--     function Twice:call(x) return 2 * x end
--     print(Twice()(ln.tensor{3}))                                         --> [6.]
function Class:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
-- @return a table by name. Errors: none.
--
--     print(ln.layers.Dense(3):get_config().units)                         --> 3
function Class:get_config() end

--- An object from what `get_config` gives, or Keras.
-- @param config  a table by name
-- @return the object. Errors: unknown keys, values of the wrong type.
--
--     print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
function Class.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
-- of one's own defines `call`; objects are called as functions.
-- @param ...  what the object is called with
-- @return what calling the object returns. Errors: those of the call.
--
--     local Shifted = ln.layers.Dense:extend("Shifted")
--     function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--     print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
function Class:call(...) end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
-- `serialize` gives, from a class; an object stays itself.
-- @param identifier  a string, {class_name =, config =}, a class, an object or a function
-- @return the object. Errors: an unknown name (with the nearest known one).
--
--     print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
function namespace.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
-- @param object  a layer, loss, optimizer, ...
-- @return {class_name =, config =, module =, registered_name =}. Errors: what is none of these.
--
--     print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
function namespace.serialize(object) end
