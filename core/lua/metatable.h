// Metatables that are made at first use, of the binding and of the optional modules.
#ifndef LN_LUA_METATABLE_H
#define LN_LUA_METATABLE_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

// Gives the userdata at the top the metatable of this name. The first use makes it and puts it into
// the registry when it is whole: an error on the way leaves none behind. With `close` its objects
// end by it, collected or at the end of a block; methods may be NULL; bound: the functions have the
// caller's first upvalue, and scripts see the name instead of the metatable.
static inline void ln_lua_set_class(lua_State *L, const char *name, lua_CFunction close,
                                    const luaL_Reg *methods, bool bound) {
  if (luaL_getmetatable(L, name) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 5);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    if (bound) lua_pushvalue(L, lua_upvalueindex(1));
    luaL_setfuncs(L, (luaL_Reg[]){{"__gc", close}, {"__close", close}, {NULL, NULL}}, bound);
    if (methods) {
      lua_newtable(L);
      if (bound) lua_pushvalue(L, lua_upvalueindex(1));
      luaL_setfuncs(L, methods, bound);
      lua_setfield(L, -2, "__index");
    }
    if (bound) {
      lua_pushstring(L, name);
      lua_setfield(L, -2, "__metatable");
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, name);
  }
  lua_setmetatable(L, -2);
}

#endif
