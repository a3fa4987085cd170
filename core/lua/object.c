// Objects and classes in Lua: layers, losses, metrics, optimizers and the small parts.
//
// A handle is a userdata with one user value, the instance's table, whose metatable is its class:
// a plain table with an __index chain (Lua subclasses, built-in class, the kind's base class, C
// methods). One handle per object: a weak table finds it again. Whoever owns an object from Lua
// keeps its handle in its own instance table, so that fields live as long as the object.
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/host.h"
#include "ops/ops.h"

typedef struct Handle {
  LnObject *object;
  bool ready;        // its class's init has run
  bool in_lua;       // its class is defined in Lua
  bool config;       // it is being made from a config: Keras's spelling
} Handle;

// Keys of instance tables, by address: names of fields that hold layers and the like, in the order
// of assignment; what they held when last looked at.
static const char fields_key, held_key;

// What an object of a Lua class was made from: its config.
static const char args_key;

// Keys in the registry, one set a Lua state: addresses inside LnLua.
static void *handles_key(LnLua *s) { return &s->debt; }
static void *classes_key(LnLua *s) { return &s->metatable[LN_TYPE_KINDS]; }
static void *counters_key(LnLua *s) { return &s->metatable[LN_TYPE_MODEL]; }

static bool is_model(const LnObject *o) {
  return o->cls->kind == LN_LAYER && ((const LnLayerClass *)o->cls)->model;
}

// ---- handles

// NULL too for a handle that was collected: finalizers may still see it.
static Handle *test_handle(lua_State *L, LnLua *s, int i, LnKind kind) {
  Handle *h = ln_lua_test_type(L, s, i, LN_TYPE_KINDS + (int)kind);
  if (!h && kind == LN_LAYER) h = ln_lua_test_type(L, s, i, LN_TYPE_MODEL);
  return h && h->object ? h : NULL;
}

static LnObject *ready(lua_State *L, const Handle *h, const char *what) {
  if (!h->ready)
    luaL_error(L,
               "'%s': this %s was never initialized: call Class.super.init(self, options) in init",
               what, h->object->cls->name);
  return h->object;
}

LnObject *ln_lua_test_object(lua_State *L, LnLua *s, int i, LnKind kind) {
  Handle *h = test_handle(L, s, i, kind);
  return h ? h->object : NULL;
}

static bool is_method(lua_State *L, LnLua *s, LnKind kind, const char *name);

LnObject *ln_lua_check_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  Handle *h = test_handle(L, s, i, kind);
  if (!h && i == 1 && is_method(L, s, kind, what))
    ln_lua_bad_self(L, s, ln_kinds[kind].name, what);
  if (!h)
    luaL_error(L, "bad argument #%d to '%s' (%s expected, got %s)", i, what, ln_kinds[kind].name,
               luaL_typename(L, i));
  return ready(L, h, what);
}

static Handle *any_handle(lua_State *L, LnLua *s, int i) {
  for (int k = 0; k < LN_KINDS; k++) {
    Handle *h = test_handle(L, s, i, (LnKind)k);
    if (h) return h;
  }
  luaL_error(L, "a layer, loss, optimizer, ... expected, got %s; call a method with a colon: "
             "layer:get_config()", ln_lua_describe(L, s, i));
  return NULL;
}

static void push_class(lua_State *L, LnLua *s, const LnClass *cls);

// An empty handle with an instance table of the class at the top (which stays below it).
static Handle *push_blank(lua_State *L, LnLua *s, int type) {
  Handle *h = lua_newuserdatauv(L, sizeof *h, 1);
  *h = (Handle){NULL, false, false, false};
  ln_lua_push_metatable(L, s, type);
  lua_setmetatable(L, -2);
  lua_newtable(L);
  lua_pushvalue(L, -3);
  lua_setmetatable(L, -2);
  lua_setiuservalue(L, -2, 1);
  return h;
}

static void remember(lua_State *L, LnLua *s, LnObject *o) {   // the handle is at the top
  lua_rawgetp(L, LUA_REGISTRYINDEX, handles_key(s));
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, o);
  lua_pop(L, 1);
}

static int handle_type(const LnClass *cls) {
  LnObject probe = {.cls = cls};
  return is_model(&probe) ? LN_TYPE_MODEL : LN_TYPE_KINDS + (int)cls->kind;
}

void ln_lua_push_object(lua_State *L, LnLua *s, LnObject *o) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, handles_key(s));
  if (lua_rawgetp(L, -1, o) != LUA_TNIL) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 2);
  size_t scope = ln_scope(&s->context);
  // A finalizer may let go of it before the handle holds it.
  if (!ln_hold(&s->context, ln_object_retain(o), LN_HELD_OBJECT)) ln_lua_raise(L, s, NULL);
  push_class(L, s, o->cls);
  Handle *h = push_blank(L, s, handle_type(o->cls));
  h->object = ln_object_retain(o);
  h->ready = true;
  remember(L, s, o);
  lua_remove(L, -2);
  ln_scope_end(&s->context, scope);
}

void ln_lua_give_object(lua_State *L, LnLua *s, LnObject *o) {
  size_t scope = ln_scope(&s->context);
  if (!ln_hold(&s->context, o, LN_HELD_OBJECT)) ln_lua_raise(L, s, NULL);
  ln_lua_push_object(L, s, o);
  ln_scope_end(&s->context, scope);
}

bool ln_lua_find_object(lua_State *L, LnLua *s, const LnObject *o) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, handles_key(s));
  bool found = lua_rawgetp(L, -1, o) != LUA_TNIL;
  lua_remove(L, -2);
  if (!found) lua_pop(L, 1);
  return found;
}

static int object_gc(lua_State *L) {
  Handle *h = lua_touserdata(L, 1);
  ln_object_release(h->object);
  h->object = NULL;
  return 0;
}

// ---- options of an object: its class's, then its kind's

static const LnOption *own_option(const LnClass *cls, const char *name) {
  for (const LnOption *o = cls->options; o && o->name; o++)
    if (strcmp(o->name, name) == 0) return o;
  return NULL;
}

static const LnOption *find_option(const LnClass *cls, const char *name) {
  const LnOption *o = own_option(cls, name);
  if (o) return o;
  for (o = ln_kinds[cls->kind].options; o->name; o++)
    if (strcmp(o->name, name) == 0) return o;
  return NULL;
}

// The i-th option of class and kind together, or NULL.
static const LnOption *nth_option(const LnClass *cls, int i) {
  for (const LnOption *o = cls->options; o && o->name; o++)
    if (i-- == 0) return o;
  for (const LnOption *o = ln_kinds[cls->kind].options; o->name; o++)
    if (!own_option(cls, o->name) && i-- == 0) return o;
  return NULL;
}

static void push_option_names(lua_State *L, const LnClass *cls) {
  static const char *const of_graphs[] = {"inputs", "outputs", NULL};   // ln.Model{inputs =, ...}
  const LnOption *o;
  lua_Integer n = 0;
  lua_newtable(L);
  for (int i = 0; (o = nth_option(cls, i)); i++) {
    lua_pushstring(L, o->name);
    lua_rawseti(L, -2, ++n);
  }
  for (int i = 0; cls == ln_lua_model_class() && of_graphs[i]; i++) {
    lua_pushstring(L, of_graphs[i]);
    lua_rawseti(L, -2, ++n);
  }
}

static bool is_object_option(const LnOption *o) {
  return o->kind >= LN_OPT_ACTIVATION && o->kind <= LN_OPT_SCHEDULE;
}

// Checks the value at i, stores it, and keeps an object's handle in the instance table.
static void set_option(lua_State *L, LnLua *s, LnObject *self, int instance, const LnOption *o,
                       int i, bool config) {
  bool path = strcmp(o->name, "name") != 0 || self->cls->kind != LN_LAYER;
  ln_lua_check_option(L, s, self->cls->name, o, i, config);
  if (o->kind == LN_OPT_STRING && lua_isstring(L, -1))
    ln_lua_check_name(L, -1, self->cls->name, path);
  if (is_object_option(o)) {
    lua_pushvalue(L, -1);
    lua_rawsetp(L, instance, o);
  }
  ln_lua_store_option(L, s, o, self);
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

static bool set_name(LnObject *o, const char *name) {
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
    lua_rawgetp(L, LUA_REGISTRYINDEX, counters_key(s));
    lua_Integer n = lua_getfield(L, -1, base) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0;
    lua_pushinteger(L, n + 1);
    lua_setfield(L, -3, base);
    lua_pop(L, 2);
    if (n > 0) snprintf(name, sizeof name, "%s_%lld", base, (long long)n);
  }
  if (!set_name(o, name)) luaL_error(L, "out of memory");
}

// ---- construction

// Calls f(...) of lunate.saving.registry on the n values at the top; one result, or an error.
static void call_registry(lua_State *L, LnLua *s, const char *f, int n) {
  int base = lua_gettop(L) - n;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.saving.registry");
  ln_lua_call(L, s, 1, 1);
  lua_getfield(L, -1, f);
  lua_remove(L, -2);
  lua_insert(L, base + 1);
  ln_lua_call(L, s, n, 1);
}

// f(...) of the n values at the top with the registry's scope of what is written or read.
static void call_scoped(lua_State *L, LnLua *s, const char *scope, lua_CFunction f, int n) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, f, 1);
  lua_insert(L, -n - 1);
  call_registry(L, s, scope, n + 1);
}

