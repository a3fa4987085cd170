// Classes in Lua: the table of each built-in class, the kind's base class above it, and classes of
// one's own, Base:extend("Name"). Making instances is in construct.c.
#include "lua/class.h"

#include <string.h>

#include "lua/arguments.h"
#include "lua/blank.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/options.h"

// ---- class tables

const LnClass *ln_lua_class_root(lua_State *L, int i) {
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

bool ln_lua_defined_in_lua(lua_State *L, int class) {
  lua_pushliteral(L, "defined_in_lua");
  bool is = lua_rawget(L, class) == LUA_TBOOLEAN;
  lua_pop(L, 1);
  return is;
}

// Whether a Lua class of the chain that begins at `class` has a method.
bool ln_lua_defines(lua_State *L, int class, const char *method) {
  int top = lua_gettop(L);
  lua_pushvalue(L, class);
  bool found = false;
  while (!found && lua_istable(L, top + 1) && ln_lua_defined_in_lua(L, top + 1)) {
    lua_pushstring(L, method);
    found = lua_rawget(L, top + 1) != LUA_TNIL;
    lua_getfield(L, top + 1, "super");
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return found;
}

// Pushes Class.options of the Lua classes from `class` on, merged, or nil when there are none.
void ln_lua_push_specs(lua_State *L, int class) {
  int top = lua_gettop(L);
  lua_pushnil(L);
  lua_pushvalue(L, class);
  while (lua_istable(L, top + 2) && ln_lua_defined_in_lua(L, top + 2)) {
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

static int class_tostring(lua_State *L) {
  lua_getfield(L, 1, "name");
  lua_pushfstring(L, "class %s", lua_tostring(L, -1));
  return 1;
}

// A class table whose parent is at the top (nil for none), pushed in its place.
static void new_class(lua_State *L, const LnLua *s, const char *name, const LnClass *root) {
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
  lua_pushcclosure(L, s->construct, 1);
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
void ln_lua_push_base(lua_State *L, LnLua *s, int kind) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.classes);
  lua_rawgeti(L, -1, -(lua_Integer)kind - 1);
  lua_remove(L, -2);
}

void ln_lua_push_class(lua_State *L, LnLua *s, const LnClass *cls) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.classes);
  if (lua_rawgetp(L, -1, cls) == LUA_TNIL) {
    LnObject probe = {.cls = cls};
    lua_pop(L, 1);
    ln_lua_push_base(L, s, ln_lua_is_model(&probe) ? LN_LUA_MODEL : (int)cls->kind);
    new_class(L, s, cls->name, cls);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, s->from_config, 2);
    lua_setfield(L, -2, "from_config");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, -3, cls);
  }
  lua_remove(L, -2);
}

// ---- objects as arguments and results

static bool is_method(lua_State *L, LnLua *s, LnKind kind, const char *name) {
  ln_lua_push_base(L, s, (int)kind);
  bool found = lua_getfield(L, -1, name) == LUA_TFUNCTION;
  lua_pop(L, 2);
  return found;
}

LnObject *ln_lua_check_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what) {
  LnHandle *h = ln_lua_test_handle(L, s, i, kind);
  if (!h && i == 1 && is_method(L, s, kind, what))
    ln_lua_bad_self(L, s, ln_kinds[kind].name, what);
  if (!h)
    luaL_error(L, "bad argument #%d to '%s' (%s expected, got %s)", i, what, ln_kinds[kind].name,
               luaL_typename(L, i));
  return ln_lua_ready(L, h, what);
}

LnHandle *ln_lua_check_handle(lua_State *L, LnLua *s, int i) {
  LnHandle *h = ln_lua_any_handle(L, s, i);
  if (h) return h;
  luaL_error(L, "a layer, loss, optimizer, ... expected, got %s; call a method with a colon: "
             "layer:get_config()", ln_lua_describe(L, s, i));
  return NULL;
}

void ln_lua_push_object(lua_State *L, LnLua *s, LnObject *o) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &s->key.handles);
  if (lua_rawgetp(L, -1, o) != LUA_TNIL) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 2);
  size_t scope = ln_scope(&s->context);
  // A finalizer may let go of it before the handle holds it.
  if (!ln_hold(&s->context, ln_object_retain(o), LN_HELD_OBJECT)) ln_lua_raise(L, s, NULL);
  ln_lua_push_class(L, s, o->cls);
  LnHandle *h = ln_lua_push_blank(L, s, ln_lua_handle_type(o->cls));
  h->object = ln_object_retain(o);
  h->ready = true;
  ln_lua_remember(L, s, o);
  lua_remove(L, -2);
  ln_scope_end(&s->context, scope);
}

void ln_lua_give_object(lua_State *L, LnLua *s, LnObject *o) {
  size_t scope = ln_scope(&s->context);
  if (!ln_hold(&s->context, o, LN_HELD_OBJECT)) ln_lua_raise(L, s, NULL);
  ln_lua_push_object(L, s, o);
  ln_scope_end(&s->context, scope);
}

