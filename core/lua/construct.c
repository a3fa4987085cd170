// Making instances: a class called with a table of arguments, and from_config. Options come from
// the class's table; those of Lua classes from Class.options.
#include "lua/construct.h"

#include <string.h>

#include "lua/arguments.h"
#include "lua/blank.h"
#include "lua/call_arguments.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/json.h"
#include "lua/messages.h"
#include "lua/options.h"
#include "lua/saved.h"
#include "lua/specs.h"
#include "lua/text.h"
#include "lua/tracking.h"

// Its address: where the instance of a Lua class keeps what it was made from, its config.
static const char arguments_key;

int ln_lua_push_arguments(lua_State *L, int instance) {
  return lua_rawgetp(L, instance, &arguments_key);
}

// ---- options of an object

// Checks the value at i, stores it, and keeps an object's handle in the instance table.
void ln_lua_set_option(lua_State *L, LnLua *s, LnObject *self, int instance, const LnOption *o,
                       int i, bool config) {
  bool path = strcmp(o->name, "name") != 0 || self->cls->kind != LN_LAYER;
  ln_lua_check_option(L, s, self->cls->name, o, i, config);
  if (o->kind == LN_OPT_STRING && lua_isstring(L, -1))
    ln_lua_check_name(L, -1, self->cls->name, path);
  if (ln_option_rows[o->kind].objects) {
    lua_pushvalue(L, -1);
    lua_rawsetp(L, instance, o);
  }
  ln_lua_store_option(L, s, o, self);
}

// ---- a table of arguments

// Keras writes keys that say nothing here: null, an empty list, and these.
static bool says_nothing(lua_State *L, const char *name, int i) {
  static const char *const silent[] = {"dtype", "batch_input_shape", "name", "trainable",
                                       "quantization_config", "autocast", NULL};
  for (int k = 0; silent[k]; k++)
    if (strcmp(name, silent[k]) == 0) return true;
  return !lua_toboolean(L, i) || ln_lua_is_null(L, i) || ln_lua_is_empty_table(L, i);
}

static bool takes_dtype(const LnOption *o) {
  return o->kind == LN_OPT_DTYPE || o->kind == LN_OPT_POLICY;
}

// A value that Keras writes as an object, {class_name = "__numpy__", config = {value =, dtype =}}.
static bool is_value(lua_State *L, int i) {
  static const char *const names[] = {"__numpy__", "__tensor__", "SeedGenerator", NULL};
  if (!ln_lua_is_plain_table(L, i)) return false;
  bool value = false;
  if (lua_getfield(L, i, "class_name") == LUA_TSTRING)
    for (int k = 0; names[k]; k++) value = value || strcmp(lua_tostring(L, -1), names[k]) == 0;
  lua_pop(L, 1);
  return value;
}

enum { MAX_OPTIONS = 64 };   // of a class and its kind

// A table of options that is read into a new object, and what of them was given so far.
typedef struct Reading {
  LnObject *self;
  int instance, args;   // where the instance table and the options are
  bool config;
  lua_Integer n_positions;
  bool given[MAX_OPTIONS];
} Reading;

// Dense{3, 4}: too many; Reshape{3, 4}: most likely a list that lacks its braces.
static void check_positions(lua_State *L, const Reading *r) {
  const LnClass *cls = r->self->cls;
  const LnOption *o, *first = ln_class_option_at(cls, 0);
  int n = 0, positional = 0;
  for (; (o = ln_class_option_at(cls, n)); n++) positional += !o->config_only;
  if (n > MAX_OPTIONS) luaL_error(L, "'%s' has more than %d options", cls->name, MAX_OPTIONS);
  if (r->n_positions <= positional) return;
  bool list = first && ln_option_rows[first->kind].list;
  luaL_error(L, "'%s' takes at most %d argument%s by position, got %I%s%s%s", cls->name, positional,
             positional == 1 ? "" : "s", (LUAI_UACINT)r->n_positions,
             list ? "; a list is written as one: " : "", list ? cls->name : "",
             list ? "{{...}}" : "");
}

