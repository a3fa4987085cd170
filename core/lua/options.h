// Options at the border (option tables: ops/options.h).
#ifndef LN_LUA_OPTIONS_H
#define LN_LUA_OPTIONS_H

#include "lua/state.h"

// What the floors above know of objects: an object of the kind from the value at i, its handle
// pushed; the handle of one; its config.
typedef struct LnLuaObjects {
  LnObject *(*find)(lua_State *L, LnLua *s, int i, LnKind kind, const char *what);
  void (*push)(lua_State *L, LnLua *s, LnObject *o);
  void (*serialize)(lua_State *L, LnLua *s, LnObject *o);
} LnLuaObjects;

// Checks the value at i against o and pushes it normalized; raises naming `what`. config: the
// value comes from Keras's JSON (axes 0-based, null as false, objects as tables).
void ln_lua_check_option(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config);
// Stores what ln_lua_check_option pushed (at the top; popped) into the field.
void ln_lua_store_option(lua_State *L, LnLua *s, const LnOption *o, void *self);
// Pushes a field's value: for scripts, or for a config.
void ln_lua_push_option(lua_State *L, LnLua *s, const LnOption *o, const void *self, bool config);
void ln_lua_push_kind_text(lua_State *L, const LnOption *o);   // "integer >= 1"
bool ln_lua_option_is_optional(const LnOption *o);   // None is legal

#endif
