// Handles of tensors, variables and objects: making them, telling them apart, names of objects.
#ifndef LN_LUA_HANDLE_H
#define LN_LUA_HANDLE_H

#include "lua/state.h"

// What a tensor's userdata holds. Of its size and with this mark there is no other: a look at both
// tells tensors from anything else sooner than their metatable does.
typedef struct LnTensorHandle {
  const void *mark;   // where the state has its metatables' addresses
  LnTensor *tensor;
} LnTensorHandle;
static inline LnTensorHandle *ln_lua_tensor_handle(lua_State *L, const LnLua *s, int i) {
  LnTensorHandle *h = lua_touserdata(L, i);
  return h && lua_rawlen(L, i) == sizeof *h && h->mark == s->metatable ? h : NULL;
}
LnTensor *ln_lua_test_tensor(lua_State *L, LnLua *s, int i);     // tensor or variable; NULL
LnVariable *ln_lua_test_variable(lua_State *L, LnLua *s, int i);

// What an object's userdata holds.
typedef struct LnHandle {
  LnObject *object;
  bool ready;        // its class's init has run
  bool in_lua;       // its class is defined in Lua
  bool config;       // it is being made from a config: Keras's spelling
} LnHandle;
// NULL too for a handle that was collected: finalizers may still see it.
LnHandle *ln_lua_test_handle(lua_State *L, LnLua *s, int i, LnKind kind);
LnHandle *ln_lua_any_handle(lua_State *L, const LnLua *s, int i);   // of any kind
LnObject *ln_lua_test_object(lua_State *L, LnLua *s, int i, LnKind kind);
LnObject *ln_lua_ready(lua_State *L, const LnHandle *h, const char *what);   // or raises
bool ln_lua_is_model(const LnObject *o);
int ln_lua_handle_type(const LnClass *cls);
// Pushes an empty handle with an instance table of the class at the top (which stays below it).
LnHandle *ln_lua_push_blank(lua_State *L, LnLua *s, int type);
void ln_lua_remember(lua_State *L, LnLua *s, LnObject *o);   // as the object of the handle on top
bool ln_lua_find_object(lua_State *L, LnLua *s, const LnObject *o);   // pushes its handle, if any

// The function at the top (popped) is what the object of this instance table stands for.
void ln_lua_set_function(lua_State *L, int instance);
int ln_lua_push_function(lua_State *L, int instance);   // that function or nil; its Lua type

void ln_lua_push_option_names(lua_State *L, const LnClass *cls);   // a list
bool ln_lua_set_name(LnObject *o, const char *name);               // false without memory
// Names an object that has no name yet, as Keras would: dense, dense_1, ...
void ln_lua_default_name(lua_State *L, LnLua *s, LnObject *o, const char *class_name);

#endif
