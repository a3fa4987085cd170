// Ops as Lua functions.
#ifndef LN_LUA_FUNCTIONS_H
#define LN_LUA_FUNCTIONS_H

#include "lua/state.h"

void ln_lua_push_op(lua_State *L, const LnOp *op);   // its function, for those with upvalue 1

#endif
