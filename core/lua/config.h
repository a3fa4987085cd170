// Configs of objects.
#ifndef LN_LUA_CONFIG_H
#define LN_LUA_CONFIG_H

#include "lua/handle.h"

void ln_lua_push_config(lua_State *L, LnLua *s, LnObject *o);       // get_config()
void ln_lua_push_serialized(lua_State *L, LnLua *s, LnObject *o);   // {class_name =, config =, ...}

#endif