static bool is_plain_table(lua_State *L, int i) {
  if (!lua_istable(L, i)) return false;
  if (luaL_getmetafield(L, i, "__metatable") == LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

static bool is_empty_table(lua_State *L, int i) {
  i = lua_absindex(L, i);
  if (!lua_istable(L, i)) return false;
  lua_pushnil(L);
  if (lua_next(L, i) == 0) return true;
  lua_pop(L, 2);
  return false;
}

// Keras writes keys that say nothing here: null, an empty list, and these.
static bool says_nothing(lua_State *L, const char *name, int i) {
  static const char *const silent[] = {"dtype", "batch_input_shape", "name", "trainable",
                                       "quantization_config", "autocast", NULL};
  for (int k = 0; silent[k]; k++)
    if (strcmp(name, silent[k]) == 0) return true;
  return !lua_toboolean(L, i) || ln_lua_is_null(L, i) || is_empty_table(L, i);
}

// A value that Keras writes as an object, {class_name = "__numpy__", config = {value =, dtype =}}.
static bool is_value(lua_State *L, int i) {
  static const char *const names[] = {"__numpy__", "__tensor__", "SeedGenerator", NULL};
  if (!is_plain_table(L, i)) return false;
  bool value = false;
  if (lua_getfield(L, i, "class_name") == LUA_TSTRING)
    for (int k = 0; names[k]; k++) value = value || strcmp(lua_tostring(L, -1), names[k]) == 0;
  lua_pop(L, 1);
  return value;
}

// Reads a table of options (at `args`) into a new object: positions first, then names.
static void read_options(lua_State *L, LnLua *s, LnObject *self, int instance, int args,
                         bool config) {
  const LnClass *cls = self->cls;
  bool given[64] = {false};
  int n = 0, positional = 0;
  const LnOption *o;
  for (; (o = nth_option(cls, n)); n++) positional += !o->config_only;
  lua_Integer m = (lua_Integer)lua_rawlen(L, args);
  if (m > positional) {
    // Dense{3, 4}: too many; Reshape{3, 4}: most likely a list that lacks its braces.
    const LnOption *first = nth_option(cls, 0);
    bool list = first && (first->kind == LN_OPT_INTEGERS || first->kind == LN_OPT_SHAPE ||
                          first->kind == LN_OPT_AXES || first->kind == LN_OPT_NUMBERS);
    luaL_error(L, "'%s' takes at most %d argument%s by position, got %I%s%s%s", cls->name,
               positional, positional == 1 ? "" : "s", (LUAI_UACINT)m,
               list ? "; a list is written as one: " : "", list ? cls->name : "",
               list ? "{{...}}" : "");
  }
  for (lua_Integer k = 1, at = 0; k <= m; k++, at++) {
    while (nth_option(cls, (int)at)->config_only) at++;
    lua_rawgeti(L, args, k);
    set_option(L, s, self, instance, nth_option(cls, (int)at), lua_gettop(L), config);
    given[at] = true;
    lua_pop(L, 1);
  }
  lua_pushnil(L);
  while (lua_next(L, args)) {
    if (lua_type(L, -2) == LUA_TSTRING) {
      const char *name = lua_tostring(L, -2);
      int i = 0;
      while ((o = nth_option(cls, i)) && strcmp(o->name, name) != 0) i++;
      if (o) {
        if (given[i])
          luaL_error(L, "'%s': option '%s' is given twice, by position and by name", cls->name,
                     name);
        if (config && is_value(L, lua_gettop(L))) call_registry(L, s, "revive", 1);
        bool none = ln_lua_is_null(L, -1) || (lua_isboolean(L, -1) && !lua_toboolean(L, -1));
        // No dtype in a config is Keras's default one.
        if (!config || !none || o->kind != LN_OPT_DTYPE || ln_lua_option_is_optional(o)) {
          set_option(L, s, self, instance, o, lua_gettop(L), config);
          given[i] = true;
        }
      } else if (!config || !says_nothing(L, name, -1)) {
        push_option_names(L, cls);
        ln_lua_unknown(L, "option", name, cls->name);
      }
    } else if (!lua_isinteger(L, -2)) {
      luaL_error(L, "'%s': options are named by strings", cls->name);
    } else if (lua_tointeger(L, -2) < 1 || lua_tointeger(L, -2) > m) {
      luaL_error(L, "'%s': its arguments by position have a hole: an entry %I after %I", cls->name,
                 (LUAI_UACINT)lua_tointeger(L, -2), (LUAI_UACINT)m);
    }
    lua_pop(L, 1);
  }
  for (int i = 0; (o = nth_option(cls, i)); i++) {
    if (o->fallback || given[i]) continue;
    ln_lua_push_kind_text(L, o);
    luaL_error(L, "'%s': option '%s' (%s) is required", cls->name, o->name, lua_tostring(L, -1));
  }
}

static void finish_object(lua_State *L, LnLua *s, Handle *h, const char *class_name) {
  ln_lua_default_name(L, s, h->object, class_name);
  size_t scope = ln_scope(&s->context);
  bool ok = ln_object_init(&s->context, h->object);
  ln_scope_end(&s->context, scope);
  if (!ok) ln_lua_raise(L, s, h->object->cls->name);
  h->ready = true;
}

// A class called: args as the one table that every constructor gets.
static void normalize_args(lua_State *L, int i) {
  if (lua_isnoneornil(L, i)) {
    lua_settop(L, i - 1);
    lua_newtable(L);
  } else if (!lua_istable(L, i) || lua_getmetatable(L, i)) {
    // A lone value, an object or a shape among them, is a table of one.
    lua_settop(L, i);
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, i);
    lua_rawseti(L, -2, 1);
    lua_replace(L, i);
  }
  lua_settop(L, i);
}

static const LnClass *class_root(lua_State *L, int i) {
  const LnClass *cls = NULL;
  if (lua_istable(L, i)) {
    lua_getfield(L, i, "core_class");
    // Light ones are classes: scripts have no others.
    if (lua_islightuserdata(L, -1)) cls = lua_touserdata(L, -1);
    lua_pop(L, 1);
  }
  if (!cls) luaL_error(L, "a class expected: call methods with a colon, Class:extend(...)");
  return cls;
}

static bool defined_in_lua(lua_State *L, int class) {
  lua_pushliteral(L, "defined_in_lua");
  bool is = lua_rawget(L, class) == LUA_TBOOLEAN;
  lua_pop(L, 1);
  return is;
}

// Whether a Lua class of the chain that begins at `class` has a method.
static bool defines(lua_State *L, int class, const char *method) {
  int top = lua_gettop(L);
  lua_pushvalue(L, class);
  bool found = false;
  while (!found && lua_istable(L, top + 1) && defined_in_lua(L, top + 1)) {
    lua_pushstring(L, method);
    found = lua_rawget(L, top + 1) != LUA_TNIL;
    lua_getfield(L, top + 1, "super");
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return found;
}

static bool is_blank(const LnClass *cls) {
  return cls == ln_lua_class(cls->kind) || cls == ln_lua_model_class();
}

// The methods by which an object computes.
static bool is_hook(LnKind kind, const char *method) {
  static const char *const metric[] = {"update_state", "result", "reset_state"};
  if (kind == LN_OPTIMIZER) return strcmp(method, "update_step") == 0;
  if (kind != LN_METRIC) return strcmp(method, "call") == 0;
  for (int i = 0; i < 3; i++)
    if (strcmp(method, metric[i]) == 0) return true;
  return false;
}

static void find_hooks(lua_State *L, LnObject *o, int class) {
  static const char *const hooks[] = {"call", "update_state", "result", "reset_state",
                                      "update_step"};
  LnKind kind = o->cls->kind;
  for (int i = 0; i < 5; i++)
    if (is_hook(kind, hooks[i]) && defines(L, class, hooks[i])) o->lua = true;
  if (kind == LN_LAYER) {
    o->lua_build = defines(L, class, "build");
    o->lua_shape = defines(L, class, "compute_output_shape");
    o->lua_mask = defines(L, class, "compute_mask");
    bool masks = o->lua_mask;
    if (defines(L, class, "supports_masking")) {
      lua_getfield(L, class, "supports_masking");
      masks = lua_toboolean(L, -1);
      lua_pop(L, 1);
    }
    if (masks) ((LnLayer *)o)->supports_masking = true;
  } else if (is_blank(o->cls) && kind != LN_LOSS && kind != LN_METRIC) {
    o->lua = true;   // there is nothing else
  }
}

// A blank handle for an instance of the class table at i, pushed.
static Handle *push_instance(lua_State *L, LnLua *s, int i) {
  const LnClass *cls = class_root(L, i);
  lua_pushvalue(L, i);
  Handle *h = push_blank(L, s, handle_type(cls));
  lua_remove(L, -2);
  h->object = ln_object_new(&s->context, cls);
  if (!h->object) ln_lua_raise(L, s, cls->name);
  remember(L, s, h->object);
  if (is_blank(cls) || defined_in_lua(L, i)) find_hooks(L, h->object, i);
  h->in_lua = defined_in_lua(L, i);
  return h;
}

// ln.Model{inputs = ..., outputs = ...} is a Functional.
static void push_base(lua_State *L, LnLua *s, int kind);
enum { MODEL_BASE = LN_KINDS };
static void make_functional(lua_State *L, LnLua *s) {
  push_base(L, s, MODEL_BASE);
  bool given = false;
  if (lua_rawequal(L, 1, -1)) {
    given = lua_rawlen(L, 2) > 1;
    given = lua_getfield(L, 2, "inputs") != LUA_TNIL || given;
    given = lua_getfield(L, 2, "outputs") != LUA_TNIL || given;
  }
  lua_settop(L, 2);
  if (!given) return;
  push_class(L, s, ln_class_find(LN_LAYER, "Functional"));
  lua_replace(L, 1);
}

// Pushes Class.options of the Lua classes from `class` on, merged, or nil when there are none.
static void push_specs(lua_State *L, int class) {
  int top = lua_gettop(L);
  lua_pushnil(L);
  lua_pushvalue(L, class);
  while (lua_istable(L, top + 2) && defined_in_lua(L, top + 2)) {
    lua_pushliteral(L, "options");
    if (lua_rawget(L, top + 2) == LUA_TTABLE) {
      if (lua_isnil(L, top + 1)) lua_newtable(L), lua_replace(L, top + 1);
      lua_pushnil(L);
      while (lua_next(L, top + 3)) {
        lua_pushvalue(L, -2);
        if (lua_rawget(L, top + 1) == LUA_TNIL) {
          lua_pushvalue(L, -3);
          lua_pushvalue(L, -3);
          lua_rawset(L, top + 1);
        }
        lua_pop(L, 2);
      }
    }
    lua_settop(L, top + 2);
    lua_getfield(L, top + 2, "super");
    lua_replace(L, top + 2);
  }
  lua_settop(L, top + 1);
}

// JSON has texts for keys: positions among the arguments at the top become numbers again, in a copy
// that takes their place at 2.
static void name_positions(lua_State *L) {
  int args = lua_gettop(L);
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, args)) {
    size_t n = lua_type(L, -2) == LUA_TSTRING ? lua_stringtonumber(L, lua_tostring(L, -2)) : 0;
    if (n > 0 && !lua_isinteger(L, -1)) lua_pop(L, 1), n = 0;
    if (n == 0) lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, args + 1);
    lua_pop(L, 1);
  }
  lua_replace(L, 2);
}

// An object of a Lua class over a blank one is ready before its init runs: name, trainable and
// dtype are taken out of the arguments. Options that the class declares are checked, and kept as
// self.options. Replaces the arguments at 2 by what init gets; instance at 3.
static void prepare(lua_State *L, LnLua *s, Handle *h) {
  LnObject *o = h->object;
  bool blank = is_blank(o->cls);
  lua_getiuservalue(L, 3, 1);   // 4
  push_specs(L, 1);             // 5
  bool specs = lua_istable(L, 5);
  lua_newtable(L);              // 6: what the class declares, or all
  lua_newtable(L);              // 7: what is the built-in class's
  lua_getfield(L, 1, "positional");   // 8
  bool positional = lua_istable(L, 8);
  if (h->config) lua_pushvalue(L, 2), name_positions(L), lua_pop(L, 1);
  lua_pushnil(L);
  while (lua_next(L, 2)) {      // 9, 10
    bool declared = specs && (lua_pushvalue(L, 9), lua_rawget(L, 5)) != LUA_TNIL;
    lua_settop(L, 10);
    const LnOption *option = !declared && lua_type(L, 9) == LUA_TSTRING
                                 ? find_option(o->cls, lua_tostring(L, 9))
                                 : NULL;
    if (option && blank) {
      set_option(L, s, o, 4, option, 10, h->config);
      lua_settop(L, 9);
      continue;
    }
    bool own = blank || declared || (lua_isinteger(L, 9) && positional) || (!option && specs);
    if (lua_type(L, 9) == LUA_TSTRING && !declared && !blank) own = false;
    // Keras's configs have null for what is not there.
    if (h->config && own && lua_isboolean(L, 10) && !lua_toboolean(L, 10)) {
      bool flag = false;
      if (specs && (lua_pushvalue(L, 9), lua_rawget(L, 5)) == LUA_TTABLE) {
        lua_rawgeti(L, -1, 1);
        flag = lua_isstring(L, -1) && strcmp(lua_tostring(L, -1), "boolean") == 0;
      }
      lua_settop(L, 10);
      if (!flag) {
        lua_settop(L, 9);
        continue;
      }
    }
    lua_pushvalue(L, 9);
    lua_pushvalue(L, 10);
    if (h->config && own && is_plain_table(L, 10)) call_registry(L, s, "revive", 1);
    lua_rawset(L, own ? 6 : 7);
    lua_settop(L, 9);
  }
  if (specs) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, ln_lua_check_options, 1);
    lua_getfield(L, 1, "name");
    lua_pushvalue(L, 5);
    lua_pushvalue(L, 6);
    lua_pushvalue(L, 8);
    lua_call(L, 4, 1);
    lua_replace(L, 6);
    lua_pushvalue(L, 6);
    lua_setfield(L, 4, "options");
    lua_pushvalue(L, 6);
    lua_rawsetp(L, 4, &args_key);   // a script may give its field another value
  } else if (blank && defines(L, 1, "init")) {
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 6)) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_rawset(L, 9);
    }
    lua_rawsetp(L, 4, &args_key);
  } else if (blank) {
    lua_pushnil(L);
    if (lua_next(L, 6)) {
      luaL_tolstring(L, 9, NULL);
      push_option_names(L, o->cls);
      lua_getfield(L, 1, "name");
      const char *name = lua_tostring(L, -1);
      lua_insert(L, -2);
      ln_lua_unknown(L, "option", lua_tostring(L, 11), name);
    }
  }
  // A built-in's own options go along to init.
  lua_pushnil(L);
  while (lua_next(L, 7)) {
    lua_pushvalue(L, 9);
    lua_pushvalue(L, 10);
    lua_rawset(L, 6);
    lua_settop(L, 9);
  }
  lua_pushvalue(L, 6);
  lua_replace(L, 2);
  lua_getfield(L, 1, "name");
  if (o->cls->kind == LN_OPTIMIZER && blank && lua_getfield(L, 1, "slots") == LUA_TTABLE) {
    int n = (int)lua_rawlen(L, -1);
    for (int i = 1; i <= n; i++) {
      lua_rawgeti(L, -1, i);
      if (lua_type(L, -1) != LUA_TSTRING || !ln_lua_add_slot(o, lua_tostring(L, -1)))
        luaL_error(L, "class '%s': slots should be a list of at most %d names",
                   lua_tostring(L, 9), LN_MAX_SLOTS);
      lua_pop(L, 1);
    }
  }
  if (blank) finish_object(L, s, h, lua_tostring(L, 9));
  lua_settop(L, 3);
}

