// Fields of objects: reading and assigning them, and how an object is printed.
#include <string.h>

#include "lua/arguments.h"
#include "lua/class.h"
#include "lua/construct.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/options.h"
#include "lua/tensor.h"
#include "lua/text.h"
#include "lua/tracking.h"
#include "lua/variable.h"

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
  ln_lua_push_option_names(L, o->cls);
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
  if (!lua_getmetatable(L, class)) lua_pushnil(L);
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

// A layer that the built-in class makes, by the attribute that Keras has it in.
static bool push_part(lua_State *L, LnLua *s, const LnLayer *l, const char *name) {
  for (int i = 0; i < l->n_children; i++) {
    size_t length;
    const char *attribute = ln_lua_attribute(l, i, &length);
    if (!attribute || strlen(name) != length || strncmp(attribute, name, length) != 0) continue;
    ln_lua_push_object(L, s, &l->children[i]->base);
    return true;
  }
  return false;
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
  const LnHandle *h = ln_lua_check_handle(L, s, 1);
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
  const LnOption *option = ln_class_option(o->cls, lua_tostring(L, 2));
  if (option) return ln_lua_push_option(L, s, option, o, false), 1;
  if (layer && push_weight(L, s, (const LnLayer *)o, lua_tostring(L, 2))) return 1;
  if (layer && push_part(L, s, (const LnLayer *)o, lua_tostring(L, 2))) return 1;
  if (!h->in_lua) refuse_slip(L, o, 3, lua_tostring(L, 2));
  lua_pushnil(L);
  return 1;
}

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

// The object at 1, whose instance table is at 4, gets the value at 3 for an option.
static int assign_option(lua_State *L, LnLua *s, const LnHandle *h, const LnOption *option) {
  LnObject *o = h->object;
  if (h->ready && !assignable(o, option))
    return luaL_error(L, "'%s' of '%s' is fixed when it is made", option->name,
                      o->name ? o->name : o->cls->name);
  bool optimizer = h->ready && o->cls->kind == LN_OPTIMIZER;
  if (optimizer) ln_lua_push_option(L, s, option, o, false);   // 5: what it was
  ln_lua_set_option(L, s, o, 4, option, 3, false);
  if (optimizer && !ln_optimizer_init(&s->context, o)) {
    ln_lua_set_option(L, s, o, 4, option, 5, false);
    return ln_lua_raise(L, s, NULL);
  }
  if (o->cls->kind == LN_LAYER && strcmp(option->name, "trainable") == 0)
    set_trainable((LnLayer *)o, ((LnLayer *)o)->trainable);
  ln_generation++;
  return 0;
}

// The same for a field of a script's.
static void assign_field(lua_State *L, LnLua *s, const LnHandle *h, const char *key) {
  LnObject *o = h->object;
  bool tracked = h->in_lua && o->cls->kind == LN_LAYER;
  if (tracked) ln_lua_check_parts(L, s, 1, 3);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, 4);
  // A method of this one object.
  if (key && lua_isfunction(L, 3) && ln_lua_is_hook(o->cls->kind, key))
    o->lua = true, ln_generation++;
  if (tracked) ln_lua_note_field(L, s);
}

// upvalues: state, the kind's properties, its setters: {name = function(self, value)}, true when
// they took the value, which else becomes a field.
static int object_newindex(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnHandle *h = ln_lua_check_handle(L, s, 1);
  const LnClass *cls = h->object->cls;
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
  lua_settop(L, 3);
  lua_getiuservalue(L, 1, 1);   // 4
  const LnOption *option = key ? ln_class_option(cls, key) : NULL;
  if (option) return assign_option(L, s, h, option);
  if (push_accessor(L, 2, 2))
    return luaL_error(L, "'%s' cannot be assigned: every %s has one", key,
                      ln_kinds[cls->kind].name);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 4) == LUA_TNIL && push_accessor(L, 3, 2)) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_call(L, 2, 1);
    if (lua_toboolean(L, -1)) return 0;
  }
  lua_settop(L, 4);
  assign_field(L, s, h, key);
  return 0;
}

// Pushes how the value at i is shown among options; strings in quotes where `quoted`.
static void push_value_text(lua_State *L, int i, bool quoted) {
  i = lua_absindex(L, i);
  if (!lua_istable(L, i) || !ln_lua_is_plain_table(L, i)) {
    bool quotes = quoted && lua_type(L, i) == LUA_TSTRING;
    luaL_tolstring(L, i, NULL);
    if (quotes) lua_pushfstring(L, "\"%s\"", lua_tostring(L, -1)), lua_remove(L, -2);
    return;
  }
  luaL_checkstack(L, 8, "nested tables");
  lua_Integer n = (lua_Integer)lua_rawlen(L, i);
  lua_pushliteral(L, "{");
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, i, k);
    if (lua_isboolean(L, -1) && !quoted) lua_pop(L, 1), lua_pushliteral(L, "none");
    push_value_text(L, -1, quoted);
    lua_remove(L, -2);
    if (k < n) lua_pushliteral(L, ", "), lua_concat(L, 2);
    lua_concat(L, 2);
  }
  lua_pushliteral(L, "}");
  lua_concat(L, 2);
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

