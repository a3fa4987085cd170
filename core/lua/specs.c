// Options of Lua classes, Class.options: {name = {"kind", default =, ...}}. Kinds are those of C's
// options, and a few that go by Lua's types.
#include "lua/specs.h"

#include <stdio.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/options.h"

// Kinds that only Lua classes have: by Lua type.
static const struct {
  const char *name;
  int type;
} lua_kinds[] = {{"any", LUA_TNONE}, {"table", LUA_TTABLE}, {"list", LUA_TTABLE},
                 {"function", LUA_TFUNCTION}, {"userdata", LUA_TUSERDATA}};

// The words of a spec's `choices`, joined as C's tables have them, pushed; NULL for none.
static const char *push_choices(lua_State *L, int spec) {
  lua_getfield(L, spec, "choices");
  int list = lua_gettop(L);
  if (!lua_istable(L, list)) return NULL;
  lua_pushliteral(L, "");
  for (lua_Integer k = 1; k <= (lua_Integer)lua_rawlen(L, list); k++) {
    if (k > 1) lua_pushliteral(L, " "), lua_concat(L, 2);
    lua_rawgeti(L, list, k);
    lua_concat(L, 2);
  }
  return lua_tostring(L, -1);
}

// A spec's `range`, or what its `min` and `max` are as one, pushed; NULL for none.
static const char *push_range(lua_State *L, int spec, char *out, size_t size) {
  lua_getfield(L, spec, "min");
  lua_getfield(L, spec, "max");
  lua_getfield(L, spec, "range");
  bool has_min = lua_isnumber(L, -3), has_max = lua_isnumber(L, -2);
  double min = lua_tonumber(L, -3), max = lua_tonumber(L, -2);
  if (lua_isstring(L, -1)) return lua_tostring(L, -1);
  if (has_min && has_max) snprintf(out, size, "[%.14g, %.14g]", min, max);
  else if (has_min) snprintf(out, size, ">= %.14g", min);
  else if (has_max) snprintf(out, size, "<= %.14g", max);
  return has_min || has_max ? out : NULL;
}

// Whether the kind goes by a Lua type, which the value at i has then; raises when it has not.
static bool check_lua_kind(lua_State *L, LnLua *s, const char *what, const LnOption *o,
                           const char *kind, int i) {
  for (size_t k = 0; k < sizeof lua_kinds / sizeof *lua_kinds; k++) {
    if (strcmp(lua_kinds[k].name, kind) != 0) continue;
    if (lua_kinds[k].type != LUA_TNONE && lua_type(L, i) != lua_kinds[k].type &&
        !(o->nullable && (lua_isnil(L, i) || !lua_toboolean(L, i))))
      luaL_error(L, "bad option '%s' of '%s' (%s expected, got %s)", o->name, what, kind,
                 ln_lua_describe(L, s, i));
    return true;
  }
  return false;
}

// One value (at i) against a spec table (at spec); pushes it normalized.
static void check_spec(lua_State *L, LnLua *s, const char *what, const char *name, int spec,
                       int i) {
  char range[80];
  lua_rawgeti(L, spec, 1);
  const char *kind = luaL_optstring(L, -1, "any");
  LnOption o = {.name = name};
  lua_getfield(L, spec, "optional");
  o.nullable = lua_toboolean(L, -1);
  if (check_lua_kind(L, s, what, &o, kind, i)) {
    lua_pushvalue(L, i);
    return;
  }
  o.choices = push_choices(L, spec);
  o.range = push_range(L, spec, range, sizeof range);
  for (int k = 1; k < LN_OPT_KINDS; k++) {
    if (strcmp(ln_option_rows[k].name, kind) != 0) continue;
    o.kind = (LnOptionKind)k;
    ln_lua_check_option(L, s, what, &o, i, false);
    return;
  }
  luaL_error(L, "class '%s' declares option '%s' of unknown kind '%s'", what, name, kind);
}

