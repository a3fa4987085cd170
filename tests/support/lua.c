// Lua linked with a sanitizer: lua SCRIPT ... as lua5.4 runs it. ThreadSanitizer cannot be
// preloaded, since shells would inherit it, whose vfork it does not survive (`make tsan`).
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>

static int traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  if (argc < 2 || !L) return 1;
  luaL_openlibs(L);
  lua_pushcfunction(L, traceback);
  lua_createtable(L, argc, 1);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - 1);
  }
  lua_setglobal(L, "arg");
  int failed = luaL_loadfile(L, argv[1]);
  for (int i = 2; !failed && i < argc; i++) lua_pushstring(L, argv[i]);
  if (failed || lua_pcall(L, argc - 2, 0, 1)) {
    fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
    return 1;
  }
  lua_close(L);
  return 0;
}