static void read_positions(lua_State *L, LnLua *s, Reading *r) {
  int place = 0;
  for (lua_Integer k = 1; k <= r->n_positions; k++, place++) {
    while (ln_class_option_at(r->self->cls, place)->config_only) place++;
    const LnOption *o = ln_class_option_at(r->self->cls, place);
    lua_rawgeti(L, r->args, k);
    ln_lua_set_option(L, s, r->self, r->instance, o, lua_gettop(L), r->config);
    r->given[place] = true;
    lua_pop(L, 1);
  }
}

// The option called `name` becomes the value at the top.
static void read_named(lua_State *L, LnLua *s, Reading *r, const char *name) {
  const LnClass *cls = r->self->cls;
  const LnOption *o;
  int i = 0;
  while ((o = ln_class_option_at(cls, i)) && strcmp(o->name, name) != 0) i++;
  if (!o) {
    if (r->config && says_nothing(L, name, -1)) return;
    ln_lua_push_option_names(L, cls);
    ln_lua_unknown(L, "option", name, cls->name);
  }
  if (r->given[i])
    luaL_error(L, "'%s': option '%s' is given twice, by position and by name", cls->name, name);
  if (r->config && is_value(L, lua_gettop(L))) ln_lua_call_registry(L, s, "revive", 1);
  bool none = ln_lua_is_null(L, -1) || (lua_isboolean(L, -1) && !lua_toboolean(L, -1));
  // No dtype in a config is Keras's default one.
  if (r->config && none && takes_dtype(o) && !ln_lua_option_is_optional(o)) return;
  ln_lua_set_option(L, s, r->self, r->instance, o, lua_gettop(L), r->config);
  r->given[i] = true;
}

static void check_key(lua_State *L, const Reading *r, int key) {
  const char *class = r->self->cls->name;
  if (!lua_isinteger(L, key)) luaL_error(L, "'%s': options are named by strings", class);
  lua_Integer k = lua_tointeger(L, key);
  if (k < 1 || k > r->n_positions)
    luaL_error(L, "'%s': its arguments by position have a hole: an entry %I after %I", class,
               (LUAI_UACINT)k, (LUAI_UACINT)r->n_positions);
}

// Reads the table of options at `args` into a new object: positions first, then names.
static void read_options(lua_State *L, LnLua *s, LnObject *self, int instance, int args,
                         bool config) {
  Reading r = {.self = self, .instance = instance, .args = args, .config = config,
               .n_positions = (lua_Integer)lua_rawlen(L, args)};
  const LnOption *o;
  check_positions(L, &r);
  read_positions(L, s, &r);
  lua_pushnil(L);
  while (lua_next(L, args)) {
    if (lua_type(L, -2) == LUA_TSTRING) read_named(L, s, &r, lua_tostring(L, -2));
    else check_key(L, &r, -2);
    lua_pop(L, 1);
  }
  for (int i = 0; (o = ln_class_option_at(self->cls, i)); i++) {
    if (o->fallback || r.given[i]) continue;
    ln_lua_push_kind_text(L, o);
    luaL_error(L, "'%s': option '%s' (%s) is required", self->cls->name, o->name,
               lua_tostring(L, -1));
  }
}

