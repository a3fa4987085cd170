// Calling into Lua.
#ifndef LN_LUA_HOST_H
#define LN_LUA_HOST_H

#include "lua/state.h"

extern const struct LnHost ln_lua_host;
// Calls body(job) protected; a failure becomes the context's error.
bool ln_lua_protected(LnContext *c, lua_CFunction body, void *job);

// Of layers whose outputs have names: what a call gives is a table. set takes the list of names
// (nil: none) from the top; push pushes it, or nothing for none.
void ln_lua_set_output_names(lua_State *L, LnLua *s, LnLayer *l);
bool ln_lua_push_output_names(lua_State *L, LnLua *s, const LnLayer *l);

#endif
