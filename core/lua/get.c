// Objects from whatever identifies one: a name, a config, a class, a Lua function.
#include "lua/get.h"

#include <string.h>

#include "lua/blank.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/saved.h"
#include "lua/text.h"

// What a class gave when it was called, at the top: scripts may have changed what it does.
static LnObject *make_object(lua_State *L, LnLua *s, LnKind kind, const char *what) {
  LnHandle *h = ln_lua_test_handle(L, s, -1, kind);
  if (!what) what = "get";
  if (!h) luaL_error(L, "%s: %s expected, its class makes something else", what,
                     ln_kinds[kind].name);
  return ln_lua_ready(L, h, what);
}

static LnObject *from_function(lua_State *L, LnLua *s, int i, LnKind kind);

// The object of what push_custom pushed, with the config at the index (0: none).
static LnObject *from_custom(lua_State *L, LnLua *s, const char *name, LnKind kind, int config,
                             const char *what) {
  int custom = lua_gettop(L);
  LnHandle *h = ln_lua_test_handle(L, s, custom, kind);
  if (h) return ln_lua_ready(L, h, what);
  if (lua_isfunction(L, custom) && kind != LN_LAYER && kind != LN_OPTIMIZER) {
    LnObject *o = from_function(L, s, custom, kind);
    const char *bare = strrchr(name, '>');
    if (!ln_lua_set_name(o, bare ? bare + 1 : name)) luaL_error(L, "out of memory");
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
  return make_object(L, s, kind, what);
}

static LnObject *from_name(lua_State *L, LnLua *s, const char *name, LnKind kind,
                           const char *what) {
  if (ln_lua_push_custom(L, s, "find", name)) return from_custom(L, s, name, kind, 0, what);
  const LnClass *cls = ln_class_find(kind, name);
  if (kind == LN_ACTIVATION && ln_activation_exists(name)) {
    LnObject *a = (LnObject *)ln_activation_new(&s->context, name);
    if (!a) ln_lua_raise(L, s, NULL);
    ln_lua_give_object(L, s, a);
    return a;
  }
  if (kind != LN_ACTIVATION && cls) {
    ln_lua_push_class(L, s, cls);
    lua_newtable(L);
    ln_lua_call(L, s, 1, 1);
    return make_object(L, s, kind, what);
  }
  if (ln_lua_push_custom(L, s, "find_bare", name)) return from_custom(L, s, name, kind, 0, what);
  ln_lua_push_class_names(L, kind, true);
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
  if (kind == LN_METRIC) ln_lua_push_class(L, s, cls);
  else ln_lua_push_base(L, s, (int)kind);
  LnHandle *h = ln_lua_push_blank(L, s, ln_lua_handle_type(cls));
  lua_remove(L, -2);
  h->object = ln_object_new(&s->context, cls);
  if (!h->object) ln_lua_raise(L, s, NULL);
  h->object->lua = kind != LN_METRIC;
  if (kind == LN_ACTIVATION && !ln_lua_set_name(h->object, "function"))
    luaL_error(L, "out of memory");
  // Keras names such a metric after its function.
  if (kind == LN_METRIC && ln_lua_ask_registry(L, s, "get_registered_name", i)) {
    const char *known = lua_tostring(L, -1), *bare = strrchr(known, '>');
    if (!ln_lua_set_name(h->object, bare ? bare + 1 : known)) luaL_error(L, "out of memory");
    lua_pop(L, 1);
  }
  ln_lua_default_name(L, s, h->object, cls->name);
  h->ready = true;
  ln_lua_remember(L, s, h->object);
  lua_getiuservalue(L, -1, 1);
  lua_pushvalue(L, i);
  ln_lua_set_function(L, lua_gettop(L) - 1);
  lua_pop(L, 1);
  return h->object;
}

// A metric made of a function, or of the name of one, by its config.
static LnObject *from_mean_metric(lua_State *L, LnLua *s, int config, const char *what) {
  lua_getfield(L, config, "fn");
  LnObject *o = ln_lua_to_object(L, s, lua_gettop(L), LN_METRIC, what);
  if (lua_getfield(L, config, "name") == LUA_TSTRING && ln_lua_is_text(L, -1, false) &&
      !ln_lua_set_name(o, lua_tostring(L, -1)))
    luaL_error(L, "out of memory");
  lua_pop(L, 1);
  return o;
}

// Raises: there is no such class. Says what there is and what to do.
static void refuse_class(lua_State *L, LnLua *s, const char *name, LnKind kind, int config,
                         const char *what) {
  lua_pushstring(L, ln_kinds[kind].name);
  lua_pushstring(L, name);
  lua_getfield(L, config, "name");
  lua_pushstring(L, what);
  ln_lua_push_class_names(L, kind, true);
  ln_lua_nearest(L, name);
  lua_remove(L, -2);
  ln_lua_call_registry(L, s, "missing", 5);
  luaL_error(L, "unknown %s '%s'", ln_kinds[kind].name, name);
}

// An object of the class of that name, a script's or a built-in one, with the config at the index.
static LnObject *from_class(lua_State *L, LnLua *s, const char *name, LnKind kind, int config,
                            const char *what) {
  if (ln_lua_push_custom(L, s, "find", name)) return from_custom(L, s, name, kind, config, what);
  // Keras 2 calls a functional model so.
  if (kind == LN_LAYER && strcmp(name, "Model") == 0 && lua_getfield(L, config, "layers") > 0)
    name = "Functional";
  if (kind == LN_METRIC && strcmp(name, ln_lua_mean_metric_class()->name) == 0)
    return from_mean_metric(L, s, config, what);
  const LnClass *cls = ln_class_find(kind, name);
  if (!cls && ln_lua_push_custom(L, s, "find_bare", name))
    return from_custom(L, s, name, kind, config, what);
  if (!cls) refuse_class(L, s, name, kind, config, what);
  ln_lua_push_class(L, s, cls);
  lua_getfield(L, -1, "from_config");
  lua_pushvalue(L, config);
  ln_lua_call(L, s, 1, 1);
  return make_object(L, s, kind, what);
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
  bool function = config_type == LUA_TSTRING;
  if (!function && config_type != LUA_TTABLE) {
    lua_newtable(L);
    lua_replace(L, config);
  }
  if (registered && ln_lua_push_custom(L, s, "find", registered))
    return from_custom(L, s, registered, kind, function ? 0 : config, what);
  if (function) return from_name(L, s, lua_tostring(L, config), kind, what);
  return from_class(L, s, name, kind, config, what);
}

// The same of a layer that may stand in several places (lua/lunate/saving/sharing.lua).
static LnObject *from_serialized(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  if (kind != LN_LAYER) return from_entry(L, s, i, kind, what);
  luaL_checkstack(L, 20, "nested configs");
  lua_pushvalue(L, i);
  ln_lua_call_registry(L, s, "find_shared", 1);
  LnHandle *h = ln_lua_test_handle(L, s, -1, kind);
  if (h) return ln_lua_ready(L, h, what ? what : "get");
  lua_pop(L, 1);
  LnObject *o = from_entry(L, s, i, kind, what);
  lua_pushvalue(L, i);
  lua_pushvalue(L, -2);
  ln_lua_call_registry(L, s, "made_shared", 2);
  lua_pop(L, 1);
  return o;
}

LnObject *ln_lua_to_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  i = lua_absindex(L, i);
  LnHandle *h = ln_lua_test_handle(L, s, i, kind);
  if (h) {
    lua_pushvalue(L, i);
    return ln_lua_ready(L, h, what ? what : "get");
  }
  if (lua_type(L, i) == LUA_TSTRING) return from_name(L, s, lua_tostring(L, i), kind, what);
  if (lua_istable(L, i)) {
    // A class itself, given for an instance of it: Keras takes both.
    lua_getfield(L, i, "core_class");
    if (lua_islightuserdata(L, -1)) {
      lua_pushvalue(L, i);
      lua_newtable(L);
      ln_lua_call(L, s, 1, 1);
      return make_object(L, s, kind, what);
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
  ln_lua_to_object(L, s, 2, ln_lua_check_kind(L, 1), NULL);
  return 1;
}

void ln_register_get(lua_State *L) {
  static const luaL_Reg functions[] = {{"get", get}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
