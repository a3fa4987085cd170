// What the files of the binding share about objects that Lua defines: the classes under them, and
// calling into Lua (host.c, object.c, custom_gradient.c).
#ifndef LN_LUA_HOST_H
#define LN_LUA_HOST_H

#include "lua/state.h"

extern const struct LnHost ln_lua_host;
// Calls body(job) protected; a failure becomes the context's error.
bool ln_lua_protected(LnContext *c, lua_CFunction body, void *job);
// The blank classes that Lua's own are made of: of a kind, of models, of metrics that are a mean.
const LnClass *ln_lua_class(LnKind kind);
const LnClass *ln_lua_model_class(void);
const LnClass *ln_lua_mean_metric_class(void);
// The function at the top (popped) is what the object of this instance table stands for.
void ln_lua_set_function(lua_State *L, int instance);
int ln_lua_push_function(lua_State *L, int instance);   // that function or nil; its Lua type
bool ln_lua_add_slot(LnObject *optimizer, const char *name);   // false: none can be added

// ---- object.c
bool ln_lua_find_object(lua_State *L, LnLua *s, const LnObject *o);   // pushes its handle, if any
void ln_lua_sync(lua_State *L, LnLua *s, int i);   // the layer at i takes up what its fields hold
void ln_lua_sync_all(lua_State *L, LnLua *s, const LnLayer *l);   // and all layers below
void ln_lua_push_slot(lua_State *L, LnLua *s, LnTensor *t, const char *name);   // as a variable

#endif
