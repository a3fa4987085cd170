// Making instances, and what they were made from.
#ifndef LN_LUA_CONSTRUCT_H
#define LN_LUA_CONSTRUCT_H

#include "lua/handle.h"

// Checks the value at i, stores it, and keeps an object's handle in the instance table.
void ln_lua_set_option(lua_State *L, LnLua *s, LnObject *self, int instance, const LnOption *o,
                       int i, bool config);
bool ln_lua_is_hook(LnKind kind, const char *method);   // a method by which an object computes
// Pushes what the object of a Lua class was made from, or nil; its Lua type.
int ln_lua_push_arguments(lua_State *L, int instance);

#endif
