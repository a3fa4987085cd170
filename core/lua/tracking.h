// What the fields of Lua layers hold.
#ifndef LN_LUA_TRACKING_H
#define LN_LUA_TRACKING_H

#include "lua/state.h"

// Raises when the value holds the layer at i, or a layer that it is a part of.
void ln_lua_check_parts(lua_State *L, LnLua *s, int i, int value);
// Field 2 of object 1 (instance table at 4) became 3: it is now the last that was assigned.
void ln_lua_note_field(lua_State *L, LnLua *s);
void ln_lua_sync(lua_State *L, LnLua *s, int i);   // the layer at i takes up what its fields hold
void ln_lua_sync_all(lua_State *L, LnLua *s, const LnLayer *l);   // and all layers below
// The layer at 1, after that.
LnLayer *ln_lua_check_synced(lua_State *L, LnLua *s, const char *what);

// The attribute that Keras has child i of l in, where its built-in class makes it; else NULL.
const char *ln_lua_attribute(const LnLayer *l, int child, size_t *length);

#endif
