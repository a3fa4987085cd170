// Objects from whatever identifies one.
#ifndef LN_LUA_GET_H
#define LN_LUA_GET_H

#include "lua/handle.h"

// An object of the kind from the value at i: itself, a name, a config table; pushes its handle.
LnObject *ln_lua_to_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what);

#endif