// Class(args)
static int instantiate(lua_State *L, bool config) {
  LnLua *s = ln_lua(L);
  if (lua_gettop(L) > 2)
    return luaL_error(L, "a class takes one table of arguments: %s{...}", class_root(L, 1)->name);
  normalize_args(L, 2);
  make_functional(L, s);
  Handle *made = push_instance(L, s, 1);   // 3
  made->config = config;
  if (made->in_lua) prepare(L, s, made);
  lua_getfield(L, 1, "init");
  lua_pushvalue(L, 3);
  lua_pushvalue(L, 2);
  ln_lua_call(L, s, 2, 0);
  Handle *h = any_handle(L, s, 3);
  if (!h->ready)
    return luaL_error(L, "%s:init did not call its super.init", h->object->cls->name);
  lua_settop(L, 3);
  h->config = false;
  if (h->in_lua && h->object->cls->kind == LN_LAYER) ln_lua_sync(L, s, 3);
  return 1;
}

static int class_call(lua_State *L) { return instantiate(L, false); }

const char *ln_lua_push_class_name(lua_State *L, int i) {
  i = lua_absindex(L, i);
  lua_getfield(L, i, "class");
  if (lua_istable(L, -1)) lua_getfield(L, -1, "name");
  if (lua_type(L, -1) != LUA_TSTRING)
    lua_pushstring(L, ((const Handle *)lua_touserdata(L, i))->object->cls->name);
  return lua_tostring(L, -1);
}

// Class.init(self, options): what built-in classes do with their arguments.
static int object_init(lua_State *L) {
  LnLua *s = ln_lua(L);
  Handle *h = any_handle(L, s, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, 1);   // 3
  if (h->ready && h->in_lua && is_blank(h->object->cls)) {
    // The base's init takes what it knows; the rest is the subclass's.
    lua_pushnil(L);
    while (lua_next(L, 2)) {
      const LnOption *o =
          lua_type(L, 4) == LUA_TSTRING ? find_option(h->object->cls, lua_tostring(L, 4)) : NULL;
      if (o) set_option(L, s, h->object, 3, o, 5, false);
      lua_settop(L, 4);
    }
    return 0;
  }
  if (h->ready) return luaL_error(L, "%s: init was called twice", h->object->cls->name);
  if (h->in_lua) {
    // What the Lua class declares is its own.
    lua_getfield(L, 1, "class");
    push_specs(L, 4);   // 5
    if (lua_istable(L, 5)) {
      lua_newtable(L);  // 6
      lua_pushnil(L);
      while (lua_next(L, 2)) {
        lua_pushvalue(L, 7);
        if (lua_rawget(L, 5) == LUA_TNIL) {
          lua_pushvalue(L, 7);
          lua_pushvalue(L, 8);
          lua_rawset(L, 6);
        }
        lua_settop(L, 7);
      }
      lua_replace(L, 2);
    }
    lua_settop(L, 3);
  }
  read_options(L, s, h->object, 3, 2, h->config);
  finish_object(L, s, h, ln_lua_push_class_name(L, 1));
  return 0;
}

static int from_config_in_lua(lua_State *L) { return instantiate(L, true); }

// Whether a config (at the index) has what Keras 3 does not write: Keras 2 may have written it.
static bool looks_old(lua_State *L, const LnClass *cls, int config) {
  bool old = lua_getfield(L, config, "reduction") == LUA_TSTRING &&
             strcmp(lua_tostring(L, -1), "auto") == 0;
  lua_pop(L, 1);
  lua_pushnil(L);
  while (lua_next(L, config)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    bool batch = name && strcmp(name, "batch_input_shape") == 0;
    old = old || (name && !find_option(cls, name) && (batch || !says_nothing(L, name, -1)));
    lua_pop(L, 1);
  }
  return old;
}

// Class.from_config(config), also Class:from_config(config)
static int from_config(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (lua_istable(L, 2)) lua_remove(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(2));
  if (defined_in_lua(L, 2)) {
    lua_insert(L, 1);
    call_scoped(L, s, "reading", from_config_in_lua, 2);
    return 1;
  }
  const LnClass *cls = class_root(L, 2);
  if (looks_old(L, cls, 1)) {
    lua_pushstring(L, cls->name);
    lua_pushvalue(L, 1);
    call_registry(L, s, "modern", 2);
    lua_replace(L, 1);
  }
  push_instance(L, s, 2);   // 3
  lua_getiuservalue(L, 3, 1);
  Handle *h = any_handle(L, s, 3);
  read_options(L, s, h->object, 4, 1, true);
  finish_object(L, s, h, h->object->cls->name);
  lua_settop(L, 3);
  return 1;
}

// What a Lua class's own build becomes (upvalue 2): called by a script it builds the layer as any
// call would; inside building it is the function itself.
static int build_method(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "build");
  if (l->building) {
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 0);
    return 0;
  }
  LnInts shapes[LN_LUA_MAX_SHAPES];
  int n = ln_lua_check_shapes(L, 2, "build", shapes);
  return ln_layer_build_shapes(&s->context, l, n, shapes) ? 0 : ln_lua_raise(L, s, NULL);
}

// upvalue: state. Class.build = function ...
static int class_newindex(lua_State *L) {
  lua_settop(L, 3);
  if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "build") == 0 &&
      lua_isfunction(L, 3)) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 3);
    lua_pushcclosure(L, build_method, 2);
  }
  lua_rawset(L, 1);
  return 0;
}

// Base:extend("Name")
static int class_extend(lua_State *L) {
  const LnClass *root = class_root(L, 1);
  ln_lua_check_name(L, 2, "extend", true);
  lua_settop(L, 2);
  if (!lua_getmetatable(L, 1))
    return luaL_error(L, "a class expected: call methods with a colon, Class:extend(...)");
  lua_pop(L, 1);
  lua_newtable(L);   // 3: the class
  lua_pushvalue(L, 2);
  lua_setfield(L, 3, "name");
  lua_pushvalue(L, 1);
  lua_setfield(L, 3, "super");
  lua_pushvalue(L, 3);
  lua_setfield(L, 3, "__index");
  lua_pushvalue(L, 3);
  lua_setfield(L, 3, "class");
  lua_pushboolean(L, 1);
  lua_setfield(L, 3, "defined_in_lua");
  lua_getmetatable(L, 1);
  lua_newtable(L);   // 5: its metatable, like its parent's
  static const char *const shared[] = {"__call", "__tostring", "__metatable"};
  for (int i = 0; i < 3; i++) {
    lua_getfield(L, 4, shared[i]);
    lua_setfield(L, 5, shared[i]);
  }
  lua_pushvalue(L, 1);
  lua_setfield(L, 5, "__index");
  if (root->kind == LN_LAYER) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, class_newindex, 1);
    lua_setfield(L, 5, "__newindex");
  }
  lua_getfield(L, 1, "from_config");
  if (lua_isnil(L, -1) || lua_tocfunction(L, -1) == from_config) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 3);
    lua_pushcclosure(L, from_config, 2);
    lua_setfield(L, 3, "from_config");
  }
  lua_pop(L, 1);
  lua_setmetatable(L, (lua_pushvalue(L, 5), 3));
  lua_settop(L, 3);
  return 1;
}

static int class_tostring(lua_State *L) {
  lua_getfield(L, 1, "name");
  lua_pushfstring(L, "class %s", lua_tostring(L, -1));
  return 1;
}

// A class table whose parent is at the top (nil for none), pushed in its place.
static void new_class(lua_State *L, const char *name, const LnClass *root) {
  int parent = lua_gettop(L);
  lua_newtable(L);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "name");
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "class");
  if (root) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)root);
    lua_setfield(L, -2, "core_class");
    if (root->doc) lua_pushstring(L, root->doc), lua_setfield(L, -2, "doc");
  }
  if (!lua_isnil(L, parent)) lua_pushvalue(L, parent), lua_setfield(L, -2, "super");
  lua_newtable(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, class_call, 1);
  lua_setfield(L, -2, "__call");
  lua_pushcfunction(L, class_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushliteral(L, "lunate.class");
  lua_setfield(L, -2, "__metatable");
  if (!lua_isnil(L, parent)) lua_pushvalue(L, parent), lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_remove(L, parent);
}

// The kind's base class, or the one between Layer and the models: at index -kind-1 of the registry
// of classes.
static void push_base(lua_State *L, LnLua *s, int kind) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, classes_key(s));
  lua_rawgeti(L, -1, -(lua_Integer)kind - 1);
  lua_remove(L, -2);
}

static bool is_method(lua_State *L, LnLua *s, LnKind kind, const char *name) {
  push_base(L, s, (int)kind);
  bool found = lua_getfield(L, -1, name) == LUA_TFUNCTION;
  lua_pop(L, 2);
  return found;
}

static void push_class(lua_State *L, LnLua *s, const LnClass *cls) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, classes_key(s));
  if (lua_rawgetp(L, -1, cls) == LUA_TNIL) {
    LnObject probe = {.cls = cls};
    lua_pop(L, 1);
    push_base(L, s, is_model(&probe) ? MODEL_BASE : (int)cls->kind);
    new_class(L, cls->name, cls);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, from_config, 2);
    lua_setfield(L, -2, "from_config");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, -3, cls);
  }
  lua_remove(L, -2);
}

static LnKind check_kind(lua_State *L, int i) {
  const char *name = luaL_checkstring(L, i);
  for (int k = 0; k < LN_KINDS; k++)
    if (strcmp(ln_kinds[k].name, name) == 0) return (LnKind)k;
  luaL_error(L, "unknown kind '%s'", name);
  return LN_LAYER;
}

