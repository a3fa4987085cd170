// What scripts have registered under names for files.
#ifndef LN_LUA_SAVED_H
#define LN_LUA_SAVED_H

#include "lua/state.h"

// Calls f(...) of lunate.saving.registry on the n values at the top; one result, or an error.
void ln_lua_call_registry(lua_State *L, LnLua *s, const char *f, int n);
// f(...) of the n values at the top with the registry's scope of what is written or read.
void ln_lua_call_scoped(lua_State *L, LnLua *s, const char *scope, lua_CFunction f, int n);
// What f of the registry says to the value at i, pushed; false and nothing pushed for nil. A
// registry that was never loaded knows nothing.
bool ln_lua_ask_registry(lua_State *L, LnLua *s, const char *f, int i);
// What scripts call so (f: "find" or "find_bare"), pushed.
bool ln_lua_push_custom(lua_State *L, LnLua *s, const char *f, const char *name);

#endif