static void finish_object(lua_State *L, LnLua *s, LnHandle *h, const char *class_name) {
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

// ---- instances

// The methods by which an object computes.
bool ln_lua_is_hook(LnKind kind, const char *method) {
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
  if (kind == LN_CALLBACK) return;   // what they have is called from Lua
  for (int i = 0; i < 5; i++)
    if (ln_lua_is_hook(kind, hooks[i]) && ln_lua_defines(L, class, hooks[i])) o->lua = true;
  if (kind == LN_LAYER) {
    o->lua_build = ln_lua_defines(L, class, "build");
    o->lua_shape = ln_lua_defines(L, class, "compute_output_shape");
    o->lua_mask = ln_lua_defines(L, class, "compute_mask");
    bool masks = o->lua_mask;
    if (ln_lua_defines(L, class, "supports_masking")) {
      lua_getfield(L, class, "supports_masking");
      masks = lua_toboolean(L, -1);
      lua_pop(L, 1);
    }
    if (masks) ((LnLayer *)o)->supports_masking = true;
    ((LnLayer *)o)->preprocesses = ln_lua_defines(L, class, "_preprocess");
    ln_lua_declare_arguments(L, (LnLayer *)o, class);
  } else if (ln_lua_is_blank(o->cls) && kind != LN_LOSS && kind != LN_METRIC) {
    o->lua = true;   // there is nothing else
  }
}

// A blank handle for an instance of the class table at i, pushed.
static LnHandle *push_instance(lua_State *L, LnLua *s, int i) {
  const LnClass *cls = ln_lua_class_root(L, i);
  lua_pushvalue(L, i);
  LnHandle *h = ln_lua_push_blank(L, s, ln_lua_handle_type(cls));
  lua_remove(L, -2);
  if (!h->object) {
    h->object = ln_object_new(&s->context, cls);
    if (!h->object) ln_lua_raise(L, s, cls->name);
    ln_lua_remember(L, s, h->object);
  }
  if (ln_lua_is_blank(cls) || ln_lua_defined_in_lua(L, i)) find_hooks(L, h->object, i);
  h->in_lua = ln_lua_defined_in_lua(L, i);
  return h;
}

// ln.Model{inputs = ..., outputs = ...} is a Functional.
static void make_functional(lua_State *L, LnLua *s) {
  ln_lua_push_base(L, s, LN_LUA_MODEL);
  bool given = false;
  if (lua_rawequal(L, 1, -1)) {
    given = lua_rawlen(L, 2) > 1;
    given = lua_getfield(L, 2, "inputs") != LUA_TNIL || given;
    given = lua_getfield(L, 2, "outputs") != LUA_TNIL || given;
  }
  lua_settop(L, 2);
  if (!given) return;
  ln_lua_push_class(L, s, ln_class_find(LN_LAYER, "Functional"));
  lua_replace(L, 1);
}

// ---- arguments of Lua classes

enum { CLASS = 1, ARGS = 2, SELF = 3 };   // where the makers of instances have them

// Whose instance is being made, and where things are on the stack.
typedef struct Making {
  LnHandle *handle;
  bool blank;       // nothing is under the Lua class but a blank one
  int instance;     // the instance table
  int specs;        // Class.options, or nil
  int positional;   // Class.positional, or nil
  int declared;     // arguments of the Lua class
  int builtin;      // arguments of the built-in class under it
} Making;

// JSON has texts for keys: positions among the arguments become numbers again, in a copy that takes
// their place.
static void number_positions(lua_State *L) {
  lua_newtable(L);
  int copy = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, ARGS)) {
    size_t n = lua_type(L, -2) == LUA_TSTRING ? lua_stringtonumber(L, lua_tostring(L, -2)) : 0;
    if (n > 0 && !lua_isinteger(L, -1)) lua_pop(L, 1), n = 0;
    if (n == 0) lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, copy);
    lua_pop(L, 1);
  }
  lua_replace(L, ARGS);
}

// The kind that Class.options gives the name at `key`, pushed; NULL where it declares none.
static const char *push_kind_of(lua_State *L, const Making *m, int key) {
  const char *kind = NULL;
  int top = lua_gettop(L);
  lua_pushnil(L);
  if (!lua_istable(L, m->specs)) return NULL;
  lua_pushvalue(L, key);
  if (lua_rawget(L, m->specs) == LUA_TTABLE)
    kind = lua_rawgeti(L, -1, 1) == LUA_TSTRING ? lua_tostring(L, -1) : "any";
  lua_copy(L, -1, top + 1);
  lua_settop(L, top + 1);
  return kind;
}