static void push_class_names(lua_State *L, LnKind kind, bool aliases) {
  const LnClass *cls;
  int n = 0;
  lua_newtable(L);
  for (int i = 0; (cls = ln_class_at(kind, i)); i++) {
    lua_pushstring(L, cls->name);
    lua_rawseti(L, -2, ++n);
    for (const char *p = aliases ? cls->aliases : NULL; p && *p;
         p += strcspn(p, " "), p += *p == ' ') {
      lua_pushlstring(L, p, strcspn(p, " "));
      lua_rawseti(L, -2, ++n);
    }
  }
  if (kind != LN_ACTIVATION) return;
  for (int f = 0; ln_op_families[f]; f++)
    for (const LnOp *op = ln_op_families[f]; op->name; op++)
      if (op->flags & LN_OP_ACTIVATION) lua_pushstring(L, op->name), lua_rawseti(L, -2, ++n);
}

// core.class(kind, name) -> the class table, or nil. name nil: the kind's base class; "model" has
// one of its own.
static int class_function(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (strcmp(luaL_checkstring(L, 1), "model") == 0) {
    push_base(L, s, MODEL_BASE);
    return 1;
  }
  LnKind kind = check_kind(L, 1);
  if (lua_isnoneornil(L, 2)) {
    push_base(L, s, kind);
    return 1;
  }
  const LnClass *cls = ln_class_find(kind, luaL_checkstring(L, 2));
  if (!cls) return lua_pushnil(L), 1;
  push_class(L, s, cls);
  return 1;
}

// core.classes(kind) -> names of all classes of the kind
static int classes(lua_State *L) {
  push_class_names(L, check_kind(L, 1), false);
  return 1;
}

// core.describe(kind, name) -> {name =, doc =, aliases =, options = {{name =, kind =, default =,
// doc =}}}
static int describe(lua_State *L) {
  LnKind kind = check_kind(L, 1);
  const LnClass *cls = ln_class_find(kind, luaL_checkstring(L, 2));
  const LnOption *o;
  if (!cls) return lua_pushnil(L), 1;
  lua_newtable(L);
  lua_pushstring(L, cls->name), lua_setfield(L, -2, "name");
  lua_pushstring(L, cls->doc), lua_setfield(L, -2, "doc");
  lua_pushstring(L, cls->aliases), lua_setfield(L, -2, "aliases");
  lua_newtable(L);
  for (int i = 0; (o = nth_option(cls, i)); i++) {
    lua_newtable(L);
    lua_pushstring(L, o->name), lua_setfield(L, -2, "name");
    ln_lua_push_kind_text(L, o), lua_setfield(L, -2, "kind");
    lua_pushstring(L, o->fallback), lua_setfield(L, -2, "default");
    lua_pushstring(L, o->doc), lua_setfield(L, -2, "doc");
    lua_pushboolean(L, !o->config_only), lua_setfield(L, -2, "positional");
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "options");
  return 1;
}

// ---- objects from identifiers: get()

// What a class gave when it was called, at the top: scripts may have changed what it does.
static LnObject *made(lua_State *L, LnLua *s, LnKind kind, const char *what) {
  Handle *h = test_handle(L, s, -1, kind);
  if (!what) what = "get";
  if (!h) luaL_error(L, "%s: %s expected, its class makes something else", what,
                     ln_kinds[kind].name);
  return ready(L, h, what);
}

// What f of lunate.saving.registry says to the value at i, pushed; false and nothing pushed for
// nil. A registry that was never loaded knows nothing.
static bool push_from_registry(lua_State *L, LnLua *s, const char *f, int i) {
  int top = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "lunate.saving.registry") == LUA_TTABLE) {
    lua_getfield(L, -1, f);
    lua_pushvalue(L, i);
    ln_lua_call(L, s, 1, 1);
    if (!lua_isnil(L, -1)) {
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return true;
    }
  }
  lua_settop(L, top);
  return false;
}

// What scripts call so (f: "find" or "find_bare").
static bool push_custom(lua_State *L, LnLua *s, const char *f, const char *name) {
  lua_pushstring(L, name);
  bool found = push_from_registry(L, s, f, lua_gettop(L));
  lua_remove(L, found ? -2 : -1);
  return found;
}

static LnObject *from_function(lua_State *L, LnLua *s, int i, LnKind kind);

// The object of what push_custom pushed, with the config at the index (0: none).
static LnObject *from_custom(lua_State *L, LnLua *s, const char *name, LnKind kind, int config,
                             const char *what) {
  int custom = lua_gettop(L);
  Handle *h = test_handle(L, s, custom, kind);
  if (h) return ready(L, h, what);
  if (lua_isfunction(L, custom) && kind != LN_LAYER && kind != LN_OPTIMIZER) {
    LnObject *o = from_function(L, s, custom, kind);
    const char *bare = strrchr(name, '>');
    if (!set_name(o, bare ? bare + 1 : name)) luaL_error(L, "out of memory");
    return o;
  }
  lua_settop(L, custom);
  const LnClass *cls = NULL;
  if (lua_istable(L, custom)) {
    lua_getfield(L, custom, "core_class");
    if (lua_islightuserdata(L, -1)) cls = lua_touserdata(L, -1);
  }
  if (!cls || cls->kind != kind)
    luaL_error(L, "%s: the custom object '%s' should be a %s%s, it is %s", what ? what : "get",
               name, ln_kinds[kind].name,
               kind == LN_LAYER || kind == LN_OPTIMIZER ? " class" : " class or a function",
               cls ? ln_lua_describe(L, s, custom) : luaL_typename(L, custom));
  lua_settop(L, custom);
  if (config) {
    lua_getfield(L, custom, "from_config");
    lua_pushvalue(L, config);
  } else {
    lua_pushvalue(L, custom);
    lua_newtable(L);
  }
  ln_lua_call(L, s, 1, 1);
  return made(L, s, kind, what);
}

static LnObject *from_name(lua_State *L, LnLua *s, const char *name, LnKind kind,
                           const char *what) {
  if (push_custom(L, s, "find", name)) return from_custom(L, s, name, kind, 0, what);
  const LnClass *cls = ln_class_find(kind, name);
  if (kind == LN_ACTIVATION) {
    LnObject *a = (LnObject *)ln_activation_new(&s->context, name);
    if (a) {
      ln_lua_give_object(L, s, a);
      return a;
    }
    ln_clear_error(&s->context);
  } else if (cls) {
    push_class(L, s, cls);
    lua_newtable(L);
    ln_lua_call(L, s, 1, 1);
    return made(L, s, kind, what);
  }
  if (push_custom(L, s, "find_bare", name)) return from_custom(L, s, name, kind, 0, what);
  push_class_names(L, kind, true);
  if (what) {
    lua_pushfstring(L, "%s", what);
    lua_insert(L, -2);
    ln_lua_unknown(L, ln_kinds[kind].name, name, lua_tostring(L, -2));
  }
  ln_lua_unknown(L, ln_kinds[kind].name, name, ln_kinds[kind].plural);
  return NULL;
}

// An object that stands for the function at i; of metrics, its mean.
static LnObject *from_function(lua_State *L, LnLua *s, int i, LnKind kind) {
  const LnClass *cls = kind == LN_METRIC ? ln_lua_mean_metric_class() : ln_lua_class(kind);
  if (kind == LN_METRIC) push_class(L, s, cls);
  else push_base(L, s, (int)kind);
  Handle *h = push_blank(L, s, handle_type(cls));
  lua_remove(L, -2);
  h->object = ln_object_new(&s->context, cls);
  if (!h->object) ln_lua_raise(L, s, NULL);
  h->object->lua = kind != LN_METRIC;
  if (kind == LN_ACTIVATION && !set_name(h->object, "function")) luaL_error(L, "out of memory");
  // Keras names such a metric after its function.
  if (kind == LN_METRIC && push_from_registry(L, s, "get_registered_name", i)) {
    const char *known = lua_tostring(L, -1), *bare = strrchr(known, '>');
    if (!set_name(h->object, bare ? bare + 1 : known)) luaL_error(L, "out of memory");
    lua_pop(L, 1);
  }
  ln_lua_default_name(L, s, h->object, cls->name);
  h->ready = true;
  remember(L, s, h->object);
  lua_getiuservalue(L, -1, 1);
  lua_pushvalue(L, i);
  ln_lua_set_function(L, lua_gettop(L) - 1);
  lua_pop(L, 1);
  return h->object;
}

// {class_name =, config =, registered_name =} at i, as get_config, core.serialize or Keras give it.
static LnObject *from_entry(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  luaL_checkstack(L, 20, "nested configs");
  if (lua_getfield(L, i, "class_name") != LUA_TSTRING)
    luaL_error(L, "%s: %s expected, got a table without class_name", what ? what : "get",
               ln_kinds[kind].name);
  const char *name = lua_tostring(L, -1);
  int config_type = lua_getfield(L, i, "config"), config = lua_gettop(L);
  const char *registered =
      lua_getfield(L, i, "registered_name") == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  // A Lua class that stands for itself, in configs that never were in a file.
  if (lua_getfield(L, i, "class") == LUA_TTABLE && config_type == LUA_TTABLE)
    return from_custom(L, s, name, kind, config, what);
  lua_settop(L, config + 1);
  // Keras serializes functions, activations among them, under their names.
  if (config_type == LUA_TSTRING) {
    if (registered && push_custom(L, s, "find", registered))
      return from_custom(L, s, registered, kind, 0, what);
    return from_name(L, s, lua_tostring(L, config), kind, what);
  }
  if (config_type != LUA_TTABLE) {
    lua_newtable(L);
    lua_replace(L, config);
  }
  if (registered && push_custom(L, s, "find", registered))
    return from_custom(L, s, registered, kind, config, what);
  if (push_custom(L, s, "find", name)) return from_custom(L, s, name, kind, config, what);
  // Keras 2 calls a functional model so.
  if (kind == LN_LAYER && strcmp(name, "Model") == 0 && lua_getfield(L, config, "layers") > 0)
    name = "Functional";
  // A metric made of a function, or of the name of one.
  if (kind == LN_METRIC && strcmp(name, ln_lua_mean_metric_class()->name) == 0) {
    lua_getfield(L, config, "fn");
    LnObject *o = ln_lua_to_object(L, s, lua_gettop(L), kind, what);
    if (lua_getfield(L, config, "name") == LUA_TSTRING && ln_lua_is_text(L, -1) &&
        !set_name(o, lua_tostring(L, -1)))
      luaL_error(L, "out of memory");
    lua_pop(L, 1);
    return o;
  }
  const LnClass *cls = ln_class_find(kind, name);
  if (!cls && push_custom(L, s, "find_bare", name))
    return from_custom(L, s, name, kind, config, what);
  if (!cls) {   // says what there is and what to do; raises
    lua_pushstring(L, ln_kinds[kind].name);
    lua_pushstring(L, name);
    lua_getfield(L, config, "name");
    lua_pushstring(L, what);
    push_class_names(L, kind, true);
    ln_lua_nearest(L, name);
    lua_remove(L, -2);
    call_registry(L, s, "missing", 5);
    luaL_error(L, "unknown %s '%s'", ln_kinds[kind].name, name);
  }
  push_class(L, s, cls);
  lua_getfield(L, -1, "from_config");
  lua_pushvalue(L, config);
  ln_lua_call(L, s, 1, 1);
  return made(L, s, kind, what);
}

