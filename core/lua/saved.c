// What scripts have registered under names for files (lua/lunate/saving/registry.lua): classes,
// functions, and layers that stand in several places of a config.
#include "lua/saved.h"

// Calls f(...) of lunate.saving.registry on the n values at the top; one result, or an error.
void ln_lua_call_registry(lua_State *L, LnLua *s, const char *f, int n) {
  int base = lua_gettop(L) - n;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.saving.registry");
  ln_lua_call(L, s, 1, 1);
  lua_getfield(L, -1, f);
  lua_remove(L, -2);
  lua_insert(L, base + 1);
  ln_lua_call(L, s, n, 1);
}

// f(...) of the n values at the top with the registry's scope of what is written or read.
void ln_lua_call_scoped(lua_State *L, LnLua *s, const char *scope, lua_CFunction f, int n) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, f, 1);
  lua_insert(L, -n - 1);
  ln_lua_call_registry(L, s, scope, n + 1);
}

// What f of lunate.saving.registry says to the value at i, pushed; false and nothing pushed for
// nil. A registry that was never loaded knows nothing.
bool ln_lua_ask_registry(lua_State *L, LnLua *s, const char *f, int i) {
  int top = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "lunate.saving.registry") == LUA_TTABLE) {
    lua_getfield(L, -1, f);
    lua_pushvalue(L, i);
    ln_lua_call(L, s, 1, 1);
    if (!lua_isnil(L, -1)) {
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return true;
    }
  }
  lua_settop(L, top);
  return false;
}

// What scripts call so (f: "find" or "find_bare").
bool ln_lua_push_custom(lua_State *L, LnLua *s, const char *f, const char *name) {
  lua_pushstring(L, name);
  bool found = ln_lua_ask_registry(L, s, f, lua_gettop(L));
  lua_remove(L, found ? -2 : -1);
  return found;
}