// One argument, its name and value at the top, goes where it belongs: a blank class's options are
// set at once, the others into the tables of arguments.
static void sort_argument(lua_State *L, LnLua *s, const Making *m) {
  LnObject *o = m->handle->object;
  int value = lua_gettop(L), name = value - 1;
  bool named = lua_type(L, name) == LUA_TSTRING, none = false;
  const char *kind = push_kind_of(L, m, name);
  const LnOption *option = named && !kind ? ln_class_option(o->cls, lua_tostring(L, name)) : NULL;
  if (option && m->blank) {
    ln_lua_set_option(L, s, o, m->instance, option, value, m->handle->config);
    return;
  }
  bool by_position = lua_istable(L, m->specs) ||
                     (lua_isinteger(L, name) && lua_istable(L, m->positional));
  bool is_declared = m->blank || kind || (!named && by_position);
  // Keras's configs have null for what is not there.
  if (m->handle->config && is_declared && lua_isboolean(L, value) && !lua_toboolean(L, value))
    none = !kind || strcmp(kind, "boolean") != 0;
  if (none) return;
  lua_pushvalue(L, name);
  lua_pushvalue(L, value);
  if (m->handle->config && is_declared && ln_lua_is_plain_table(L, value))
    ln_lua_call_registry(L, s, "revive", 1);
  lua_rawset(L, is_declared ? m->declared : m->builtin);
}

static void copy_entries(lua_State *L, int from, int to) {
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
}

// What the class declares is checked, and kept as self.options.
static void check_declared(lua_State *L, const Making *m) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushcclosure(L, ln_lua_check_options, 1);
  lua_getfield(L, CLASS, "name");
  lua_pushvalue(L, m->specs);
  lua_pushvalue(L, m->declared);
  lua_pushvalue(L, m->positional);
  lua_call(L, 4, 1);
  lua_replace(L, m->declared);
}

static void refuse_arguments(lua_State *L, const Making *m) {
  lua_pushnil(L);
  if (!lua_next(L, m->declared)) return;
  const char *name = luaL_tolstring(L, -2, NULL);
  lua_getfield(L, CLASS, "name");
  ln_lua_push_option_names(L, m->handle->object->cls);
  ln_lua_unknown(L, "option", name, lua_tostring(L, -2));
}

// Keeps the table at i as what the object is made from. self.options is the same one, unless a
// script gives its field another value.
static void keep(lua_State *L, const Making *m, int i) {
  lua_pushvalue(L, i);
  lua_setfield(L, m->instance, "options");
  lua_pushvalue(L, i);
  lua_rawsetp(L, m->instance, &arguments_key);
}

// A class that declares nothing gets anything for its init; without an init there is nothing to be
// given, but to callbacks, which read self.options.
static void keep_arguments(lua_State *L, const Making *m) {
  bool callback = m->handle->object->cls->kind == LN_CALLBACK;
  if (lua_istable(L, m->specs)) {
    check_declared(L, m);
    keep(L, m, m->declared);
  } else if (callback) {
    keep(L, m, m->declared);
  } else if (m->blank) {
    if (!ln_lua_defines(L, CLASS, "init")) refuse_arguments(L, m);
    lua_newtable(L);   // init may change what it gets
    copy_entries(L, m->declared, lua_gettop(L));
    lua_rawsetp(L, m->instance, &arguments_key);
  }
}

// An optimizer's Class.slots.
static void add_slots(lua_State *L, const Making *m) {
  LnObject *o = m->handle->object;
  if (o->cls->kind != LN_OPTIMIZER || !m->blank) return;
  int n = lua_getfield(L, CLASS, "slots") == LUA_TTABLE ? (int)lua_rawlen(L, -1) : 0;
  for (int i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    if (lua_type(L, -1) == LUA_TSTRING && ln_lua_add_slot(o, lua_tostring(L, -1))) {
      lua_pop(L, 1);
      continue;
    }
    lua_getfield(L, CLASS, "name");
    luaL_error(L, "class '%s': slots should be a list of at most %d names", lua_tostring(L, -1),
               LN_MAX_SLOTS);
  }
}

