// Calls of layers from Lua.
#ifndef LN_LUA_CALL_H
#define LN_LUA_CALL_H

#include "lua/state.h"

// layer(x), layer{a, b}, layer(x, {training = true, mask = m}), layer(query, value, {...})
int ln_lua_layer_call(lua_State *L);
// Class.super.call(self, x, options): the built-in's, where a Lua subclass calls up.
int ln_lua_layer_call_builtin(lua_State *L);
// core.call_graph(model, inputs, options): a model whose inputs were preprocessed
int ln_lua_call_graph(lua_State *L);
// layer:compute_mask(inputs, mask)
int ln_lua_layer_compute_mask(lua_State *L);

#endif
