// Options of Lua classes, Class.options: {name = {"kind", default =, ...}}. Kinds are those of C's
// options, and a few that go by Lua's types.
#include "lua/specs.h"

#include <stdio.h>
#include <string.h>

#include "lua/handle.h"
#include "lua/messages.h"
#include "lua/options.h"

// Kinds that only Lua classes have: by Lua type.
static const struct {
  const char *name;
  int type;
} lua_kinds[] = {{"any", LUA_TNONE}, {"table", LUA_TTABLE}, {"list", LUA_TTABLE},
                 {"function", LUA_TFUNCTION}, {"userdata", LUA_TUSERDATA}};

// One value (at i) against a spec table (at spec); pushes it normalized.
static void check_spec(lua_State *L, LnLua *s, const char *what, const char *name, int spec,
                       int i) {
  char range[80];
  lua_rawgeti(L, spec, 1);
  const char *kind = luaL_optstring(L, -1, "any");
  LnOption o = {.name = name};
  lua_getfield(L, spec, "optional");
  o.nullable = lua_toboolean(L, -1);
  lua_getfield(L, spec, "choices");
  int list = lua_gettop(L);
  if (lua_istable(L, list)) {
    // A table of words: joined as C's tables have them.
    lua_pushliteral(L, "");
    for (lua_Integer k = 1; k <= (lua_Integer)lua_rawlen(L, list); k++) {
      if (k > 1) lua_pushliteral(L, " "), lua_concat(L, 2);
      lua_rawgeti(L, list, k);
      lua_concat(L, 2);
    }
    o.choices = lua_tostring(L, -1);
  }
  lua_getfield(L, spec, "min");
  lua_getfield(L, spec, "max");
  lua_getfield(L, spec, "range");
  bool has_min = lua_isnumber(L, -3), has_max = lua_isnumber(L, -2);
  if (lua_isstring(L, -1)) o.range = lua_tostring(L, -1);
  else if (has_min && has_max)
    snprintf(range, sizeof range, "[%.14g, %.14g]", lua_tonumber(L, -3), lua_tonumber(L, -2)),
        o.range = range;
  else if (has_min) snprintf(range, sizeof range, ">= %.14g", lua_tonumber(L, -3)), o.range = range;
  else if (has_max) snprintf(range, sizeof range, "<= %.14g", lua_tonumber(L, -2)), o.range = range;
  for (size_t k = 0; k < sizeof lua_kinds / sizeof *lua_kinds; k++) {
    if (strcmp(lua_kinds[k].name, kind) != 0) continue;
    if (lua_kinds[k].type != LUA_TNONE && lua_type(L, i) != lua_kinds[k].type &&
        !(o.nullable && (lua_isnil(L, i) || !lua_toboolean(L, i))))
      luaL_error(L, "bad option '%s' of '%s' (%s expected, got %s)", name, what, kind,
                 ln_lua_describe(L, s, i));
    lua_pushvalue(L, i);
    return;
  }
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

// core.check_options(what, specs, args[, positional]) -> a new table of checked values, defaults
// filled in. specs: {name = {"kind", default =, min =, max =, range =, choices =, optional =,
// required =}}; positional: names in order.
int ln_lua_check_options(lua_State *L) {
  LnLua *s = ln_lua(L);
  const char *what = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 4);
  lua_newtable(L);   // 5: the result
  lua_Integer n = (lua_Integer)lua_rawlen(L, 3),
              positions = lua_istable(L, 4) ? (lua_Integer)lua_rawlen(L, 4) : 0;
  if (n > positions)
    return luaL_error(L,
                      "'%s' takes at most %d positional argument%s, got %d; a list is written as "
                      "one, {{3, 4}}",
                      what, (int)positions, positions == 1 ? "" : "s", (int)n);
  lua_pushnil(L);
  while (lua_next(L, 3)) {   // 6: key, 7: value
    if (lua_type(L, 6) == LUA_TNUMBER && lua_istable(L, 4)) lua_rawget(L, (lua_pushvalue(L, 6), 4));
    else lua_pushvalue(L, 6);
    if (lua_type(L, 8) != LUA_TSTRING || lua_getfield(L, 2, lua_tostring(L, 8)) != LUA_TTABLE) {
      luaL_tolstring(L, 8, NULL);
      const char *name = lua_tostring(L, -1);
      lua_newtable(L);
      int list = lua_gettop(L), k = 0;
      lua_pushnil(L);
      while (lua_next(L, 2)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING) continue;
        lua_pushvalue(L, -1);
        lua_rawseti(L, list, ++k);
      }
      return ln_lua_unknown(L, "option", name, what);
    }
    if (lua_type(L, 6) == LUA_TNUMBER &&
        (lua_getfield(L, 3, lua_tostring(L, 8)), !lua_isnil(L, -1)))
      return luaL_error(L, "'%s': option '%s' is given twice, by position and by name", what,
                        lua_tostring(L, 8));
    lua_settop(L, 9);
    check_spec(L, s, what, lua_tostring(L, 8), 9, 7);
    // false is none: the same as not to give an option that has no default.
    bool none = lua_type(L, -1) == LUA_TBOOLEAN && !lua_toboolean(L, -1) && is_none(L, 9);
    if (none) lua_pushnil(L), lua_replace(L, -2);
    lua_setfield(L, 5, lua_tostring(L, 8));
    lua_settop(L, 6);
  }
  lua_pushnil(L);
  while (lua_next(L, 2)) {   // 6: name, 7: spec
    lua_pushvalue(L, 6);
    if (lua_rawget(L, 5) == LUA_TNIL) {
      lua_getfield(L, 7, "required");
      if (lua_toboolean(L, -1))
        return luaL_error(L, "'%s': option '%s' is required", what, lua_tostring(L, 6));
      lua_getfield(L, 7, "default");
      lua_setfield(L, 5, lua_tostring(L, 6));
    }
    lua_settop(L, 6);
  }
  return 1;
}

void ln_register_specs(lua_State *L) {
  static const luaL_Reg functions[] = {{"check_options", ln_lua_check_options}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
