// Options of Lua classes.
#ifndef LN_LUA_SPECS_H
#define LN_LUA_SPECS_H

#include "lua/state.h"

int ln_lua_check_options(lua_State *L);        // core.check_options(what, specs, args)

#endif
