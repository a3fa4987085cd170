// Symbolic tensors as arguments, and calls on them.
#ifndef LN_LUA_SYMBOLIC_H
#define LN_LUA_SYMBOLIC_H

#include "lua/state.h"

bool ln_lua_is_symbolic(lua_State *L, LnLua *s, int i);
// True for a symbolic tensor, or a table that holds one.
bool ln_lua_has_symbolic(lua_State *L, LnLua *s, int i);
LnDtype ln_lua_symbolic_dtype(lua_State *L, int i);   // of the symbolic tensor at i
// Calls the layer at `layer` on the list of symbolic tensors at `inputs`: pushes its outputs and
// returns their number. list: how they were given. training: -1 when not said. mask: where the
// symbolic mask is, or 0.
int ln_lua_call_symbolic(lua_State *L, LnLua *s, int layer, int inputs, bool list, int training,
                         int mask);
// What layer_call does when an input (at 2) is symbolic; its options are at 3.
int ln_lua_layer_symbolic(lua_State *L, LnLua *s);
// Inputs by name at i for a functional model become a list. Raises on wrong names.
void ln_lua_inputs_by_name(lua_State *L, LnLua *s, const LnLayer *l, int i);
// Calls a new operation (nn/operation.h; a reference, taken over) on the list of symbolic tensors
// at `inputs`; pushes the outputs and returns their number.
int ln_lua_operation(lua_State *L, LnLua *s, LnLayer *operation, int inputs);

#endif