// The same of a layer that may stand in several places (lua/lunate/saving/sharing.lua).
static LnObject *from_serialized(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  if (kind != LN_LAYER) return from_entry(L, s, i, kind, what);
  luaL_checkstack(L, 20, "nested configs");
  lua_pushvalue(L, i);
  call_registry(L, s, "find_shared", 1);
  Handle *h = test_handle(L, s, -1, kind);
  if (h) return ready(L, h, what ? what : "get");
  lua_pop(L, 1);
  LnObject *o = from_entry(L, s, i, kind, what);
  lua_pushvalue(L, i);
  lua_pushvalue(L, -2);
  call_registry(L, s, "made_shared", 2);
  lua_pop(L, 1);
  return o;
}

LnObject *ln_lua_to_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  i = lua_absindex(L, i);
  Handle *h = test_handle(L, s, i, kind);
  if (h) {
    lua_pushvalue(L, i);
    return ready(L, h, what ? what : "get");
  }
  if (lua_type(L, i) == LUA_TSTRING) return from_name(L, s, lua_tostring(L, i), kind, what);
  if (lua_istable(L, i)) {
    // A class itself, given for an instance of it: Keras takes both.
    lua_getfield(L, i, "core_class");
    if (lua_islightuserdata(L, -1)) {
      lua_pushvalue(L, i);
      lua_newtable(L);
      ln_lua_call(L, s, 1, 1);
      return made(L, s, kind, what);
    }
    return from_serialized(L, s, i, kind, what);
  }
  if (lua_isfunction(L, i) && kind != LN_LAYER && kind != LN_OPTIMIZER)
    return from_function(L, s, i, kind);
  luaL_error(L, "%s: %s expected, got %s", what ? what : "get", ln_kinds[kind].name,
             luaL_typename(L, i));
  return NULL;
}

// core.get(kind, identifier): objects pass through, names, {class_name =, config =}, classes
static int get(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_to_object(L, s, 2, check_kind(L, 1), NULL);
  return 1;
}

// ---- configs
//
// get_config() is for scripts: None is false, Lua functions and Lua classes stand for themselves.
// core.serialize(object, true) is for files: None is core.null, empty lists are marked, functions
// and classes go by the names of lunate.saving.registry, and built layers and models say for what
// shapes (build_config) and how they are compiled (compile_config), as Keras's files do.

static void push_policy(lua_State *L, LnLua *s, const char *dtype) {
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, "DTypePolicy"), lua_setfield(L, -2, "class_name");
  lua_createtable(L, 0, 1);
  lua_pushstring(L, dtype), lua_setfield(L, -2, "name");
  lua_setfield(L, -2, "config");
  lua_pushliteral(L, "keras"), lua_setfield(L, -2, "module");
  ln_lua_push_none(L, s), lua_setfield(L, -2, "registered_name");
}

// The Lua function that the object stands for; false when there is none.
static bool push_its_function(lua_State *L, LnLua *s, LnObject *o) {
  int top = lua_gettop(L);
  if (ln_lua_find_object(L, s, o) && lua_getiuservalue(L, -1, 1) == LUA_TTABLE &&
      ln_lua_push_function(L, lua_gettop(L)) == LUA_TFUNCTION) {
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
    return true;
  }
  lua_settop(L, top);
  return false;
}

// The function at the top as configs have it. what: of which it is a part, for the error.
static void name_function(lua_State *L, LnLua *s, const char *what) {
  if (!s->for_file) return;
  lua_pushstring(L, what);
  call_registry(L, s, "serialize_function", 2);
}

static void push_part(lua_State *L, LnLua *s, LnObject *o, const char *what) {
  if (o->cls->kind != LN_METRIC && push_its_function(L, s, o)) name_function(L, s, what);
  else ln_lua_push_serialized(L, s, o);
}

// A value that a Lua class was given, as data: parts of it are serialized wherever they are.
static void push_data(lua_State *L, LnLua *s, int i, const char *what, int depth) {
  enum { DEEPEST = 100 };
  i = lua_absindex(L, i);
  luaL_checkstack(L, 10, "nested configs");
  if (depth > DEEPEST) luaL_error(L, "%s: nested deeper than %d (a cycle?)", what, DEEPEST);
  for (int k = 0; k < LN_KINDS; k++) {
    LnObject *o = ln_lua_test_object(L, s, i, (LnKind)k);
    if (!o) continue;
    push_part(L, s, o, what);
    return;
  }
  LnTensor *t = ln_lua_test_tensor(L, s, i);
  if (lua_isfunction(L, i)) {
    lua_pushvalue(L, i);
    name_function(L, s, what);
  } else if (t && s->for_file) {   // Keras's form of one
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, "__tensor__"), lua_setfield(L, -2, "class_name");
    lua_createtable(L, 0, 2);
    lua_pushstring(L, ln_dtype_name(t->dtype)), lua_setfield(L, -2, "dtype");
    lua_getfield(L, i, t->rank == 0 ? "item" : "totable");
    lua_pushvalue(L, i);
    ln_lua_call(L, s, 1, 1);
    lua_setfield(L, -2, "value");
    lua_setfield(L, -2, "config");
  } else if (lua_istable(L, i) && luaL_getmetafield(L, i, "__metatable") == LUA_TNIL) {
    lua_newtable(L);
    if (lua_getmetatable(L, i)) lua_setmetatable(L, -2);   // a marked list
    int copy = lua_gettop(L), count = 0;
    bool position = false, name = false;
    lua_pushnil(L);
    while (lua_next(L, i)) {
      count++;
      if (lua_type(L, copy + 1) == LUA_TNUMBER) position = true;
      else name = true;
      lua_pushvalue(L, -2);
      push_data(L, s, -2, what, depth + 1);
      lua_rawset(L, copy);
      lua_settop(L, copy + 1);
    }
    if (s->for_file && position && (name || count != (int)lua_rawlen(L, i)))
      luaL_error(L, "%s: a file holds lists and tables by name; this table is neither", what);
  } else {
    lua_pushvalue(L, i);
  }
}

// Adds what a Lua class declares to the config at the top: kinds tell None from false, and a list
// from a table.
static void push_declared(lua_State *L, LnLua *s, LnObject *o) {
  static const char *const lists[] = {"list", "integers", "numbers", "shape", "axes"};
  int config = lua_gettop(L);
  if (!ln_lua_find_object(L, s, o)) return;
  Handle *h = lua_touserdata(L, -1);
  if (h->in_lua && lua_getiuservalue(L, -1, 1) == LUA_TTABLE) {
    if (lua_rawgetp(L, config + 2, &args_key) == LUA_TTABLE) {
      int options = lua_gettop(L);
      lua_getfield(L, config + 1, "class");
      push_specs(L, options + 1);   // options + 2
      lua_pushnil(L);
      while (lua_next(L, options)) {   // options + 3, options + 4
        const char *kind = "any";
        if (lua_istable(L, options + 2) &&
            (lua_pushvalue(L, options + 3), lua_rawget(L, options + 2)) == LUA_TTABLE &&
            (lua_rawgeti(L, -1, 1), lua_type(L, -1) == LUA_TSTRING))
          kind = lua_tostring(L, -1);
        bool none = lua_isboolean(L, options + 4) && !lua_toboolean(L, options + 4) &&
                    strcmp(kind, "boolean") != 0 && strcmp(kind, "any") != 0;
        lua_pushvalue(L, options + 3);
        if (none) ln_lua_push_none(L, s);
        else {
          const char *key = luaL_tolstring(L, options + 3, NULL);
          const char *what =
              lua_pushfstring(L, "option '%s' of '%s'", key, o->name ? o->name : o->cls->name);
          push_data(L, s, options + 4, what, 0);
          lua_replace(L, -3);
          lua_pop(L, 1);
          for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
            if (strcmp(kind, lists[k]) == 0 && is_empty_table(L, -1)) ln_lua_mark_list(L);
        }
        lua_rawset(L, config);
        lua_settop(L, options + 3);
      }
    }
  }
  lua_settop(L, config);
}

void ln_lua_push_config(lua_State *L, LnLua *s, LnObject *o) {
  const LnOption *option;
  const char *name = o->name ? o->name : o->cls->name;
  lua_newtable(L);
  for (int i = 0; (option = nth_option(o->cls, i)); i++) {
    bool dtype = strcmp(option->name, "dtype") == 0, layer = o->cls->kind == LN_LAYER;
    // A layer's input_shape lives in the InputLayer before it; losses have no dtype in Keras.
    if (layer && strcmp(option->name, "input_shape") == 0) continue;
    if (dtype && o->cls->kind == LN_LOSS) continue;
    // Keras's InputLayer knows its batch_shape alone.
    static const char *const unsaid[] = {"shape", "batch_size", "trainable"};
    bool input = layer && strcmp(o->cls->name, "InputLayer") == 0, skip = false;
    for (int k = 0; input && k < 3; k++) skip = skip || strcmp(option->name, unsaid[k]) == 0;
    if (skip) continue;
    const void *field = (const char *)o + option->offset;
    LnObject *part = option->kind == LN_OPT_SCHEDULE ? ((const LnRate *)field)->schedule
                     : is_object_option(option)      ? *(LnObject *const *)field
                                                     : NULL;
    if (part) {
      const char *what = lua_pushfstring(L, "option '%s' of '%s'", option->name, name);
      push_part(L, s, part, what);
      lua_remove(L, -2);
    } else {
      ln_lua_push_option(L, s, option, o, true);
    }
    // Keras says it only where it is set, but for layers that say it themselves.
    if (layer && !part && strcmp(option->name, "activity_regularizer") == 0) {
      lua_pop(L, 1);
      continue;
    }
    if (dtype && layer && lua_isstring(L, -1) && !input) {
      push_policy(L, s, lua_tostring(L, -1));
      lua_remove(L, -2);
    }
    lua_setfield(L, -2, option->name);
  }
  if (o->cls->kind == LN_METRIC && push_its_function(L, s, o)) {
    const char *what = lua_pushfstring(L, "metric '%s'", name);
    lua_insert(L, -2);
    name_function(L, s, what);
    lua_setfield(L, -3, "fn");
    lua_pop(L, 1);
  }
  push_declared(L, s, o);
}

// What Keras builds a layer for when it reads it: one shape, or a list of them.
static void push_build_config(lua_State *L, LnLua *s, const LnLayer *l) {
  lua_createtable(L, 0, 1);
  bool functional = strcmp(l->base.cls->name, "Functional") == 0 && !l->base.lua;
  if (functional) ln_lua_push_null(L);   // its graph says it
  else if (l->n_more > 0) lua_createtable(L, l->n_more + 1, 0);
  for (int k = 0; k <= l->n_more && !functional; k++) {
    const LnInts *shape = k ? &l->more_shapes[k - 1] : &l->built_shape;
    lua_createtable(L, (int)shape->n, 0);
    for (int64_t i = 0; i < shape->n; i++) {
      if (shape->v[i] < 0) ln_lua_push_none(L, s);
      else lua_pushinteger(L, shape->v[i]);
      lua_rawseti(L, -2, i + 1);
    }
    if (shape->n == 0) ln_lua_mark_list(L);
    if (l->n_more > 0) lua_rawseti(L, -2, k + 1);
  }
  lua_setfield(L, -2, "input_shape");
}

