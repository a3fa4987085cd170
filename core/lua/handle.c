// Handles: the userdata by which Lua holds tensors, variables and objects, and how each is told
// from anything else.
//
// An object's handle has one user value, the instance's table, whose metatable is its class: a
// plain table with an __index chain (Lua subclasses, built-in class, the kind's base class, C
// methods). There is one handle per object: a weak table finds it again. Whoever owns an object
// from Lua keeps its handle in its own instance table, so that fields live as long as the object.
#include "lua/handle.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lua/blank.h"

// ---- tensors and variables

// NULL too for a handle that was collected: finalizers may still see it.
LnTensor *ln_lua_test_tensor(lua_State *L, LnLua *s, int i) {
  const LnTensorHandle *h = ln_lua_tensor_handle(L, s, i);
  if (h) return h->tensor;
  LnVariable *v = ln_lua_test_variable(L, s, i);
  return v ? v->value : NULL;
}

LnVariable *ln_lua_test_variable(lua_State *L, LnLua *s, int i) {
  LnVariable **u = ln_lua_test_type(L, s, i, LN_TYPE_VARIABLE);
  return u ? *u : NULL;
}

// ---- objects

bool ln_lua_is_model(const LnObject *o) {
  return o->cls->kind == LN_LAYER && ((const LnLayerClass *)o->cls)->model;
}

// NULL too for a handle that was collected: finalizers may still see it.
LnHandle *ln_lua_test_handle(lua_State *L, LnLua *s, int i, LnKind kind) {
  LnHandle *h = ln_lua_test_type(L, s, i, LN_TYPE_KINDS + (int)kind);
  if (!h && kind == LN_LAYER) h = ln_lua_test_type(L, s, i, LN_TYPE_MODEL);
  return h && h->object ? h : NULL;
}

LnHandle *ln_lua_any_handle(lua_State *L, const LnLua *s, int i) {
  if (lua_type(L, i) != LUA_TUSERDATA || !lua_getmetatable(L, i)) return NULL;
  const void *found = lua_topointer(L, -1);
  lua_pop(L, 1);
  bool known = found == s->metatable[LN_TYPE_MODEL];
  for (int k = 0; k < LN_KINDS && !known; k++) known = found == s->metatable[LN_TYPE_KINDS + k];
  LnHandle *h = known ? lua_touserdata(L, i) : NULL;
  return h && h->object ? h : NULL;
}

LnObject *ln_lua_ready(lua_State *L, const LnHandle *h, const char *what) {
  if (!h->ready)
    luaL_error(L,
               "'%s': this %s was never initialized: call Class.super.init(self, options) in init",
               what, h->object->cls->name);
  return h->object;
}

LnObject *ln_lua_test_object(lua_State *L, LnLua *s, int i, LnKind kind) {
  LnHandle *h = ln_lua_test_handle(L, s, i, kind);
  return h ? h->object : NULL;
}

// An empty handle with an instance table of the class at the top (which stays below it). A callback
// has its object inside the handle: fit makes one a call, and a finalizer would cost more than it.
LnHandle *ln_lua_push_blank(lua_State *L, LnLua *s, int type) {
  typedef struct {
    LnHandle handle;
    LnObject object;
  } Callback;
  bool callback = type == LN_TYPE_KINDS + LN_CALLBACK;
  LnHandle *h = lua_newuserdatauv(L, callback ? sizeof(Callback) : sizeof *h, 1);
  *h = (LnHandle){NULL, false, false, false};
  if (callback) {
    h->object = &((Callback *)h)->object;
    *h->object = (LnObject){.cls = ln_lua_class(LN_CALLBACK)};
  }
  ln_lua_push_metatable(L, s, type);
  lua_setmetatable(L, -2);
  lua_createtable(L, 0, callback ? 8 : 0);
  lua_pushvalue(L, -3);
  lua_setmetatable(L, -2);
  lua_setiuservalue(L, -2, 1);
  return h;
}

void ln_lua_remember(lua_State *L, LnLua *s, LnObject *o) {   // the handle is at the top
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.handles);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, o);
  lua_pop(L, 1);
}

int ln_lua_handle_type(const LnClass *cls) {
  LnObject probe = {.cls = cls};
  return ln_lua_is_model(&probe) ? LN_TYPE_MODEL : LN_TYPE_KINDS + (int)cls->kind;
}

bool ln_lua_find_object(lua_State *L, LnLua *s, const LnObject *o) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.handles);
  bool found = lua_rawgetp(L, -1, o) != LUA_TNIL;
  lua_remove(L, -2);
  if (!found) lua_pop(L, 1);
  return found;
}

// ---- the function that an object stands for

static const char fn_key;   // its address: where an instance keeps the function it stands for

void ln_lua_set_function(lua_State *L, int instance) { lua_rawsetp(L, instance, &fn_key); }

int ln_lua_push_function(lua_State *L, int instance) { return lua_rawgetp(L, instance, &fn_key); }

// ---- names of options

void ln_lua_push_option_names(lua_State *L, const LnClass *cls) {
  static const char *const of_graphs[] = {"inputs", "outputs", NULL};   // ln.Model{inputs =, ...}
  const LnOption *o;
  lua_Integer n = 0;
  lua_newtable(L);
  for (int i = 0; (o = ln_class_option_at(cls, i)); i++) {
    lua_pushstring(L, o->name);
    lua_rawseti(L, -2, ++n);
  }
  for (int i = 0; cls == ln_lua_model_class() && of_graphs[i]; i++) {
    lua_pushstring(L, of_graphs[i]);
    lua_rawseti(L, -2, ++n);
  }
}

// ---- names

// Keras's to_snake_case: "LeakyReLU" -> "leaky_re_lu", letters, digits and _ alone. out holds
// at least twice the name.
static void snake_case(const char *name, char *out) {
  const char *first = out;
  for (size_t i = 0; name[i]; i++) {
    bool upper = isupper((unsigned char)name[i]);
    bool word = upper && islower((unsigned char)name[i + 1]);
    bool camel = upper && i > 0 && islower((unsigned char)name[i - 1]);
    if (out > first && (word || camel) && out[-1] != '_') *out++ = '_';
    if (isalnum((unsigned char)name[i]) || name[i] == '_' || name[i] & 0x80)
      *out++ = (char)tolower((unsigned char)name[i]);
  }
  *out = '\0';
}

bool ln_lua_set_name(LnObject *o, const char *name) {
  size_t n = strlen(name) + 1;
  char *copy = malloc(n);
  if (!copy) return false;
  free(o->name);
  o->name = memcpy(copy, name, n);
  return true;
}

// Layers are counted (dense, dense_1, ...); optimizers, losses and metrics are not.
void ln_lua_default_name(lua_State *L, LnLua *s, LnObject *o, const char *class_name) {
  char base[256], name[300];
  LnKind kind = o->cls->kind;
  if (o->name) return;
  if (strlen(class_name) > 120) class_name = o->cls->name;
  if (kind != LN_LAYER && kind != LN_OPTIMIZER && kind != LN_LOSS && kind != LN_METRIC) return;
  snake_case(class_name, base);
  memcpy(name, base, sizeof base);
  if (kind == LN_LAYER) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.counters);
    lua_Integer n = lua_getfield(L, -1, base) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0;
    lua_pushinteger(L, n + 1);
    lua_setfield(L, -3, base);
    lua_pop(L, 2);
    if (n > 0) snprintf(name, sizeof name, "%s_%lld", base, (long long)n);
  }
  if (!ln_lua_set_name(o, name)) luaL_error(L, "out of memory");
}
