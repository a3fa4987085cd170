// Arguments that are lists, shapes, dtypes or tables of options.
#include "lua/arguments.h"

#include <string.h>

#include "lua/handle.h"
#include "lua/messages.h"

// ---- lists

bool ln_lua_find_hole(lua_State *L, int i, lua_Integer *before, lua_Integer *last) {
  // Long lists are not walked: behind their end come a table's other keys.
  enum { WALKED = 32 };
  lua_Integer n = (lua_Integer)lua_rawlen(L, i), known = n > WALKED ? n : 0, count = known;
  i = lua_absindex(L, i);
  *last = known;
  if (known > 0) lua_pushinteger(L, known);
  else lua_pushnil(L);
  while (lua_next(L, i)) {
    lua_pop(L, 1);
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) <= known) continue;
    count++;
    if (lua_tointeger(L, -1) > *last) *last = lua_tointeger(L, -1);
  }
  if (*last == count) return false;
  for (*before = 0; lua_rawgeti(L, i, *before + 1) != LUA_TNIL; lua_pop(L, 1)) ++*before;
  lua_pop(L, 1);
  return true;
}

lua_Integer ln_lua_list_length(lua_State *L, int i, const char *what) {
  lua_Integer before, last;
  if (ln_lua_find_hole(L, i, &before, &last))
    luaL_error(L, "'%s': a list without holes expected, it has an entry %I after %I", what,
               (LUAI_UACINT)last, (LUAI_UACINT)before);
  return (lua_Integer)lua_rawlen(L, i);
}

int ln_lua_own_list(lua_State *L, int i, const char *what) {
  i = lua_absindex(L, i);
  int n = (int)ln_lua_list_length(L, i, what);
  lua_createtable(L, n, 0);
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, i, k);
    lua_rawseti(L, -2, k);
  }
  lua_replace(L, i);
  return n;
}

// Pushes the sorted list of the string keys of the table at i.
void ln_lua_push_names(lua_State *L, int i) {
  i = lua_absindex(L, i);
  lua_newtable(L);
  int list = lua_gettop(L);
  lua_Integer n = 0;
  lua_pushnil(L);
  while (lua_next(L, i)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING) lua_pushvalue(L, -1), lua_rawseti(L, list, ++n);
  }
  for (lua_Integer k = 2; k <= n; k++)   // they are few: sorted by insertion
    for (lua_Integer place = k; place > 1; place--) {
      lua_rawgeti(L, list, place - 1);
      lua_rawgeti(L, list, place);
      if (!lua_compare(L, -1, -2, LUA_OPLT)) {
        lua_pop(L, 2);
        break;
      }
      lua_rawseti(L, list, place - 1);
      lua_rawseti(L, list, place);
    }
}

bool ln_lua_is_plain_table(lua_State *L, int i) {
  if (!lua_istable(L, i)) return false;
  if (luaL_getmetafield(L, i, "__metatable") == LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

bool ln_lua_is_empty_table(lua_State *L, int i) {
  i = lua_absindex(L, i);
  if (!lua_istable(L, i)) return false;
  lua_pushnil(L);
  if (lua_next(L, i) == 0) return true;
  lua_pop(L, 2);
  return false;
}

// ---- shapes

void ln_lua_push_shape(lua_State *L, const int64_t *shape, int rank) {
  lua_createtable(L, rank, 0);
  for (int i = 0; i < rank; i++) {
    if (shape[i] < 0) lua_pushboolean(L, 0);
    else lua_pushinteger(L, shape[i]);
    lua_rawseti(L, -2, i + 1);
  }
  luaL_setmetatable(L, "lunate.shape");
}

static int shape_tostring(lua_State *L) {
  luaL_Buffer b;
  lua_Integer n = luaL_len(L, 1);
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '(');
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, 1, i);
    if (lua_isboolean(L, -1)) lua_pop(L, 1), lua_pushliteral(L, "None");
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    luaL_addvalue(&b);
    if (i < n) luaL_addstring(&b, ", ");
    else if (n == 1) luaL_addchar(&b, ',');
  }
  luaL_addchar(&b, ')');
  luaL_pushresult(&b);
  return 1;
}

static int shape_eq(lua_State *L) {
  lua_Integer n = luaL_len(L, 1);
  bool same = lua_istable(L, 2) && luaL_len(L, 2) == n;
  for (lua_Integer i = 1; same && i <= n; i++) {
    lua_geti(L, 1, i);
    lua_geti(L, 2, i);
    same = lua_compare(L, -1, -2, LUA_OPEQ);
    lua_pop(L, 2);
  }
  lua_pushboolean(L, same);
  return 1;
}