// Adds "name=text" to the list at `list`; name and value are at the top (popped).
static void add_option_text(lua_State *L, int list, bool quoted) {
  push_value_text(L, -1, quoted);
  lua_pushfstring(L, "%s=%s", lua_tostring(L, -3), lua_tostring(L, -1));
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
  lua_pop(L, 3);
}

// The options of the built-in class that are required or differ from their defaults.
static void list_options(lua_State *L, LnLua *s, const LnObject *o, int list) {
  const LnOption *option;
  if (!ln_class_option_at(o->cls, 0)) return;   // callbacks: no object of theirs is made in C
  LnObject *plain = ln_object_new(&s->context, o->cls);
  if (!plain) ln_lua_raise(L, s, NULL);
  ln_lua_give_object(L, s, plain);
  int top = lua_gettop(L);
  for (int i = 0; (option = ln_class_option_at(o->cls, i)); i++) {
    if (strcmp(option->name, "name") == 0 || strcmp(option->name, "dtype") == 0) continue;
    lua_pushstring(L, option->name);
    ln_lua_push_option(L, s, option, o, false);
    push_value_text(L, top + 2, false);
    ln_lua_push_option(L, s, option, plain, false);
    push_value_text(L, -1, false);
    bool usual = option->fallback && option->kind != LN_OPT_SCHEDULE &&
                 lua_compare(L, -1, top + 3, LUA_OPEQ);
    lua_settop(L, top + 2);
    if (!usual) add_option_text(L, list, false);
    lua_settop(L, top);
  }
  lua_pop(L, 1);
}

// The names that the Lua class at `class` declares: those that may come by position first.
static void push_declared_names(lua_State *L, int class) {
  int top = lua_gettop(L), n = 0;
  lua_newtable(L);                      // top + 1
  ln_lua_push_specs(L, class);          // top + 2
  if (lua_istable(L, top + 2)) {
    lua_newtable(L);                    // top + 3: those that are listed
    lua_getfield(L, class, "positional");
    ln_lua_push_names(L, top + 2);      // top + 5
    for (int from = top + 4; from <= top + 5; from++)
      for (lua_Integer k = 1; lua_istable(L, from) && k <= (lua_Integer)lua_rawlen(L, from); k++) {
        lua_rawgeti(L, from, k);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, top + 3) == LUA_TNIL) {
          lua_pushvalue(L, -2);
          lua_pushboolean(L, 1);
          lua_rawset(L, top + 3);
          lua_pushvalue(L, -2);
          lua_rawseti(L, top + 1, ++n);
        }
        lua_pop(L, 2);
      }
  }
  lua_settop(L, top + 1);
}

// What the object at 1 of a Lua class was given for the options that the class declares.
static void list_declared(lua_State *L, int list) {
  int top = lua_gettop(L);
  lua_getiuservalue(L, 1, 1);                              // top + 1
  if (ln_lua_push_class_of(L, 1) && ln_lua_push_arguments(L, top + 1) == LUA_TTABLE) {
    push_declared_names(L, top + 2);                       // top + 4
    for (lua_Integer k = 1; k <= (lua_Integer)lua_rawlen(L, top + 4); k++) {
      lua_rawgeti(L, top + 4, k);
      lua_pushvalue(L, -1);
      if (lua_rawget(L, top + 3) != LUA_TNIL) add_option_text(L, list, true);
      lua_settop(L, top + 4);
    }
  }
  lua_settop(L, top);
}

// "Dense(784 -> 300, relu)", "SGD(learning_rate=0.01)", "relu"
static void push_text_of(lua_State *L, LnLua *s, const LnHandle *h) {
  LnObject *o = h->object;
  if (o->cls->kind == LN_ACTIVATION) {
    lua_pushstring(L, o->name ? o->name : "activation");
    return;
  }
  const char *name = ln_lua_push_class_name(L, 1);
  if (o->cls->kind == LN_LAYER && ((const LnLayerClass *)o->cls)->describe) {
    char text[200] = "";
    ((const LnLayerClass *)o->cls)->describe((LnLayer *)o, text, sizeof text);
    lua_pushstring(L, text);
  } else if (ln_lua_is_model(o)) {
    push_model_text(L, (LnLayer *)o);
  } else {
    lua_newtable(L);
    int list = lua_gettop(L), n;
    list_options(L, s, o, list);
    if (h->in_lua) list_declared(L, list);
    n = (int)lua_rawlen(L, list);
    lua_pushliteral(L, "");
    for (int i = 1; i <= n; i++) {
      if (i > 1) lua_pushliteral(L, ", "), lua_concat(L, 2);
      lua_rawgeti(L, list, i);
      lua_concat(L, 2);
    }
  }
  lua_pushfstring(L, "%s(%s)", name, lua_tostring(L, -1));
}

