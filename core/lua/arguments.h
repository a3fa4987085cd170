// Arguments that are lists, shapes, dtypes or tables of options.
#ifndef LN_LUA_ARGUMENTS_H
#define LN_LUA_ARGUMENTS_H

#include "lua/state.h"

// Whether the table at i has positions with nil before its last one, as `{a, cond and b or nil, c}`
// may: after which entry, and which one is the last.
bool ln_lua_find_hole(lua_State *L, int i, lua_Integer *before, lua_Integer *last);
// The length of the list at i. Raises where it has a hole.
lua_Integer ln_lua_list_length(lua_State *L, int i, const char *what);
// Puts a copy of the table's list part in the place of the table at i and returns its length: what
// it holds stays anchored, whatever finalizers do with the original meanwhile. Raises at a hole.
int ln_lua_own_list(lua_State *L, int i, const char *what);
void ln_lua_push_names(lua_State *L, int i);   // the sorted list of a table's string keys
bool ln_lua_is_plain_table(lua_State *L, int i);   // no class, no type of the library
bool ln_lua_is_empty_table(lua_State *L, int i);

void ln_lua_push_shape(lua_State *L, const int64_t *shape, int rank);   // None as false
// A list of integers at i, `false` for -1 when unknown is allowed. Raises.
void ln_lua_check_ints(lua_State *L, int i, const char *what, bool unknown, LnInts *out);
// One shape at i, or a list of at most LN_LUA_MAX_SHAPES, unknown dimensions allowed. Returns how
// many. Raises.
enum { LN_LUA_MAX_SHAPES = 64 };
int ln_lua_check_shapes(lua_State *L, int i, const char *what, LnInts *shapes);
extern const char ln_lua_dtype_names[];   // "bool, uint8, ...", for messages
LnDtype ln_lua_check_dtype(lua_State *L, int i, const char *what);
// The dtype option of a table of options at i (may be absent), or fallback.
LnDtype ln_lua_dtype_option(lua_State *L, int i, const char *what, LnDtype fallback);

// A path at i; Lua strings may hold zeros, paths may not. Raises.
const char *ln_lua_check_path(lua_State *L, int i);

// The argument at i is nil, none, or a table with no other names than these (ended by NULL), and
// the last one. Raises.
void ln_lua_only_options(lua_State *L, LnLua *s, int i, const char *what, const char *const *names);
// No argument comes after the first n. Raises.
void ln_lua_only_arguments(lua_State *L, LnLua *s, int n, const char *what);

#endif
