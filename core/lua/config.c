// Configs: what an object is made of, as data.
//
// get_config() is for scripts: None is false, Lua functions and Lua classes stand for themselves.
// core.serialize(object, true) is for files: None is core.null, empty lists are marked, functions
// and classes go by the names of lunate.saving.registry, and built layers and models say for what
// shapes (build_config) and how they are compiled (compile_config), as Keras's files do.
#include "lua/config.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lua/arguments.h"
#include "lua/class.h"
#include "lua/construct.h"
#include "lua/get.h"
#include "lua/handle.h"
#include "lua/json.h"
#include "lua/messages.h"
#include "lua/options.h"
#include "lua/saved.h"
#include "lua/tensor.h"

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
  ln_lua_call_registry(L, s, "serialize_function", 2);
}

static void push_part(lua_State *L, LnLua *s, LnObject *o, const char *what) {
  if (o->cls->kind != LN_METRIC && push_its_function(L, s, o)) name_function(L, s, what);
  else ln_lua_push_serialized(L, s, o);
}

static void push_data(lua_State *L, LnLua *s, int i, const char *what, int depth);

// Keras's form of a tensor.
static void push_tensor_data(lua_State *L, LnLua *s, int i, const LnTensor *t) {
  lua_createtable(L, 0, 2);
  lua_pushliteral(L, "__tensor__"), lua_setfield(L, -2, "class_name");
  lua_createtable(L, 0, 2);
  lua_pushstring(L, ln_dtype_name(t->dtype)), lua_setfield(L, -2, "dtype");
  lua_getfield(L, i, t->rank == 0 ? "item" : "totable");
  lua_pushvalue(L, i);
  ln_lua_call(L, s, 1, 1);
  lua_setfield(L, -2, "value");
  lua_setfield(L, -2, "config");
}

static void push_table_data(lua_State *L, LnLua *s, int i, const char *what, int depth) {
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
}

// A value that a Lua class was given, as data: parts of it are serialized wherever they are.
static void push_data(lua_State *L, LnLua *s, int i, const char *what, int depth) {
  enum { DEEPEST = 100 };
  i = lua_absindex(L, i);
  luaL_checkstack(L, 10, "nested configs");
  if (depth > DEEPEST) luaL_error(L, "%s: nested deeper than %d (a cycle?)", what, DEEPEST);
  const LnHandle *h = ln_lua_any_handle(L, s, i);
  const LnTensor *t = h ? NULL : ln_lua_test_tensor(L, s, i);
  if (h) push_part(L, s, h->object, what);
  else if (t && s->for_file) push_tensor_data(L, s, i, t);
  else if (lua_istable(L, i) && ln_lua_is_plain_table(L, i)) push_table_data(L, s, i, what, depth);
  else lua_pushvalue(L, i);
  if (lua_isfunction(L, i)) name_function(L, s, what);
}

// Whether Class.options calls an option of this kind a list.
static bool is_list_kind(const char *kind) {
  bool list = strcmp(kind, "list") == 0;
  for (int k = 1; k < LN_OPT_KINDS && !list; k++)
    list = ln_option_rows[k].list && strcmp(ln_option_rows[k].name, kind) == 0;
  return list;
}

// The kind of the option whose name is at `name` in Class.options at `specs`, pushed with what led
// to it.
static const char *push_kind(lua_State *L, int specs, int name) {
  if (!lua_istable(L, specs)) return "any";
  lua_pushvalue(L, name);
  if (lua_rawget(L, specs) != LUA_TTABLE) return "any";
  return lua_rawgeti(L, -1, 1) == LUA_TSTRING ? lua_tostring(L, -1) : "any";
}

// Adds one option that a Lua class declares to the config: name and value are at the top. Its kind
// tells None from false, and a list from a table.
static void add_declared(lua_State *L, LnLua *s, const LnObject *o, int config, int specs) {
  int value = lua_gettop(L), name = value - 1;
  const char *kind = push_kind(L, specs, name);
  bool none = lua_isboolean(L, value) && !lua_toboolean(L, value) &&
              strcmp(kind, "boolean") != 0 && strcmp(kind, "any") != 0;
  const char *key = luaL_tolstring(L, name, NULL);
  const char *what =
      lua_pushfstring(L, "option '%s' of '%s'", key, o->name ? o->name : o->cls->name);
  lua_pushvalue(L, name);
  if (none) ln_lua_push_none(L, s);
  else push_data(L, s, value, what, 0);
  if (is_list_kind(kind) && ln_lua_is_empty_table(L, -1)) ln_lua_mark_list(L);
  lua_rawset(L, config);
}

