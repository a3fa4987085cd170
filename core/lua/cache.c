// ln.KeyValueCache: what a model that generates step by step keeps of the steps before
// (nn/cache.h).
#include "lua/cache.h"

#include <string.h>

#include "lua/arguments.h"
#include "lua/messages.h"

#define TYPE "lunate.key_value_cache"

static const char handles;   // its address is the key of a table of all caches, by their addresses

static LnCache *test_cache(lua_State *L, int i) {
  LnCache *cache = luaL_testudata(L, i, TYPE);
  return cache && cache->place ? cache : NULL;
}

static LnCache *check_open(lua_State *L) {
  LnCache *cache = test_cache(L, 1);
  if (!cache) luaL_error(L, "a KeyValueCache that is not closed expected");
  return cache;
}

LnCache *ln_lua_check_cache(lua_State *L, int i) {
  if (lua_isnil(L, i)) return NULL;
  LnCache *cache = test_cache(L, i);
  if (!cache)
    luaL_error(L, "the option 'cache' of a call: a KeyValueCache that is not closed expected, got "
               "%s", ln_lua_describe(L, ln_lua(L), i));
  return cache;
}

void ln_lua_push_cache(lua_State *L, const LnCache *cache) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &handles);
  lua_rawgetp(L, -1, cache);
  lua_remove(L, -2);
}

// cache:reset(length = 0): forgets all steps but the first ones
static int cache_reset(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnCache *cache = check_open(L);
  int whole = 1;
  const lua_Integer length = lua_isnoneornil(L, 2) ? 0 : lua_tointegerx(L, 2, &whole);
  if (!whole)
    return luaL_error(L, "bad argument #1 to 'reset' (a number of steps expected, got %s)",
                      ln_lua_describe(L, s, 2));
  return ln_cache_reset(&s->context, cache, length) ? 0 : ln_lua_raise(L, s, "reset");
}

// Needs no state: it runs at the end of one, too.
static int cache_close(lua_State *L) {
  ln_cache_free(luaL_checkudata(L, 1, TYPE));
  return 0;
}

static int cache_length(lua_State *L) {
  LnLua *s = ln_lua(L);
  LnCache *cache = check_open(L);
  if (!ln_settle(&s->context)) return ln_lua_raise(L, s, NULL);
  lua_pushinteger(L, ln_cache_length(cache));
  return 1;
}

static int cache_index(lua_State *L) {
  LnLua *s = ln_lua(L);
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (strcmp(name, "reset") == 0 || strcmp(name, "close") == 0) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, *name == 'r' ? cache_reset : cache_close, 1);
    return 1;
  }
  if (strcmp(name, "length") == 0) return cache_length(L);
  if (strcmp(name, "max_length") == 0) {
    lua_pushinteger(L, check_open(L)->max_length);
    return 1;
  }
  return luaL_error(L, "a KeyValueCache has no field %s: length, max_length, reset, close",
                    ln_lua_describe(L, s, 2));
}

static int cache_text(lua_State *L) {
  const LnCache *cache = test_cache(L, 1);
  if (!cache) lua_pushliteral(L, "KeyValueCache(closed)");
  else lua_pushfstring(L, "KeyValueCache(%I of %I steps)", (LUAI_UACINT)ln_cache_length(cache),
                       (LUAI_UACINT)cache->max_length);
  return 1;
}

// The handle at the top gets its metatable, and is found by its address from now on.
static void set_class(lua_State *L) {
  static const luaL_Reg events[] = {
      {"__index", cache_index}, {"__len", cache_length}, {"__tostring", cache_text}, {NULL, NULL}};
  ln_lua_set_class(L, TYPE, cache_close, NULL, true);
  luaL_getmetatable(L, TYPE);
  if (lua_getfield(L, -1, "__len") == LUA_TNIL) {
    lua_pop(L, 1);
    ln_lua_setfuncs(L, events);
  } else {
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

// KeyValueCache(max_length) or KeyValueCache{max_length = n}
static int new_cache(lua_State *L) {
  LnLua *s = ln_lua(L);
  lua_settop(L, 1);
  if (lua_istable(L, 1)) {
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
      const bool first = lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1;
      if (!first && !(lua_type(L, -2) == LUA_TSTRING &&
                      strcmp(lua_tostring(L, -2), "max_length") == 0))
        return luaL_error(L, "'KeyValueCache': there is no option '%s'; it takes max_length",
                          lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?");
    }
    if (lua_getfield(L, 1, "max_length") == LUA_TNIL) lua_rawgeti(L, 1, 1);
    lua_replace(L, 1);
    lua_settop(L, 1);
  }
  int whole;
  const lua_Integer max_length = lua_tointegerx(L, 1, &whole);
  if (!whole || lua_type(L, 1) != LUA_TNUMBER || max_length < 1)
    return luaL_error(L, "'KeyValueCache': max_length: an integer > 0 expected, got %s",
                      ln_lua_describe(L, s, 1));
  LnCache *cache = lua_newuserdatauv(L, sizeof *cache, 0);
  memset(cache, 0, sizeof *cache);
  set_class(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &handles);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, cache);
  lua_pop(L, 1);
  return ln_cache_init(&s->context, cache, max_length) ? 1 : ln_lua_raise(L, s, "KeyValueCache");
}

static const luaL_Reg functions[] = {{"KeyValueCache", new_cache}, {NULL, NULL}};

void ln_register_cache(lua_State *L) {
  ln_lua_setfuncs(L, functions);
  lua_newtable(L);   // weak: it keeps no cache alive
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &handles);
}