void ln_lua_push_serialized(lua_State *L, LnLua *s, LnObject *o) {
  bool function = o->cls->kind != LN_METRIC && push_its_function(L, s, o);
  if (function) {
    name_function(L, s, ln_kinds[o->cls->kind].name);
    return;
  }
  if (o->cls->kind == LN_ACTIVATION) {
    lua_pushstring(L, o->name);
    return;
  }
  luaL_checkstack(L, 12, "nested configs");
  lua_createtable(L, 0, 6);
  int top = lua_gettop(L);
  ln_lua_push_object(L, s, o);   // top + 1
  const Handle *h = lua_touserdata(L, -1);
  bool sequential = strcmp(o->cls->name, "Sequential") == 0;
  lua_getfield(L, -1, "class");  // top + 2
  ln_lua_push_class_name(L, top + 1);
  lua_pushvalue(L, -1);
  lua_setfield(L, top, "class_name");
  if (h->in_lua && s->for_file) {
    lua_pushvalue(L, top + 2);
    call_registry(L, s, "name_of", 1);
    lua_setfield(L, top, "registered_name");
  } else if (h->in_lua) {
    lua_setfield(L, top, "registered_name");
    lua_pushvalue(L, top + 2);
    lua_setfield(L, top, "class");   // scripts need no name for it
  } else if (strcmp(o->cls->name, "Functional") == 0) {
    lua_setfield(L, top, "registered_name");   // as Keras has it
    lua_pushliteral(L, "keras.src.models.functional"), lua_setfield(L, top, "module");
  } else {
    ln_lua_push_none(L, s), lua_setfield(L, top, "registered_name");
    lua_pushstring(L, sequential ? "keras" : ln_kinds[o->cls->kind].module);
    lua_setfield(L, top, "module");
  }
  if (h->in_lua) ln_lua_push_none(L, s), lua_setfield(L, top, "module");
  lua_settop(L, top + 1);
  if (s->for_file && o->cls->kind == LN_LAYER) {
    const LnLayer *l = (const LnLayer *)o;
    if (l->built && strcmp(o->cls->name, "InputLayer") != 0) {
      push_build_config(L, s, l);
      lua_setfield(L, top, "build_config");
    }
    if (is_model(o)) {
      lua_pushvalue(L, top + 1);
      call_registry(L, s, "compile_config", 1);
      lua_setfield(L, top, "compile_config");
    }
  }
  lua_getfield(L, top + 1, "get_config");
  lua_pushvalue(L, top + 1);
  ln_lua_call(L, s, 1, 1);
  lua_setfield(L, top, "config");
  if (o->cls->kind == LN_LAYER) {
    lua_pushvalue(L, top + 1);
    lua_pushvalue(L, top);
    call_registry(L, s, "wrote_shared", 2);
  }
  lua_settop(L, top);
}

static int config_body(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_push_config(L, s, any_handle(L, s, 1)->object);
  return 1;
}

static int get_config(lua_State *L) {
  LnLua *s = ln_lua(L);
  const Handle *h = any_handle(L, s, 1);
  lua_settop(L, 1);
  if (h->in_lua && h->object->cls->kind == LN_LAYER) call_scoped(L, s, "writing", config_body, 1);
  else ln_lua_push_config(L, s, h->object);
  return 1;
}

// upvalue: state. (object or function)
static int serialize_whole(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (lua_isfunction(L, 1)) name_function(L, s, "function");
  else ln_lua_push_serialized(L, s, any_handle(L, s, 1)->object);
  return 1;
}

static int serialize_body(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnObject *layer = ln_lua_test_object(L, s, 1, LN_LAYER);
  if (layer) call_scoped(L, s, "writing", serialize_whole, 1);
  else serialize_whole(L);
  return 1;
}

// core.serialize(object[, for_file]): {class_name =, config =, module =, registered_name =}; for a
// file, and for what is serialized meanwhile, as told at the head of this section.
static int serialize(lua_State *L) {
  LnLua *s = ln_lua(L);
  bool before = s->for_file, for_file = before || lua_toboolean(L, 2);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, serialize_body, 1);
  lua_insert(L, 1);
  s->for_file = for_file;   // from here to its end nothing jumps
  int status = lua_pcall(L, 1, 1, 0);
  s->for_file = before;
  s->context.host = L;
  return status == LUA_OK ? 1 : lua_error(L);
}

// core.limit_weights(bytes, f, ...): f(...), in which new weights may take so many bytes in all;
// nil: as many as the machine has.
static int limit_weights(lua_State *L) {
  LnContext *c = &ln_lua(L)->context;
  bool limited = c->weights_limited;
  double room = c->weight_room,
         machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE),
         bytes = luaL_optnumber(L, 1, machine > 0 ? machine : HUGE_VAL);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  c->weights_limited = true;
  c->weight_room = limited && room < bytes ? room : bytes;
  int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
  c->weights_limited = limited;
  c->weight_room = room;
  c->host = L;
  return status == LUA_OK ? lua_gettop(L) - 1 : lua_error(L);
}

// core.none(): what None is in the config that is being made: false, or core.null.
static int none(lua_State *L) {
  ln_lua_push_none(L, ln_lua(L));
  return 1;
}

// ---- fields

// The getter (setter) of that name in upvalue i, pushed; false and nothing pushed for none.
static bool push_accessor(lua_State *L, int i, int name) {
  if (!lua_istable(L, lua_upvalueindex(i))) return false;
  lua_pushvalue(L, name);
  if (lua_gettable(L, lua_upvalueindex(i)) == LUA_TFUNCTION) return true;
  lua_pop(L, 1);
  return false;
}

// A layer's own weight of that name: layer.kernel.
static bool push_weight(lua_State *L, LnLua *s, const LnLayer *l, const char *name) {
  for (int i = 0; i < l->n_variables; i++) {
    if (strcmp(l->variables[i]->name, name) != 0) continue;
    ln_lua_push_variable(L, s, l->variables[i]);
    return true;
  }
  return false;
}

// Raises when `key` is a slip of the pen for something that the object at 1 has: properties and
// getters are in upvalues 2 and 3, methods in the chain of its class. Other names are fields that
// nobody has set.
static void refuse_slip(lua_State *L, const LnObject *o, int class, const char *key) {
  lua_Integer n = 0;
  push_option_names(L, o->cls);
  int list = lua_gettop(L);
  n = (lua_Integer)lua_rawlen(L, list);
  for (int i = 2; i <= 3; i++) {
    lua_pushnil(L);
    while (lua_istable(L, lua_upvalueindex(i)) && lua_next(L, lua_upvalueindex(i))) {
      lua_pop(L, 1);
      lua_pushvalue(L, -1);
      lua_rawseti(L, list, ++n);
    }
    lua_settop(L, list);
  }
  lua_getfield(L, class, "class");
  while (lua_istable(L, -1)) {
    lua_pushnil(L);
    while (lua_next(L, -2)) {
      if (lua_type(L, -2) == LUA_TSTRING && lua_isfunction(L, -1)) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, list, ++n);
      }
      lua_pop(L, 1);
    }
    lua_getfield(L, -1, "super");
    lua_remove(L, -2);
  }
  lua_settop(L, list);
  const char *meant = ln_lua_slip(L, key);
  if (meant)
    luaL_error(L, "%s '%s' has no field or method '%s'%s", ln_kinds[o->cls->kind].name,
               o->name ? o->name : o->cls->name, key, meant);
  lua_settop(L, list - 1);
}

// upvalues: state, the kind's properties, its getters: {name = function}. Fields and methods of a
// script's come before getters, not before properties.
static int object_index(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_getiuservalue(L, 1, 1);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  // Before the class: its own `name` is another one.
  if (push_accessor(L, 2, 2)) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
  }
  lua_settop(L, 3);
  lua_pushvalue(L, 2);
  if (lua_gettable(L, 3) != LUA_TNIL || lua_type(L, 2) != LUA_TSTRING) return 1;
  if (push_accessor(L, 3, 2)) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
  }
  const Handle *h = any_handle(L, s, 1);
  LnObject *o = h->object;
  const LnLayerClass *layer = o->cls->kind == LN_LAYER ? (const LnLayerClass *)o->cls : NULL;
  if (layer && layer->field) {
    LnTensor *t = layer->field(&s->context, (LnLayer *)o, lua_tostring(L, 2));
    if (t) {
      ln_lua_give_tensor(L, s, t);
      return 1;
    }
    if (s->context.err.set) return ln_lua_raise(L, s, NULL);
  }
  const LnOption *option = find_option(o->cls, lua_tostring(L, 2));
  if (option) return ln_lua_push_option(L, s, option, o, false), 1;
  if (layer && push_weight(L, s, (const LnLayer *)o, lua_tostring(L, 2))) return 1;
  if (!h->in_lua) refuse_slip(L, o, 3, lua_tostring(L, 2));
  lua_pushnil(L);
  return 1;
}

// ---- what a Lua layer's fields hold

static bool is_kept(lua_State *L, LnLua *s, int i) {
  return ln_lua_test_object(L, s, i, LN_LAYER) || ln_lua_test_variable(L, s, i) ||
         ln_lua_test_object(L, s, i, LN_METRIC) || is_plain_table(L, i);
}

// Field 2 of object 1 (instance table at 4) became 3: it is now the last that was assigned.
static void note_field(lua_State *L, LnLua *s) {
  bool kept = is_kept(L, s, 3);
  lua_settop(L, 4);
  if (lua_rawgetp(L, 4, &fields_key) == LUA_TNIL) {
    if (!kept) return;
    lua_settop(L, 4);
    lua_newtable(L);
    lua_pushvalue(L, 5);
    lua_rawsetp(L, 4, &fields_key);
  }
  int n = (int)lua_rawlen(L, 5), to = 0;
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, 5, k);
    if (lua_rawequal(L, -1, 2)) lua_pop(L, 1);
    else lua_rawseti(L, 5, ++to);
  }
  bool held = to < n;
  if (kept) lua_pushvalue(L, 2), lua_rawseti(L, 5, ++to);
  for (int k = to + 1; k <= n; k++) lua_pushnil(L), lua_rawseti(L, 5, k);
  lua_settop(L, 4);
  if (kept || held) ln_lua_sync(L, s, 1);
}

// Walks the value at the top (popped): layers, variables and metrics, in the order of lists, then
// of sorted names, go into the list at `list`; `seen` holds what was met.
static void collect_held(lua_State *L, LnLua *s, int list, int seen) {
  luaL_checkstack(L, 10, "nested tables");
  int top = lua_gettop(L);
  if (!is_kept(L, s, top)) {
    lua_settop(L, top - 1);
    return;
  }
  lua_pushvalue(L, top);
  if (lua_rawget(L, seen) != LUA_TNIL) {
    lua_settop(L, top - 1);
    return;
  }
  lua_settop(L, top);
  lua_pushvalue(L, top);
  lua_pushboolean(L, 1);
  lua_rawset(L, seen);
  if (!lua_istable(L, top)) {
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
    return;
  }
  lua_Integer n = (lua_Integer)lua_rawlen(L, top);
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, top, k);
    collect_held(L, s, list, seen);
  }
  ln_lua_push_names(L, top);   // top + 1
  lua_Integer names = (lua_Integer)lua_rawlen(L, top + 1);
  for (lua_Integer k = 1; k <= names; k++) {
    lua_rawgeti(L, top + 1, k);
    lua_rawget(L, top);
    collect_held(L, s, list, seen);
  }
  lua_settop(L, top - 1);
}

// Pushes the list of what the fields of the object at i hold; nil when there are none.
static void push_held(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  int top = lua_gettop(L);
  lua_getiuservalue(L, i, 1);
  if (lua_rawgetp(L, -1, &fields_key) == LUA_TNIL) {
    lua_settop(L, top);
    lua_pushnil(L);
    return;
  }
  lua_newtable(L);   // top + 3: list
  lua_newtable(L);   // top + 4: seen
  int n = (int)lua_rawlen(L, top + 2);
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, top + 2, k);
    lua_rawget(L, top + 1);
    collect_held(L, s, top + 3, top + 4);
  }
  lua_settop(L, top + 3);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