// Adds what a Lua class declares to the config at the top.
static void push_declared(lua_State *L, LnLua *s, LnObject *o) {
  int config = lua_gettop(L);
  if (!ln_lua_find_object(L, s, o)) return;   // config + 1
  const LnHandle *h = lua_touserdata(L, -1);
  if (h->in_lua && lua_getiuservalue(L, -1, 1) == LUA_TTABLE &&
      ln_lua_push_arguments(L, config + 2) == LUA_TTABLE) {
    int options = config + 3, specs = config + 5;
    ln_lua_push_class_of(L, config + 1);
    ln_lua_push_specs(L, options + 1);
    lua_pushnil(L);
    while (lua_next(L, options)) {
      add_declared(L, s, o, config, specs);
      lua_settop(L, specs + 1);
    }
  }
  lua_settop(L, config);
}

void ln_lua_push_config(lua_State *L, LnLua *s, LnObject *o) {
  const LnOption *option;
  const char *name = o->name ? o->name : o->cls->name;
  lua_newtable(L);
  for (int i = 0; (option = ln_class_option_at(o->cls, i)); i++) {
    bool dtype = strcmp(option->name, "dtype") == 0, layer = o->cls->kind == LN_LAYER;
    // A layer's input_shape lives in the InputLayer before it; losses have no dtype in Keras.
    if (layer && strcmp(option->name, "input_shape") == 0) continue;
    if (dtype && o->cls->kind == LN_LOSS) continue;
    if (ln_choice(o->cls->unsaid, option->name) >= 0) continue;
    LnObject *part = ln_option_rows[option->kind].list ? NULL : ln_option_object(option, o, 0);
    if (part) {
      const char *what = lua_pushfstring(L, "option '%s' of '%s'", option->name, name);
      push_part(L, s, part, what);
      lua_remove(L, -2);
    } else {
      ln_lua_push_option(L, s, option, o, true);
    }
    if (ln_lua_is_null(L, -1) && ln_choice(o->cls->unsaid_none, option->name) >= 0) {
      lua_pop(L, 1);
      continue;
    }
    const bool policy = dtype && layer && strcmp(o->cls->name, "InputLayer") != 0;
    if (policy && lua_isstring(L, -1)) {
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

// Of input k that a layer was built for.
static void push_built_shape(lua_State *L, LnLua *s, const LnLayer *l, int k) {
  const LnInts *shape = k ? &l->more_shapes[k - 1] : &l->built_shape;
  lua_createtable(L, (int)shape->n, 0);
  for (int64_t i = 0; i < shape->n; i++) {
    if (shape->v[i] < 0) ln_lua_push_none(L, s);
    else lua_pushinteger(L, shape->v[i]);
    lua_rawseti(L, -2, i + 1);
  }
  if (shape->n == 0) ln_lua_mark_list(L);
}

// Shapes by the names of the inputs: {query_shape = .., value_shape = ..}.
static void push_named_shapes(lua_State *L, LnLua *s, const LnLayer *l, const char *names) {
  lua_createtable(L, 0, l->n_more + 1);
  for (int k = 0; k <= l->n_more && *names; k++) {
    const size_t n = strcspn(names, " ");
    lua_pushlstring(L, names, n);
    lua_pushliteral(L, "_shape");
    lua_concat(L, 2);
    push_built_shape(L, s, l, k);
    lua_rawset(L, -3);
    names += n + (names[n] == ' ');
  }
}

// What Keras builds a layer for when it reads it: one shape, a list of them, or some by name.
static void push_build_config(lua_State *L, LnLua *s, const LnLayer *l) {
  const LnLayerClass *cls = (const LnLayerClass *)l->base.cls;
  lua_createtable(L, 0, 1);
  if (cls->shapes_by_name) {
    push_named_shapes(L, s, l, cls->inputs);
    lua_setfield(L, -2, "shapes_dict");
    return;
  }
  bool functional = strcmp(cls->base.name, "Functional") == 0 && !l->base.lua;
  if (functional) ln_lua_push_null(L);   // its graph says it
  else if (l->n_more > 0) lua_createtable(L, l->n_more + 1, 0);
  for (int k = 0; k <= l->n_more && !functional; k++) {
    push_built_shape(L, s, l, k);
    if (l->n_more > 0) lua_rawseti(L, -2, k + 1);
  }
  lua_setfield(L, -2, "input_shape");
}

// Adds how the class of the object at `object` is called and found, to the table at `entry`.
static void add_class(lua_State *L, LnLua *s, const LnHandle *h, int entry, int object) {
  const LnClass *cls = h->object->cls;
  ln_lua_push_class_name(L, object);
  lua_pushvalue(L, -1);
  lua_setfield(L, entry, "class_name");
  ln_lua_push_class_of(L, object);
  lua_pushliteral(L, "built_in");
  const bool built_in = lua_istable(L, -2) && lua_rawget(L, -2) == LUA_TBOOLEAN;
  lua_pop(L, 2);
  if (h->in_lua && !built_in) {
    if (s->for_file) {
      ln_lua_push_class_of(L, object);
      ln_lua_call_registry(L, s, "name_of", 1);
    } else {
      ln_lua_push_class_of(L, object);
      lua_setfield(L, entry, "class");   // scripts need no name for it
    }
    lua_setfield(L, entry, "registered_name");
    ln_lua_push_none(L, s), lua_setfield(L, entry, "module");
  } else if (strcmp(cls->name, "Functional") == 0) {
    lua_setfield(L, entry, "registered_name");   // as Keras has it
    lua_pushliteral(L, "keras.src.models.functional"), lua_setfield(L, entry, "module");
  } else {
    ln_lua_push_none(L, s), lua_setfield(L, entry, "registered_name");
    lua_pushstring(L, strcmp(cls->name, "Sequential") == 0 ? "keras" : ln_kinds[cls->kind].module);
    lua_setfield(L, entry, "module");
  }
}

// Adds for what shapes a layer was built, and how a model is compiled.
static void add_state(lua_State *L, LnLua *s, const LnObject *o, int entry, int object) {
  const LnLayer *l = (const LnLayer *)o;
  if (l->built && (!((const LnLayerClass *)o->cls)->built_at_once || o->lua_build)) {
    push_build_config(L, s, l);
    lua_setfield(L, entry, "build_config");
  }
  if (!ln_lua_is_model(o)) return;
  lua_pushvalue(L, object);
  ln_lua_call_registry(L, s, "compile_config", 1);
  lua_setfield(L, entry, "compile_config");
}

static void push_entry(lua_State *L, LnLua *s, LnObject *o) {
  luaL_checkstack(L, 12, "nested configs");
  lua_createtable(L, 0, 6);
  int entry = lua_gettop(L), object = entry + 1;
  ln_lua_push_object(L, s, o);
  add_class(L, s, lua_touserdata(L, object), entry, object);
  lua_settop(L, object);
  if (s->for_file && o->cls->kind == LN_LAYER) add_state(L, s, o, entry, object);
  lua_getfield(L, object, "get_config");
  lua_pushvalue(L, object);
  ln_lua_call(L, s, 1, 1);
  lua_setfield(L, entry, "config");
  if (o->cls->kind == LN_LAYER) {
    lua_pushvalue(L, object);
    lua_pushvalue(L, entry);
    ln_lua_call_registry(L, s, "wrote_shared", 2);
  }
  lua_settop(L, entry);
}

void ln_lua_push_serialized(lua_State *L, LnLua *s, LnObject *o) {
  if (o->cls->kind != LN_METRIC && push_its_function(L, s, o))
    name_function(L, s, ln_kinds[o->cls->kind].name);
  else if (o->cls->kind == LN_ACTIVATION) lua_pushstring(L, o->name);
  else push_entry(L, s, o);
}

// The handle at 1, by which its object is found from now on; others' are from the beginning.
static const LnHandle *findable(lua_State *L, LnLua *s) {
  const LnHandle *h = ln_lua_check_handle(L, s, 1);
  lua_settop(L, 1);
  if (h->object->cls->kind == LN_CALLBACK) ln_lua_remember(L, s, h->object);
  return h;
}

static int config_body(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_push_config(L, s, ln_lua_check_handle(L, s, 1)->object);
  return 1;
}

static int get_config(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnHandle *h = findable(L, s);
  const LnObject *o = h->object;
  // Parts that are layers may stand in several places of it.
  if (o->cls->kind == LN_LAYER && (h->in_lua || ((const LnLayer *)o)->n_children > 0))
    ln_lua_call_scoped(L, s, "writing", config_body, 1);
  else ln_lua_push_config(L, s, h->object);
  return 1;
}

// upvalue: state. (object or function)
static int serialize_whole(lua_State *L) {
  LnLua *s = ln_lua(L);
  if (lua_isfunction(L, 1)) name_function(L, s, "function");
  else ln_lua_push_serialized(L, s, findable(L, s)->object);
  return 1;
}

static int serialize_body(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnObject *layer = ln_lua_test_object(L, s, 1, LN_LAYER);
  if (layer) ln_lua_call_scoped(L, s, "writing", serialize_whole, 1);
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

void ln_register_config(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"serialize", serialize}, {"none", none}, {"limit_weights", limit_weights}, {NULL, NULL}};
  static const luaL_Reg base_methods[] = {{"get_config", get_config}, {NULL, NULL}};
  static const LnLuaObjects objects = {ln_lua_to_object, ln_lua_push_object,
                                       ln_lua_push_serialized};
  LnLua *s = ln_lua(L);
  s->objects = &objects;
  ln_lua_setfuncs(L, functions);
  for (int k = 0; k < LN_KINDS; k++) {
    ln_lua_push_base(L, s, k);
    ln_lua_setfuncs(L, base_methods);
    lua_pop(L, 1);
  }
}