// Layers among the options that a layer's class declares are its fields, and so parts of it.
static void assign_layers(lua_State *L, const Making *m) {
  if (m->handle->object->cls->kind != LN_LAYER || !lua_istable(L, m->specs)) return;
  ln_lua_push_names(L, m->specs);
  int names = lua_gettop(L), n = (int)lua_rawlen(L, names);
  for (int i = 1; i <= n; i++) {
    lua_rawgeti(L, names, i);
    const char *kind = push_kind_of(L, m, names + 1);
    bool layers = kind && (strcmp(kind, "layer") == 0 || strcmp(kind, "layers") == 0);
    lua_pushvalue(L, names + 1);
    lua_pushvalue(L, names + 1);
    lua_rawget(L, m->declared);
    if (layers && lua_toboolean(L, -1)) lua_settable(L, SELF);
    lua_settop(L, names);
  }
}

static void sort_arguments(lua_State *L, LnLua *s, const Making *m) {
  lua_getfield(L, CLASS, "positional");
  lua_newtable(L);
  lua_newtable(L);
  if (m->handle->config) number_positions(L);
  lua_pushnil(L);
  while (lua_next(L, ARGS)) {
    sort_argument(L, s, m);
    lua_settop(L, m->builtin + 1);
  }
  keep_arguments(L, m);
  copy_entries(L, m->builtin, m->declared);   // init gets both
  lua_pushvalue(L, m->declared);
  lua_replace(L, ARGS);
}

// What comes before the init of a Lua class: the arguments become what init gets, checked where the
// class declares them. An object over a blank class is ready before its init runs.
static void prepare(lua_State *L, LnLua *s, LnHandle *h) {
  const Making m = {.handle = h, .blank = ln_lua_is_blank(h->object->cls), .instance = SELF + 1,
                    .specs = SELF + 2, .positional = SELF + 3, .declared = SELF + 4,
                    .builtin = SELF + 5};
  lua_getiuservalue(L, SELF, 1);
  ln_lua_push_specs(L, CLASS);
  if (lua_istable(L, m.specs) || !ln_lua_is_empty_table(L, ARGS)) sort_arguments(L, s, &m);
  else if (h->object->cls->kind == LN_CALLBACK) keep(L, &m, ARGS);
  add_slots(L, &m);
  lua_getfield(L, CLASS, "name");
  if (m.blank) finish_object(L, s, h, lua_tostring(L, -1));
  assign_layers(L, &m);
  lua_settop(L, SELF);
}

// ---- a class called

// Class(args)
static int instantiate(lua_State *L, bool config) {
  LnLua *s = ln_lua(L);
  if (lua_gettop(L) > 2)
    return luaL_error(L, "a class takes one table of arguments: %s{...}",
                      ln_lua_class_root(L, 1)->name);
  normalize_args(L, 2);
  make_functional(L, s);
  LnHandle *h = push_instance(L, s, 1);   // 3
  h->config = config;
  if (h->in_lua) prepare(L, s, h);
  lua_getfield(L, 1, "init");
  lua_pushvalue(L, 3);
  lua_pushvalue(L, 2);
  ln_lua_call(L, s, 2, 0);
  h = ln_lua_check_handle(L, s, 3);   // init may have done anything to it
  if (!h->ready)
    return luaL_error(L, "%s:init did not call its super.init", h->object->cls->name);
  lua_settop(L, 3);
  h->config = false;
  if (h->in_lua && h->object->cls->kind == LN_LAYER) ln_lua_sync(L, s, 3);
  return 1;
}

static int class_call(lua_State *L) { return instantiate(L, false); }

// The base's init of a Lua class takes what it knows of the options at 2; the rest is the class's.
static void take_known(lua_State *L, LnLua *s, LnObject *o, int instance) {
  lua_pushnil(L);
  int key = lua_gettop(L);
  while (lua_next(L, 2)) {
    const char *name = lua_type(L, key) == LUA_TSTRING ? lua_tostring(L, key) : NULL;
    const LnOption *option = name ? ln_class_option(o->cls, name) : NULL;
    if (option) ln_lua_set_option(L, s, o, instance, option, key + 1, false);
    lua_settop(L, key);
  }
}