static bool holds(const LnLayer *l, const LnLayer *other) {
  bool found = l == other;
  for (int i = 0; !found && i < l->n_children; i++) found = holds(l->children[i], other);
  return found;
}

static bool has_child(const LnLayer *l, const LnLayer *child) {
  for (int i = 0; i < l->n_children; i++)
    if (l->children[i] == child) return true;
  return false;
}

static bool has_variable(const LnLayer *l, const LnVariable *v) {
  for (int i = 0; i < l->n_variables; i++)
    if (l->variables[i] == v) return true;
  return false;
}

void ln_lua_sync(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  Handle *h = test_handle(L, s, i, LN_LAYER);
  if (!h || !h->in_lua || !h->object) return;
  LnLayer *l = (LnLayer *)h->object;
  int top = lua_gettop(L);
  push_held(L, s, i);                   // top + 1
  if (lua_isnil(L, top + 1)) {
    lua_settop(L, top);
    return;
  }
  lua_getiuservalue(L, i, 1);           // top + 2
  lua_rawgetp(L, top + 2, &held_key);   // top + 3: before
  lua_newtable(L);                      // top + 4: now, by object
  int n = (int)lua_rawlen(L, top + 1);
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, top + 1, k);
    lua_pushvalue(L, -1);
    lua_pushboolean(L, 1);
    lua_rawset(L, top + 4);
    LnLayer *child = (LnLayer *)ln_lua_test_object(L, s, -1, LN_LAYER);
    LnVariable *v = ln_lua_test_variable(L, s, -1);
    if (child && holds(child, l))
      luaL_error(L, "layer '%s' cannot be a part of itself", l->base.name);
    if ((child && !has_child(l, child) && !ln_layer_add_child(&s->context, l, child)) ||
        (v && !has_variable(l, v) && !ln_layer_add_variable(&s->context, l, v)))
      ln_lua_raise(L, s, NULL);
    lua_pop(L, 1);
  }
  if (lua_istable(L, top + 3)) {
    lua_pushnil(L);
    while (lua_next(L, top + 3)) {
      lua_pop(L, 1);
      lua_pushvalue(L, -1);
      if (lua_rawget(L, top + 4) != LUA_TNIL) {
        lua_pop(L, 1);
        continue;
      }
      lua_pop(L, 1);
      LnLayer *child = (LnLayer *)ln_lua_test_object(L, s, -1, LN_LAYER);
      LnVariable *v = ln_lua_test_variable(L, s, -1);
      if (child) ln_layer_remove_child(l, child);
      if (v) ln_layer_remove_variable(l, v);
    }
  }
  lua_settop(L, top + 4);
  lua_rawsetp(L, top + 2, &held_key);
  lua_settop(L, top);
}

// core.held(layer): the layers, variables and metrics in its fields, in order; nil for none.
static int held(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_check_object(L, s, 1, LN_LAYER, "held");
  push_held(L, s, 1);
  return 1;
}

// core.fields(layer): the names (or other keys) of the fields that hold such things, in order.
static int fields(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_check_object(L, s, 1, LN_LAYER, "fields");
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, 1);
  lua_newtable(L);
  if (!lua_istable(L, 2) || lua_rawgetp(L, 2, &fields_key) == LUA_TNIL) return lua_settop(L, 3), 1;
  int n = (int)lua_rawlen(L, 4);
  for (int k = 1; k <= n; k++) lua_rawgeti(L, 4, k), lua_rawseti(L, 3, k);
  return lua_settop(L, 3), 1;
}

static void sync_all(lua_State *L, LnLua *s, const LnLayer *l) {
  luaL_checkstack(L, 8, "nested layers");
  if (ln_lua_find_object(L, s, &l->base)) {
    ln_lua_sync(L, s, -1);
    lua_pop(L, 1);
  }
  for (int i = 0; i < l->n_children; i++) sync_all(L, s, l->children[i]);
}

void ln_lua_sync_all(lua_State *L, LnLua *s, const LnLayer *l) { sync_all(L, s, l); }

// What may change in an object that is ready: what nothing was derived from. An optimizer looks at
// its numbers anew in every step; other classes with an init have used them there.
static bool assignable(const LnObject *o, const LnOption *option) {
  bool number = option->kind == LN_OPT_BOOL || option->kind == LN_OPT_NUMBER ||
                option->kind == LN_OPT_INTEGER || option->kind == LN_OPT_SCHEDULE;
  if (strcmp(option->name, "name") == 0) return true;
  if (o->cls->kind == LN_OPTIMIZER) return number;
  if (o->cls->kind == LN_LAYER && strcmp(option->name, "trainable") == 0) return true;
  return !o->cls->init && option->kind == LN_OPT_NUMBER;
}

// As in Keras, to freeze a layer is to freeze the layers it is made of.
static void set_trainable(LnLayer *l, bool trainable) {
  l->trainable = trainable;
  for (int i = 0; i < l->n_children; i++) set_trainable(l->children[i], trainable);
}

// upvalues: state, the kind's properties, its setters: {name = function(self, value)}, true when
// they took the value, which else becomes a field.
static int object_newindex(lua_State *L) {
  LnLua *s = ln_lua(L);
  Handle *h = any_handle(L, s, 1);
  LnObject *o = h->object;
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
  lua_settop(L, 3);
  lua_getiuservalue(L, 1, 1);   // 4
  const LnOption *option = key ? find_option(o->cls, key) : NULL;
  if (option) {
    if (h->ready && !assignable(o, option))
      return luaL_error(L, "'%s' of '%s' is fixed when it is made", key,
                        o->name ? o->name : o->cls->name);
    bool optimizer = h->ready && o->cls->kind == LN_OPTIMIZER;
    if (optimizer) ln_lua_push_option(L, s, option, o, false);   // 5: what it was
    set_option(L, s, o, 4, option, 3, false);
    if (optimizer && !ln_optimizer_init(&s->context, o)) {
      set_option(L, s, o, 4, option, 5, false);
      return ln_lua_raise(L, s, NULL);
    }
    if (o->cls->kind == LN_LAYER && strcmp(key, "trainable") == 0)
      set_trainable((LnLayer *)o, ((LnLayer *)o)->trainable);
    ln_generation++;
    return 0;
  }
  if (push_accessor(L, 2, 2))
    return luaL_error(L, "'%s' cannot be assigned: every %s has one", key,
                      ln_kinds[o->cls->kind].name);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 4) == LUA_TNIL && push_accessor(L, 3, 2)) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_call(L, 2, 1);
    if (lua_toboolean(L, -1)) return 0;
  }
  lua_settop(L, 4);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, 4);
  // A method of this one object.
  if (key && lua_isfunction(L, 3) && is_hook(o->cls->kind, key)) o->lua = true, ln_generation++;
  if (h->in_lua && o->cls->kind == LN_LAYER) note_field(L, s);
  return 0;
}

static void add_value_text(lua_State *L, luaL_Buffer *b, int i) {
  if (lua_istable(L, i)) {
    lua_Integer n = (lua_Integer)lua_rawlen(L, i);
    luaL_addchar(b, '{');
    for (lua_Integer k = 1; k <= n; k++) {
      lua_rawgeti(L, i, k);
      if (lua_isboolean(L, -1)) lua_pop(L, 1), lua_pushliteral(L, "none");
      luaL_tolstring(L, -1, NULL);
      lua_remove(L, -2);
      luaL_addvalue(b);
      if (k < n) luaL_addstring(b, ", ");
    }
    luaL_addchar(b, '}');
    return;
  }
  luaL_tolstring(L, i, NULL);
  luaL_addvalue(b);
}

// "3 layers, 266610 parameters"; before it is built its parameters are not known.
static void push_model_text(lua_State *L, LnLayer *l) {
  int64_t total = 0;
  int n = ln_layer_variables(l, NULL, 0);
  LnVariable **v = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *v, 0);
  int found = ln_layer_variables(l, v, n);   // finalizers may have changed how many there are
  for (int i = 0; i < n && i < found; i++) total += v[i]->value->size;
  lua_pushfstring(L, "%d layer%s, ", l->n_children, l->n_children == 1 ? "" : "s");
  if (l->built) lua_pushfstring(L, "%I parameters", (LUAI_UACINT)total);
  else lua_pushliteral(L, "not built");
  lua_concat(L, 2);
}

// "Dense(784 -> 300, relu)", "SGD(learning_rate=0.01)", "relu"
static int push_text_of(lua_State *L, LnLua *s) {
  LnObject *o = any_handle(L, s, 1)->object;
  if (o->cls->kind == LN_ACTIVATION) return lua_pushstring(L, o->name ? o->name : "activation"), 1;
  const char *name = ln_lua_push_class_name(L, 1);
  if (o->cls->kind == LN_LAYER && ((const LnLayerClass *)o->cls)->describe) {
    char text[200] = "";
    ((const LnLayerClass *)o->cls)->describe((LnLayer *)o, text, sizeof text);
    lua_pushfstring(L, "%s(%s)", name, text);
    return 1;
  }
  if (is_model(o)) {
    push_model_text(L, (LnLayer *)o);
    lua_pushfstring(L, "%s(%s)", name, lua_tostring(L, -1));
    return 1;
  }
  // The options that are required or differ from their defaults.
  LnObject *plain = ln_object_new(&s->context, o->cls);
  if (!plain) return ln_lua_raise(L, s, NULL);
  ln_lua_give_object(L, s, plain);
  lua_newtable(L);
  int list = lua_gettop(L), n = 0;
  const LnOption *option;
  for (int i = 0; (option = nth_option(o->cls, i)); i++) {
    if (strcmp(option->name, "name") == 0 || strcmp(option->name, "dtype") == 0) continue;
    luaL_Buffer b, d;
    ln_lua_push_option(L, s, option, o, false);
    int value = lua_gettop(L);
    luaL_buffinit(L, &b);
    add_value_text(L, &b, value);
    luaL_pushresult(&b);
    ln_lua_push_option(L, s, option, plain, false);
    int usual = lua_gettop(L);
    luaL_buffinit(L, &d);
    add_value_text(L, &d, usual);
    luaL_pushresult(&d);
    bool first_rate = option->kind == LN_OPT_SCHEDULE;
    if (!option->fallback || first_rate || !lua_compare(L, -1, value + 1, LUA_OPEQ)) {
      lua_pushfstring(L, "%s=%s", option->name, lua_tostring(L, value + 1));
      lua_rawseti(L, list, ++n);
    }
    lua_settop(L, list);
  }
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, name);
  luaL_addchar(&b, '(');
  for (int i = 1; i <= n; i++) {
    lua_rawgeti(L, list, i);
    luaL_addvalue(&b);
    if (i < n) luaL_addstring(&b, ", ");
  }
  luaL_addchar(&b, ')');
  luaL_pushresult(&b);
  return 1;
}

static int object_tostring(lua_State *L) {
  push_text_of(L, ln_lua(L));
  ln_lua_printable(L, -1, true);
  return 1;
}

static int object_name(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushstring(L, any_handle(L, s, 1)->object->name);
  return 1;
}

static int object_class(lua_State *L) {
  any_handle(L, ln_lua(L), 1);
  if (lua_getiuservalue(L, 1, 1) != LUA_TTABLE || !lua_getmetatable(L, -1)) lua_pushnil(L);
  return 1;
}

// ---- variables

static int variable_gc(lua_State *L) {
  LnVariable **u = lua_touserdata(L, 1);
  ln_variable_release(*u);
  *u = NULL;
  return 0;
}

