// Variables as results.
#ifndef LN_LUA_VARIABLE_H
#define LN_LUA_VARIABLE_H

#include "lua/state.h"

void ln_lua_push_variable(lua_State *L, LnLua *s, LnVariable *v);
void ln_lua_give_variable(lua_State *L, LnLua *s, LnVariable *v);   // with the caller's reference
void ln_lua_push_slot(lua_State *L, LnLua *s, LnTensor *t, const char *name);   // a new one over t

#endif
