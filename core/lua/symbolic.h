// Symbolic tensors as arguments, and calls on them.
#ifndef LN_LUA_SYMBOLIC_H
#define LN_LUA_SYMBOLIC_H

#include "lua/state.h"

bool ln_lua_is_symbolic(lua_State *L, LnLua *s, int i);
// True for a symbolic tensor, or a table that holds one.
bool ln_lua_has_symbolic(lua_State *L, LnLua *s, int i);
LnDtype ln_lua_symbolic_dtype(lua_State *L, int i);   // of the symbolic tensor at i
// A call of a layer: positions on the stack of the layer, the list of its inputs, and its table of
// options, of which "mask" and what the layer declares are read (0: none). list: the inputs were
// given as a list. training: -1 when not said.
typedef struct LnSymbolicCall {
  int layer, inputs, options, training;
  bool list;
} LnSymbolicCall;
// Makes the call: pushes the outputs and returns their number.
int ln_lua_call_symbolic(lua_State *L, LnLua *s, const LnSymbolicCall *call);
// Inputs by name at i for a functional model become a list. Raises on wrong names.
void ln_lua_inputs_by_name(lua_State *L, LnLua *s, const LnLayer *l, int i);
// Calls a new operation (nn/operation.h; a reference, taken over) on the list of symbolic tensors
// at `inputs`; pushes the outputs and returns their number.
int ln_lua_operation(lua_State *L, LnLua *s, LnLayer *operation, int inputs);

#endif
