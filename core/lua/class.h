// Class tables, and objects of them as arguments and results.
#ifndef LN_LUA_CLASS_H
#define LN_LUA_CLASS_H

#include "lua/handle.h"

enum { LN_LUA_MODEL = LN_KINDS };   // ln_lua_push_base: the class between Layer and the models

void ln_lua_push_base(lua_State *L, LnLua *s, int kind);            // the kind's base class
void ln_lua_push_class(lua_State *L, LnLua *s, const LnClass *cls); // of a built-in
const LnClass *ln_lua_class_root(lua_State *L, int i);   // of the class table at i; raises
bool ln_lua_defined_in_lua(lua_State *L, int class);
// Whether a Lua class of the chain that begins at `class` has a method.
bool ln_lua_defines(lua_State *L, int class, const char *method);
// Pushes Class.options of the Lua classes from `class` on, merged, or nil when there are none.
void ln_lua_push_specs(lua_State *L, int class);
LnKind ln_lua_check_kind(lua_State *L, int i);
void ln_lua_push_class_names(lua_State *L, LnKind kind, bool aliases);

void ln_lua_push_object(lua_State *L, LnLua *s, LnObject *o);   // its handle; one per object
void ln_lua_give_object(lua_State *L, LnLua *s, LnObject *o);   // with the caller's reference
LnObject *ln_lua_check_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what);
LnHandle *ln_lua_check_handle(lua_State *L, LnLua *s, int i);   // of an object of any kind
bool ln_lua_push_class_of(lua_State *L, int i);   // of the object at i; false and nil for none
// Pushes the name of the class of the object at i: a Lua subclass's own, where it is a text.
const char *ln_lua_push_class_name(lua_State *L, int i);

#endif
