// Class.arguments of Lua's layers: what their calls take besides the inputs.
#include "lua/call_arguments.h"

#include <stdlib.h>
#include <string.h>

#include "lua/arguments.h"
#include "lua/class.h"

static bool is_name(const char *text) {
  for (const char *p = text; *p; p++)
    if (!(*p == '_' || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
          (p > text && *p >= '0' && *p <= '9')))
      return false;
  return *text && strcmp(text, "training") != 0 && strcmp(text, "mask") != 0 &&
         strcmp(text, "cache") != 0;
}

// Entry k of a list of arguments, at the top: a name, or {name, kind, required = true}.
static void read_argument(lua_State *L, LnArgument *list, int k, const char *class) {
  static const char *const kinds[] = {"tensor", "tensors", "boolean"};
  const int entry = lua_gettop(L);
  bool table = lua_istable(L, entry), known = true;
  if (table) lua_rawgeti(L, entry, 1);
  if (lua_type(L, -1) != LUA_TSTRING || !is_name(lua_tostring(L, -1)))
    luaL_error(L, "'arguments' of class '%s': entry %d is no name of an argument", class, k + 1);
  const char *name = lua_tostring(L, -1);
  for (int i = 0; i < k; i++)
    if (strcmp(list[i].name, name) == 0)
      luaL_error(L, "'arguments' of class '%s': there are two '%s'", class, name);
  if (table) {
    if (lua_rawgeti(L, entry, 2) != LUA_TNIL) {
      known = false;
      for (int i = 0; i < 3 && lua_type(L, -1) == LUA_TSTRING; i++)
        if (strcmp(lua_tostring(L, -1), kinds[i]) == 0) list[k].kind = i, known = true;
    }
    lua_getfield(L, entry, "required");
    list[k].required = lua_toboolean(L, -1);
  }
  if (!known)
    luaL_error(L, "'arguments' of class '%s': the kind of '%s' is \"tensor\", \"tensors\" or "
               "\"boolean\"", class, name);
  char *copy = malloc(strlen(name) + 1);
  if (!copy) luaL_error(L, "out of memory");
  list[k].name = strcpy(copy, name);
  lua_settop(L, entry - 1);
}

void ln_lua_declare_arguments(lua_State *L, LnLayer *l, int class) {
  if (!ln_lua_defines(L, class, "arguments")) return;
  lua_getfield(L, class, "name");
  const char *name = luaL_tolstring(L, -1, NULL);
  lua_getfield(L, class, "arguments");
  if (!lua_istable(L, -1))
    luaL_error(L, "'arguments' of class '%s': a list of names expected, got %s", name,
               luaL_typename(L, -1));
  const int list = lua_gettop(L), n = (int)ln_lua_list_length(L, list, "arguments");
  if (n > LN_MAX_ARGUMENTS)
    luaL_error(L, "'arguments' of class '%s': at most %d, got %d", name, LN_MAX_ARGUMENTS, n);
  l->lua_arguments = calloc((size_t)n + 1, sizeof *l->lua_arguments);
  if (!l->lua_arguments) luaL_error(L, "out of memory");
  for (int k = 0; k < n; k++) {
    lua_rawgeti(L, list, k + 1);
    read_argument(L, l->lua_arguments, k, name);
  }
  lua_settop(L, list - 3);
}
