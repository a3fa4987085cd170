// Caches of keys and values as Lua has them.
#ifndef LN_LUA_CACHE_H
#define LN_LUA_CACHE_H

#include "lua/state.h"
#include "nn/cache.h"

// The cache at i; raises for anything else. NULL for nil.
LnCache *ln_lua_check_cache(lua_State *L, int i);
// The handle of a cache that is in use.
void ln_lua_push_cache(lua_State *L, const LnCache *cache);

#endif
