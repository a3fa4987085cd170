// What calls of Lua's layers take besides the inputs.
#ifndef LN_LUA_CALL_ARGUMENTS_H
#define LN_LUA_CALL_ARGUMENTS_H

#include "lua/state.h"

// Gives the layer what the class table at `class`, or one that it extends, declares:
// Class.arguments = {"context", {"states", "tensors"}, {"reverse", "boolean"},
//                    {"memory", required = true}}. Raises.
void ln_lua_declare_arguments(lua_State *L, LnLayer *l, int class);

#endif
