// Hashes of texts, for lua/lunate/layers.
#include <lauxlib.h>

#include "base/hash.h"
#include "lua/state.h"

static lua_Integer check_bins(lua_State *L, int i) {
  lua_Integer n = luaL_checkinteger(L, i);
  if (n < 1) luaL_error(L, "a hash has at least one bin, got %I", (LUAI_UACINT)n);
  return n;
}

// core.hash_bin(text, n[, key0, key1]): from 0 to n - 1, by FarmHash; by SipHash under a key.
static int hash_bin(lua_State *L) {
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  const uint64_t n = (uint64_t)check_bins(L, 2);
  uint64_t hash;
  if (lua_isnoneornil(L, 3)) hash = ln_fingerprint(text, size);
  else hash = ln_siphash((uint64_t)luaL_checkinteger(L, 3), (uint64_t)luaL_checkinteger(L, 4),
                         text, size);
  lua_pushinteger(L, (lua_Integer)(hash % n));
  return 1;
}

// core.cross_bin({value, ...}, n): texts count by their fingerprints, integers as they are.
static int cross_bin(lua_State *L) {
  static const uint64_t key = 0xdecafcaffe;   // TensorFlow's
  luaL_checktype(L, 1, LUA_TTABLE);
  const uint64_t n = (uint64_t)check_bins(L, 2);
  uint64_t hash = key;
  for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, 1); i++) {
    size_t size;
    const bool text = lua_rawgeti(L, 1, i) == LUA_TSTRING;
    const char *s = text ? lua_tolstring(L, -1, &size) : NULL;
    hash = ln_fingerprint_join(hash, s ? ln_fingerprint(s, size)
                                       : (uint64_t)luaL_checkinteger(L, -1));
    lua_pop(L, 1);
  }
  lua_pushinteger(L, (lua_Integer)(hash % n));
  return 1;
}

void ln_register_hashing(lua_State *L) {
  static const luaL_Reg functions[] = {{"hash_bin", hash_bin}, {"cross_bin", cross_bin},
                                       {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
