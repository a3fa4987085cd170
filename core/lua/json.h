// JSON's null, and lists that are lists when empty.
#ifndef LN_LUA_JSON_H
#define LN_LUA_JSON_H

#include "lua/state.h"

void ln_lua_push_null(lua_State *L);           // core.null
bool ln_lua_is_null(lua_State *L, int i);
void ln_lua_mark_list(lua_State *L);           // the table at the top is a list, also when empty
// None in a config: false for scripts, core.null in what is made for a file.
static inline void ln_lua_push_none(lua_State *L, const LnLua *s) {
  if (s->for_file) ln_lua_push_null(L);
  else lua_pushboolean(L, 0);
}

#endif
