// Indices of tensors.
#ifndef LN_LUA_INDEX_H
#define LN_LUA_INDEX_H

#include "lua/state.h"
#include "ops/slice.h"

// The index at i as a slice of t. Numbers index the first axis; a list goes axis by axis. Raises.
void ln_lua_read_index(lua_State *L, int i, const LnTensor *t, LnSlice *p);

#endif