static int shape_concat(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

void ln_lua_check_ints(lua_State *L, int i, const char *what, bool unknown, LnInts *out) {
  i = lua_absindex(L, i);
  out->n = 0;
  if (lua_isinteger(L, i) || lua_isnumber(L, i)) {
    int ok;
    out->v[out->n++] = lua_tointegerx(L, i, &ok);
    if (!ok) luaL_error(L, "'%s': a list of integers expected, got %f", what, lua_tonumber(L, i));
    return;
  }
  if (!lua_istable(L, i))
    luaL_error(L, "'%s': a list of integers expected, got %s", what,
               ln_lua_describe(L, ln_lua(L), i));
  lua_Integer n = ln_lua_list_length(L, i, what);
  if (n > LN_MAX_RANK) luaL_error(L, "'%s': at most %d entries, got %d", what, LN_MAX_RANK, (int)n);
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, i, k);
    int ok = 1;
    bool none = unknown && lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    int64_t v = none ? -1 : lua_tointegerx(L, -1, &ok);
    if (!ok || lua_type(L, -1) == LUA_TSTRING)
      luaL_error(L, "'%s': entry %d of the list should be an integer, got %s", what, (int)k,
                 ln_lua_describe(L, ln_lua(L), -1));
    out->v[out->n++] = v;
    lua_pop(L, 1);
  }
}

int ln_lua_check_shapes(lua_State *L, int i, const char *what, LnInts *shapes) {
  luaL_checktype(L, i, LUA_TTABLE);
  lua_rawgeti(L, i, 1);
  bool list = lua_istable(L, -1);
  lua_pop(L, 1);
  if (!list) {
    ln_lua_check_ints(L, i, what, true, &shapes[0]);
    return 1;
  }
  int n = (int)ln_lua_list_length(L, i, what);
  if (n > LN_LUA_MAX_SHAPES)
    return luaL_error(L, "'%s': at most %d shapes", what, LN_LUA_MAX_SHAPES);
  for (int k = 0; k < n; k++) {
    lua_rawgeti(L, i, k + 1);
    ln_lua_check_ints(L, -1, what, true, &shapes[k]);
    lua_pop(L, 1);
  }
  return n;
}

// ---- dtypes

const char ln_lua_dtype_names[] =
    "bool, uint8, int32, int64, float16, bfloat16, float32, float64";

LnDtype ln_lua_check_dtype(lua_State *L, int i, const char *what) {
  LnDtype d = LN_FLOAT32;
  const char *name = lua_type(L, i) == LUA_TSTRING ? lua_tostring(L, i) : NULL;
  if (!name || !ln_dtype_from_name(name, &d))
    luaL_error(L, "'%s': dtype should be one of %s, got %s", what, ln_lua_dtype_names,
               ln_lua_describe(L, ln_lua(L), i));
  return d;
}

LnDtype ln_lua_dtype_option(lua_State *L, int i, const char *what, LnDtype fallback) {
  if (lua_isnoneornil(L, i)) return fallback;
  if (lua_type(L, i) == LUA_TSTRING) return ln_lua_check_dtype(L, i, what);
  if (lua_type(L, i) != LUA_TTABLE)
    luaL_error(L, "bad argument #%d to '%s' (a dtype or a table of options expected, got %s)", i,
               what, ln_lua_describe(L, ln_lua(L), i));
  lua_getfield(L, i, "dtype");
  LnDtype d = lua_isnil(L, -1) ? fallback : ln_lua_check_dtype(L, -1, what);
  lua_pop(L, 1);
  return d;
}

// ---- options by name

void ln_lua_only_arguments(lua_State *L, LnLua *s, int n, const char *what) {
  if (lua_gettop(L) > n)
    luaL_error(L, "'%s' takes at most %d argument%s, got another: %s", what, n,
               n == 1 ? "" : "s", ln_lua_describe(L, s, n + 1));
}

void ln_lua_only_options(lua_State *L, LnLua *s, int i, const char *what,
                         const char *const *names) {
  ln_lua_only_arguments(L, s, i, what);
  if (lua_isnoneornil(L, i)) return;
  if (lua_type(L, i) != LUA_TTABLE)
    luaL_error(L, "bad argument #%d to '%s' (a table of options expected, got %s)", i, what,
               ln_lua_describe(L, s, i));
  lua_pushnil(L);
  while (lua_next(L, i)) {
    bool known = false;
    for (int k = 0; names[k] && lua_type(L, -2) == LUA_TSTRING; k++)
      known = known || strcmp(names[k], lua_tostring(L, -2)) == 0;
    if (!known) {
      const char *name = luaL_tolstring(L, -2, NULL);
      lua_newtable(L);
      for (int k = 0; names[k]; k++) lua_pushstring(L, names[k]), lua_rawseti(L, -2, k + 1);
      ln_lua_unknown(L, "option", name, what);
    }
    lua_pop(L, 1);
  }
}

const char *ln_lua_check_path(lua_State *L, int i) {
  size_t n;
  const char *path = luaL_checklstring(L, i, &n);
  luaL_argcheck(L, strlen(path) == n && n > 0, i, "a path expected");
  return path;
}

static const luaL_Reg shape_metamethods[] = {
    {"__tostring", shape_tostring}, {"__eq", shape_eq}, {"__concat", shape_concat}, {NULL, NULL}};

void ln_register_arguments(lua_State *L) {
  luaL_newlib(L, shape_metamethods);
  lua_pushliteral(L, "lunate.shape");
  lua_setfield(L, -2, "__metatable");
  lua_setfield(L, LUA_REGISTRYINDEX, "lunate.shape");
}