const char *ln_lua_push_class_name(lua_State *L, int i) {
  i = lua_absindex(L, i);
  int top = lua_gettop(L);
  if (ln_lua_push_class_of(L, i)) lua_getfield(L, -1, "name");
  if (lua_type(L, -1) != LUA_TSTRING)
    lua_pushstring(L, ((const LnHandle *)lua_touserdata(L, i))->object->cls->name);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
  return lua_tostring(L, -1);
}

// The class is the metatable of the instance's table: fields may be called anything.
bool ln_lua_push_class_of(lua_State *L, int i) {
  if (lua_getiuservalue(L, i, 1) != LUA_TTABLE || !lua_getmetatable(L, -1)) {
    lua_pop(L, 1);
    lua_pushnil(L);
    return false;
  }
  lua_remove(L, -2);
  return true;
}

// ---- extend

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
// The metatable of the class at 3, like that of its parent, at 1; pushed.
static void push_metatable(lua_State *L, const LnClass *root) {
  lua_getmetatable(L, 1);
  lua_newtable(L);
  static const char *const shared[] = {"__call", "__tostring", "__metatable"};
  for (int i = 0; i < 3; i++) {
    lua_getfield(L, -2, shared[i]);
    lua_setfield(L, -2, shared[i]);
  }
  lua_remove(L, -2);
  lua_pushvalue(L, 1);
  lua_setfield(L, -2, "__index");
  if (root->kind == LN_LAYER) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, class_newindex, 1);
    lua_setfield(L, -2, "__newindex");
  }
}

// A class has a from_config that makes its own instances, unless its parent's is the user's.
static void set_from_config(lua_State *L, const LnLua *s) {
  lua_getfield(L, 1, "from_config");
  if (lua_isnil(L, -1) || lua_tocfunction(L, -1) == s->from_config) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 3);
    lua_pushcclosure(L, s->from_config, 2);
    lua_setfield(L, 3, "from_config");
  }
  lua_pop(L, 1);
}

static int class_extend(lua_State *L) {
  const LnLua *s = ln_lua(L);
  const LnClass *root = ln_lua_class_root(L, 1);
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
  set_from_config(L, s);
  push_metatable(L, root);
  lua_setmetatable(L, 3);
  return 1;
}

// ---- what there is

LnKind ln_lua_check_kind(lua_State *L, int i) {
  const char *name = luaL_checkstring(L, i);
  for (int k = 0; k < LN_KINDS; k++)
    if (strcmp(ln_kinds[k].name, name) == 0) return (LnKind)k;
  luaL_error(L, "unknown kind '%s'", name);
  return LN_LAYER;
}

void ln_lua_push_class_names(lua_State *L, LnKind kind, bool aliases) {
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
    ln_lua_push_base(L, s, LN_LUA_MODEL);
    return 1;
  }
  LnKind kind = ln_lua_check_kind(L, 1);
  if (lua_isnoneornil(L, 2)) {
    ln_lua_push_base(L, s, kind);
    return 1;
  }
  const LnClass *cls = ln_class_find(kind, luaL_checkstring(L, 2));
  if (!cls) return lua_pushnil(L), 1;
  ln_lua_push_class(L, s, cls);
  return 1;
}

// core.class_of(object) -> its class, whatever its fields are called
static int class_of(lua_State *L) {
  ln_lua_check_handle(L, ln_lua(L), 1);
  ln_lua_push_class_of(L, 1);
  return 1;
}

// core.classes(kind) -> names of all classes of the kind
static int classes(lua_State *L) {
  ln_lua_push_class_names(L, ln_lua_check_kind(L, 1), false);
  return 1;
}

// core.describe(kind, name) -> {name =, doc =, aliases =, options = {{name =, kind =, default =,
// doc =}}}
static int describe(lua_State *L) {
  LnKind kind = ln_lua_check_kind(L, 1);
  const LnClass *cls = ln_class_find(kind, luaL_checkstring(L, 2));
  const LnOption *o;
  if (!cls) return lua_pushnil(L), 1;
  lua_newtable(L);
  lua_pushstring(L, cls->name), lua_setfield(L, -2, "name");
  lua_pushstring(L, cls->doc), lua_setfield(L, -2, "doc");
  lua_pushstring(L, cls->aliases), lua_setfield(L, -2, "aliases");
  lua_newtable(L);
  for (int i = 0; (o = ln_class_option_at(cls, i)); i++) {
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

// ---- registration

// Base classes of all kinds, and the one between Layer and the models.
void ln_register_class(lua_State *L) {
  LnLua *s = ln_lua(L);
  static const luaL_Reg functions[] = {
      {"class", class_function}, {"class_of", class_of}, {"classes", classes},
      {"describe", describe}, {NULL, NULL}};
  const luaL_Reg base_methods[] = {{"init", s->init}, {"extend", class_extend}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
  lua_newtable(L);
  for (int k = 0; k < LN_KINDS; k++) {
    lua_pushnil(L);
    new_class(L, s, ln_lua_class((LnKind)k)->name, ln_lua_class((LnKind)k));
    ln_lua_setfuncs(L, base_methods);
    lua_rawseti(L, -2, -(lua_Integer)k - 1);
  }
  lua_rawgeti(L, -1, -LN_LAYER - 1);
  new_class(L, s, "Model", ln_lua_model_class());
  lua_rawseti(L, -2, -LN_LUA_MODEL - 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &s->key.classes);
}
