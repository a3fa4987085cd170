// The table of functions that the core hands to the optional modules: what is loaded with `require`
// cannot see the core's C symbols. A module takes it with ln_exports; a new entry goes to the end
// here and in exports.c.
#ifndef LN_LUA_EXPORTS_H
#define LN_LUA_EXPORTS_H

#include <lauxlib.h>
#include <lua.h>

#include "lua/metatable.h"
#include "lunate.h"

#define LN_EXPORTS "lunate.exports"   // its key in the registry, out of reach of Lua code

struct LnLua;

typedef struct LnExports LnExports;
struct LnExports {
  size_t size;           // of this struct: the core and the module know the same one
  struct LnLua *state;   // for the functions here
  size_t (*dtype_size)(LnDtype d);
  // The tensor (or a variable's) at i of the stack with its values side by side: a copy takes the
  // place of one whose values are not. NULL for anything else; raises for one without values.
  const LnTensor *(*test_tensor)(const LnExports *e, lua_State *L, int i, const char *what);
  // Pushes a new tensor, its values not yet set; raises when it cannot be had.
  LnTensor *(*push_tensor)(const LnExports *e, lua_State *L, LnDtype d, int rank,
                           const int64_t *shape, const char *what);
  LnContext *context;
  bool (*fail)(LnContext *c, const char *format, ...) LN_PRINTF(2, 3);   // ln_fail
  void (*release)(LnTensor *t);                                          // ln_release
  // lua/interrupt.h: what this process has seen; what all have agreed on; one more.
  int (*interrupts_here)(void);
  void (*interrupts_agreed)(int n);
  bool (*interrupt)(void);
};

// Loads the core when that has not happened yet; raises when it is of another build.
static inline const LnExports *ln_exports(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.core");
  lua_call(L, 1, 0);
  lua_getfield(L, LUA_REGISTRYINDEX, LN_EXPORTS);
  const LnExports *e = lua_touserdata(L, -1);
  lua_pop(L, 1);   // the registry keeps it
  if (!e || e->size != sizeof *e)
    luaL_error(L, "this module and lunate.core come from different builds");
  return e;
}

#endif