// Whether false is none for the option whose spec is at i.
static bool is_none(lua_State *L, int i) {
  int top = lua_gettop(L);
  lua_rawgeti(L, i, 1);
  const char *kind = lua_tostring(L, -1);
  bool flag = !kind || strcmp(kind, "boolean") == 0 || strcmp(kind, "any") == 0;
  lua_getfield(L, i, "optional");
  bool free = lua_toboolean(L, -1) && lua_getfield(L, i, "default") == LUA_TNIL;
  lua_settop(L, top);
  return free && !flag;
}

// ---- a table of arguments

enum { WHAT = 1, SPECS, ARGS, POSITIONAL, RESULT, KEY, VALUE, NAME, SPEC };   // on the stack

static void check_positions(lua_State *L, const char *what) {
  int n = (int)lua_rawlen(L, ARGS),
      n_positional = lua_istable(L, POSITIONAL) ? (int)lua_rawlen(L, POSITIONAL) : 0;
  if (n > n_positional)
    luaL_error(L, "'%s' takes at most %d positional argument%s, got %d; a list is written as one, "
                  "{{3, 4}}", what, n_positional, n_positional == 1 ? "" : "s", n);
}

static int refuse_name(lua_State *L, const char *what) {
  const char *name = luaL_tolstring(L, NAME, NULL);
  ln_lua_push_names(L, SPECS);
  return ln_lua_unknown(L, "option", name, what);
}

// The argument at KEY and VALUE goes, checked, into the result.
static void check_argument(lua_State *L, LnLua *s, const char *what) {
  bool by_position = lua_type(L, KEY) == LUA_TNUMBER && lua_istable(L, POSITIONAL);
  lua_pushvalue(L, KEY);
  if (by_position) lua_rawget(L, POSITIONAL);   // NAME
  const char *name = lua_type(L, NAME) == LUA_TSTRING ? lua_tostring(L, NAME) : NULL;
  if (!name || lua_getfield(L, SPECS, name) != LUA_TTABLE) refuse_name(L, what);
  if (by_position && lua_getfield(L, ARGS, name) != LUA_TNIL)
    luaL_error(L, "'%s': option '%s' is given twice, by position and by name", what, name);
  lua_settop(L, SPEC);
  check_spec(L, s, what, name, SPEC, VALUE);
  // false is none: the same as not to give an option that has no default.
  bool none = lua_isboolean(L, -1) && !lua_toboolean(L, -1) && is_none(L, SPEC);
  if (none) lua_pushnil(L);
  lua_setfield(L, RESULT, name);
}

static void fill_defaults(lua_State *L, const char *what) {
  lua_pushnil(L);
  while (lua_next(L, SPECS)) {   // KEY: the name, VALUE: its spec
    lua_pushvalue(L, KEY);
    if (lua_rawget(L, RESULT) == LUA_TNIL) {
      lua_getfield(L, VALUE, "required");
      if (lua_toboolean(L, -1))
        luaL_error(L, "'%s': option '%s' is required", what, lua_tostring(L, KEY));
      lua_getfield(L, VALUE, "default");
      lua_setfield(L, RESULT, lua_tostring(L, KEY));
    }
    lua_settop(L, KEY);
  }
}

// core.check_options(what, specs, args[, positional]) -> a new table of checked values, defaults
// filled in. specs: {name = {"kind", default =, min =, max =, range =, choices =, optional =,
// required =}}; positional: names in order.
int ln_lua_check_options(lua_State *L) {
  LnLua *s = ln_lua(L);
  const char *what = luaL_checkstring(L, WHAT);
  luaL_checktype(L, SPECS, LUA_TTABLE);
  luaL_checktype(L, ARGS, LUA_TTABLE);
  lua_settop(L, POSITIONAL);
  check_positions(L, what);
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, ARGS)) {
    check_argument(L, s, what);
    lua_settop(L, KEY);
  }
  fill_defaults(L, what);
  return 1;
}

void ln_register_specs(lua_State *L) {
  static const luaL_Reg functions[] = {{"check_options", ln_lua_check_options}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