// In the place of the options at 2 come those that the Lua class of the object at 1 does not
// declare.
static void leave_declared(lua_State *L) {
  int top = lua_gettop(L);
  ln_lua_push_class_of(L, 1);        // top + 1
  ln_lua_push_specs(L, top + 1);     // top + 2
  if (lua_istable(L, top + 2)) {
    lua_newtable(L);                 // top + 3
    lua_pushnil(L);
    while (lua_next(L, 2)) {         // top + 4, top + 5
      lua_pushvalue(L, top + 4);
      if (lua_rawget(L, top + 2) == LUA_TNIL) {
        lua_pushvalue(L, top + 4);
        lua_pushvalue(L, top + 5);
        lua_rawset(L, top + 3);
      }
      lua_settop(L, top + 4);
    }
    lua_replace(L, 2);
  }
  lua_settop(L, top);
}

// Class.init(self, options): what built-in classes do with their arguments.
static int object_init(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnHandle *h = ln_lua_check_handle(L, s, 1);
  if (lua_isnoneornil(L, 2)) lua_settop(L, 1), lua_newtable(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, 1);   // 3
  if (h->ready && h->in_lua && ln_lua_is_blank(h->object->cls)) {
    take_known(L, s, h->object, 3);
    return 0;
  }
  if (h->ready) return luaL_error(L, "%s: init was called twice", h->object->cls->name);
  if (h->in_lua) leave_declared(L);
  read_options(L, s, h->object, 3, 2, h->config);
  finish_object(L, s, h, ln_lua_push_class_name(L, 1));
  return 0;
}

// ---- from_config

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
    old = old || (name && !ln_class_option(cls, name) && (batch || !says_nothing(L, name, -1)));
    lua_pop(L, 1);
  }
  return old;
}

// (config, class) of a built-in class
static int from_config_in_core(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnClass *cls = ln_lua_class_root(L, 2);
  if (looks_old(L, cls, 1)) {
    lua_pushstring(L, cls->name);
    lua_pushvalue(L, 1);
    ln_lua_call_registry(L, s, "modern", 2);
    lua_replace(L, 1);
  }
  push_instance(L, s, 2);   // 3
  lua_getiuservalue(L, 3, 1);
  LnHandle *h = ln_lua_check_handle(L, s, 3);
  read_options(L, s, h->object, 4, 1, true);
  finish_object(L, s, h, h->object->cls->name);
  lua_settop(L, 3);
  return 1;
}

static bool has_layers(const LnClass *cls) {
  const LnOption *o;
  for (int i = 0; (o = ln_class_option_at(cls, i)); i++)
    if (ln_option_rows[o->kind].objects && ln_option_rows[o->kind].object == LN_LAYER) return true;
  return false;
}

// Class.from_config(config), also Class:from_config(config). A layer may stand in several places of
// a config that has layers.
static int from_config(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (lua_istable(L, 2)) lua_remove(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(2));
  if (ln_lua_defined_in_lua(L, 2)) {
    lua_insert(L, 1);
    ln_lua_call_scoped(L, s, "reading", from_config_in_lua, 2);
    return 1;
  }
  if (!has_layers(ln_lua_class_root(L, 2))) return from_config_in_core(L);
  ln_lua_call_scoped(L, s, "reading", from_config_in_core, 2);
  return 1;
}

// core.options_of(object): the checked options that its Lua class declares, as a table, or what it
// was made from where none are declared; nil for objects of built-in classes.
static int options_of(lua_State *L) {
  ln_lua_check_handle(L, ln_lua(L), 1);
  lua_getiuservalue(L, 1, 1);
  ln_lua_push_arguments(L, lua_gettop(L));
  return 1;
}

// Before ln_register_class, whose tables have these.
void ln_register_construct(lua_State *L) {
  LnLua *s = ln_lua(L);
  s->construct = class_call;
  s->from_config = from_config;
  s->init = object_init;
  static const luaL_Reg functions[] = {{"options_of", options_of}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