LnVariable *ln_lua_test_variable(lua_State *L, LnLua *s, int i) {
  LnVariable **u = ln_lua_test_type(L, s, i, LN_TYPE_VARIABLE);
  return u ? *u : NULL;
}

void ln_lua_push_variable(lua_State *L, LnLua *s, LnVariable *v) {
  // One handle per variable as well: variables are compared and used as keys.
  lua_rawgetp(L, LUA_REGISTRYINDEX, handles_key(s));
  if (lua_rawgetp(L, -1, v) != LUA_TNIL) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  LnVariable **u = lua_newuserdatauv(L, sizeof *u, 0);
  *u = NULL;
  ln_lua_push_metatable(L, s, LN_TYPE_VARIABLE);
  lua_setmetatable(L, -2);
  v->refs++;
  *u = v;
  lua_pushvalue(L, -1);
  lua_rawsetp(L, -3, v);
  lua_remove(L, -2);
}

void ln_lua_give_variable(lua_State *L, LnLua *s, LnVariable *v) {
  size_t scope = ln_scope(&s->context);
  if (!ln_hold(&s->context, v, LN_HELD_VARIABLE)) ln_lua_raise(L, s, NULL);
  ln_lua_push_variable(L, s, v);
  ln_scope_end(&s->context, scope);
}

// A new variable over the tensor of an optimizer's slot.
void ln_lua_push_slot(lua_State *L, LnLua *s, LnTensor *t, const char *name) {
  LnVariable *v = calloc(1, sizeof *v);
  if (v) v->name = malloc(strlen(name) + 1);
  if (!v || !v->name) {
    free(v);
    luaL_error(L, "out of memory");
    return;
  }
  strcpy(v->name, name);
  v->refs = 1;
  v->value = ln_retain(t);
  ln_lua_give_variable(L, s, v);
}

static LnVariable *check_variable(lua_State *L, LnLua *s, int i) {
  LnVariable *v = ln_lua_test_variable(L, s, i);
  if (!v && i == 1) luaL_error(L, "variable expected, got %s; call it with a colon: "
                               "variable:assign(...)", ln_lua_describe(L, s, i));
  if (!v) luaL_error(L, "variable expected, got %s", ln_lua_describe(L, s, i));
  return v;
}

// ln.Variable(value, {name =, trainable =, dtype =})
static int new_variable(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnDtype d = ln_lua_dtype_option(L, 2, "Variable", LN_DTYPES);
  const char *name = "variable";
  bool trainable = true;
  lua_settop(L, 2);
  if (lua_istable(L, 2)) {
    if (lua_getfield(L, 2, "name") != LUA_TNIL) {
      ln_lua_check_name(L, -1, "Variable", false);
      name = lua_tostring(L, -1);
    }
    lua_getfield(L, 2, "trainable");
    if (!lua_isnil(L, -1)) trainable = lua_toboolean(L, -1);
  }
  LnTensor *t = ln_lua_to_tensor(L, s, 1, d, "Variable");
  LnVariable *v = calloc(1, sizeof *v);
  if (!v) return luaL_error(L, "out of memory");
  v->refs = 1;
  v->trainable = trainable;
  v->name = malloc(strlen(name) + 1);
  v->value = v->name ? ln_tensor_copy(&s->context, t) : NULL;
  if (v->name) strcpy(v->name, name);
  if (!v->value) {
    ln_variable_release(v);
    return ln_lua_raise(L, s, "Variable");
  }
  v->value->tracked = trainable && ln_dtype_is_float(v->value->dtype);
  v->value->state = true;
  ln_lua_give_variable(L, s, v);
  return 1;
}

// v becomes what f makes of it and the value at 2; NULL: that value. An op, so that replays assign.
static int assign(lua_State *L, const char *what,
                  LnTensor *(*f)(LnContext *c, LnTensor *v, LnTensor *value)) {
  LnLua *s = ln_lua(L);
  LnContext *c = &s->context;
  LnVariable *v = check_variable(L, s, 1);
  LnTensor *t = ln_lua_to_tensor(L, s, 2, LN_DTYPES, what);
  size_t scope = ln_scope(c);
  if (f) {
    c->no_record++;
    t = f(c, v->value, ln_cast(c, t, (LnDtype)v->value->dtype));
    c->no_record--;
  }
  bool fits = t && ln_tensor_same_shape(t, v->value);
  if (t && !fits)
    ln_fail(c, "cannot assign a value of shape %s to variable '%s' of shape %s",
            ln_tensor_shape_text(t), v->name, ln_tensor_shape_text(v->value));
  bool done = fits && ln_assign(c, v->value, t);
  ln_scope_end(c, scope);
  if (!done) return ln_lua_raise(L, s, t && !fits ? NULL : what);
  lua_settop(L, 1);
  return 1;
}

static int variable_assign(lua_State *L) { return assign(L, "assign", NULL); }
static int variable_assign_add(lua_State *L) { return assign(L, "assign_add", ln_add); }
static int variable_assign_sub(lua_State *L) { return assign(L, "assign_sub", ln_sub); }

static int variable_value(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  size_t scope = ln_scope(&s->context);
  LnTensor *t = ln_copy(&s->context, v->value);
  if (!t) return ln_lua_raise(L, s, "value");
  ln_lua_push_tensor(L, s, t);
  ln_scope_end(&s->context, scope);
  return 1;
}

// upvalues: state, methods of variables, the tensor metatable's __index
static int variable_index(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  if (lua_type(L, 2) == LUA_TSTRING) {
    const char *key = lua_tostring(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 1;
    if (strcmp(key, "name") == 0) return lua_pushstring(L, v->name), 1;
    if (strcmp(key, "path") == 0) return lua_pushstring(L, v->path ? v->path : v->name), 1;
    if (strcmp(key, "trainable") == 0) return lua_pushboolean(L, v->trainable), 1;
  }
  lua_pushvalue(L, lua_upvalueindex(3));
  ln_lua_push_tensor(L, s, v->value);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

static int variable_newindex(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (strcmp(key, "trainable") != 0)
    return luaL_error(L, "only 'trainable' of a variable can be assigned; use v:assign(value)");
  luaL_checktype(L, 3, LUA_TBOOLEAN);
  v->trainable = lua_toboolean(L, 3);
  v->value->tracked = v->trainable && ln_dtype_is_float(v->value->dtype);
  ln_generation++;
  return 0;
}

static int variable_tostring(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  char *text = ln_tensor_text(v->value, 8, 20), *to = text;
  if (!text) return luaL_error(L, "out of memory");
  enum { MOST = 60 };
  for (const char *p = text; *p; p++) {   // its beginning, in one line
    bool space = *p == ' ' || *p == '\n';
    if (!space || (to > text && to[-1] != ' ')) *to++ = space ? ' ' : *p;
  }
  *to = '\0';
  if (to - text > MOST) strcpy(text + MOST - 3, "...");
  lua_pushfstring(L, "<variable '%s' of shape %s, %s, %s>", v->path ? v->path : v->name,
                  ln_tensor_shape_text(v->value), ln_dtype_name(v->value->dtype), text);
  free(text);
  ln_lua_printable(L, -1, false);
  return 1;
}

static int variable_len(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnVariable *v = check_variable(L, s, 1);
  if (v->value->rank == 0) return luaL_error(L, "a variable of rank 0 has no length");
  lua_pushinteger(L, v->value->shape[0]);
  return 1;
}

// ---- registration

static void weak_table(lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
}

static void register_variables(lua_State *L, LnLua *s, int module) {
  static const luaL_Reg methods[] = {
      {"assign", variable_assign}, {"assign_add", variable_assign_add},
      {"assign_sub", variable_assign_sub}, {"value", variable_value}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", variable_gc}, {"__newindex", variable_newindex}, {"__tostring", variable_tostring},
      {"__len", variable_len}, {NULL, NULL}};
  ln_lua_metatable(L, s, LN_TYPE_VARIABLE, "lunate.variable");
  ln_lua_setfuncs(L, metamethods);
  lua_getfield(L, module, "tensor_metatable");
  static const char *const arithmetic[] = {"__add", "__sub", "__mul", "__div", "__idiv", "__mod",
                                           "__pow", "__unm", "__lt", "__le"};
  for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
    lua_getfield(L, -1, arithmetic[i]);
    lua_setfield(L, -3, arithmetic[i]);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_newtable(L);
  ln_lua_setfuncs(L, methods);
  lua_getfield(L, -3, "__index");
  lua_pushcclosure(L, variable_index, 3);
  lua_setfield(L, -3, "__index");
  lua_settop(L, module);
  static const luaL_Reg functions[] = {{"Variable", new_variable}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}

void ln_register_object(lua_State *L) {
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  static const luaL_Reg functions[] = {
      {"class", class_function}, {"classes", classes},     {"describe", describe},
      {"get", get},              {"serialize", serialize}, {"check_options", ln_lua_check_options},
      {"held", held}, {"fields", fields},            {"none", none},
      {"limit_weights", limit_weights},
      {NULL, NULL}};
  static const luaL_Reg base_methods[] = {
      {"init", object_init}, {"get_config", get_config}, {"extend", class_extend}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {
      {"__gc", object_gc}, {"__tostring", object_tostring}, {NULL, NULL}};
  static const luaL_Reg properties[] = {
      {"name", object_name}, {"class", object_class}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  weak_table(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, handles_key(s));
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, counters_key(s));
  lua_newtable(L);   // classes
  for (int k = 0; k < LN_KINDS; k++) {
    lua_pushnil(L);
    new_class(L, ln_lua_class((LnKind)k)->name, ln_lua_class((LnKind)k));
    ln_lua_setfuncs(L, base_methods);
    lua_rawseti(L, -2, -(lua_Integer)k - 1);
  }
  lua_rawgeti(L, -1, -LN_LAYER - 1);
  new_class(L, "Model", ln_lua_model_class());
  lua_rawseti(L, -2, -MODEL_BASE - 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, classes_key(s));
  // core.properties.<kind>, core.getters.<kind>, core.setters.<kind>; metatables of all kinds.
  static const char *const accessors[] = {"getters", "setters"};
  for (int i = 0; i < 2; i++) {
    lua_newtable(L);
    lua_newtable(L);
    lua_setfield(L, -2, "layer");
    lua_newtable(L);   // a model's are a layer's and its own
    lua_createtable(L, 0, 1);
    lua_getfield(L, -3, "layer");
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "model");
    lua_setfield(L, module, accessors[i]);
  }
  lua_newtable(L);
  for (int k = 0; k <= LN_KINDS; k++) {
    bool model = k == LN_KINDS;   // a model is a layer under its own type name
    const char *kind = model ? "model" : ln_kinds[k].name;
    char name[40];
    snprintf(name, sizeof name, "lunate.%s", kind);
    if (model) lua_getfield(L, -1, "layer");
    else {
      lua_newtable(L);
      ln_lua_setfuncs(L, properties);
      lua_pushvalue(L, -1);
      lua_setfield(L, -3, kind);
    }
    ln_lua_metatable(L, s, model ? LN_TYPE_MODEL : LN_TYPE_KINDS + k, name);
    ln_lua_setfuncs(L, metamethods);
    for (int i = 0; i < 2; i++) {
      lua_pushvalue(L, lua_upvalueindex(1));
      lua_pushvalue(L, -3);
      lua_getfield(L, module, accessors[i]);
      lua_getfield(L, -1, kind);
      lua_remove(L, -2);
      lua_pushcclosure(L, i ? object_newindex : object_index, 3);
      lua_setfield(L, -2, i ? "__newindex" : "__index");
    }
    lua_pop(L, 2);
  }
  lua_setfield(L, module, "properties");
  register_variables(L, s, module);
}