// A Lua class may say it by a __tostring of its own.
static int object_tostring(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnHandle *h = ln_lua_check_handle(L, s, 1);
  lua_settop(L, 1);
  if (h->in_lua && ln_lua_push_class_of(L, 1) && ln_lua_defines(L, 2, "__tostring")) {
    lua_getfield(L, 2, "__tostring");
    lua_pushvalue(L, 1);
    ln_lua_call(L, s, 1, 1);
    return 1;
  }
  push_text_of(L, s, h);
  ln_lua_printable(L, -1, true);
  return 1;
}

static int object_name(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_pushstring(L, ln_lua_check_handle(L, s, 1)->object->name);
  return 1;
}

static int object_class(lua_State *L) {
  ln_lua_check_handle(L, ln_lua(L), 1);
  ln_lua_push_class_of(L, 1);
  return 1;
}

// ---- registration

// Callbacks have neither properties nor options in C: a field is the instance's or its class's.
// What neither has is the business of the class's __index, but for hooks, which need not be there.
static int callback_index(lua_State *L) {
  if (lua_type(L, 1) != LUA_TUSERDATA || lua_getiuservalue(L, 1, 1) != LUA_TTABLE) return 0;
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 3) != LUA_TNIL || !lua_getmetatable(L, 3)) return 1;
  lua_pushvalue(L, 2);
  if (lua_gettable(L, 5) != LUA_TNIL) return 1;
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (strncmp(key, "on_", 3) == 0) return 1;
  lua_pushliteral(L, "__index");
  if (lua_rawget(L, 5) != LUA_TFUNCTION) return lua_pushnil(L), 1;
  lua_pushvalue(L, 3);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

static int callback_newindex(lua_State *L) {
  if (lua_type(L, 1) != LUA_TUSERDATA || lua_getiuservalue(L, 1, 1) != LUA_TTABLE) return 0;
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, -3);
  return 0;
}

static int object_gc(lua_State *L) {
  LnHandle *h = lua_touserdata(L, 1);
  ln_object_release(h->object);
  h->object = NULL;
  return 0;
}

static void weak_table(lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
}

// core.getters.<kind>, core.setters.<kind>
static void add_accessors(lua_State *L, int module, const char *name) {
  lua_newtable(L);
  lua_newtable(L);
  lua_setfield(L, -2, "layer");
  lua_newtable(L);   // a model's are a layer's and its own
  lua_createtable(L, 0, 1);
  lua_getfield(L, -3, "layer");
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_setfield(L, -2, "model");
  lua_setfield(L, module, name);
}

// The metatable of a kind's handles, its table of properties at the top (popped).
static void add_metatable(lua_State *L, LnLua *s, int module, int type, const char *kind) {
  static const luaL_Reg metamethods[] = {
      {"__gc", object_gc}, {"__tostring", object_tostring}, {NULL, NULL}};
  static const char *const accessors[] = {"getters", "setters"};
  bool callback = type == LN_TYPE_KINDS + LN_CALLBACK;   // their objects lie in the handle
  char name[40];
  snprintf(name, sizeof name, "lunate.%s", kind);
  ln_lua_metatable(L, s, type, name);
  ln_lua_setfuncs(L, callback ? metamethods + 1 : metamethods);
  for (int i = 0; i < 2; i++) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, -3);
    lua_getfield(L, module, accessors[i]);
    lua_getfield(L, -1, kind);
    lua_remove(L, -2);
    lua_pushcclosure(L, i ? object_newindex : object_index, 3);
    lua_setfield(L, -2, i ? "__newindex" : "__index");
  }
  static const luaL_Reg of_callbacks[] = {
      {"__index", callback_index}, {"__newindex", callback_newindex}, {NULL, NULL}};
  if (callback) ln_lua_setfuncs(L, of_callbacks);
  lua_pop(L, 2);
}

// core.properties.<kind>; a model is a layer under its own type name.
void ln_register_fields(lua_State *L) {
  static const luaL_Reg properties[] = {
      {"name", object_name}, {"class", object_class}, {NULL, NULL}};
  LnLua *s = ln_lua(L);
  int module = lua_gettop(L);
  weak_table(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &s->key.handles);
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &s->key.counters);
  add_accessors(L, module, "getters");
  add_accessors(L, module, "setters");
  lua_newtable(L);
  for (int k = 0; k < LN_KINDS; k++) {
    lua_newtable(L);
    if (k != LN_CALLBACK) ln_lua_setfuncs(L, properties);   // callback_index knows none
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, ln_kinds[k].name);
    add_metatable(L, s, module, LN_TYPE_KINDS + k, ln_kinds[k].name);
  }
  lua_getfield(L, -1, "layer");
  add_metatable(L, s, module, LN_TYPE_MODEL, "model");
  lua_setfield(L, module, "properties");
}
