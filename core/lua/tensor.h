// Tensors as arguments and results.
#ifndef LN_LUA_TENSOR_H
#define LN_LUA_TENSOR_H

#include "lua/state.h"

// Pushes a handle; takes one reference of its own. Steps the collector as memory gathers: every
// operand must be anchored (on the stack, in a scope) by then.
void ln_lua_push_tensor(lua_State *L, LnLua *s, LnTensor *t);
// The same, with the caller's reference: it is let go also when an error of Lua's jumps.
void ln_lua_give_tensor(lua_State *L, LnLua *s, LnTensor *t);
// Pushes the result of an op (NULL: raises the error) and ends the scope. number: a bare element
// rather than a tensor of rank 0, where no tape would need it as a tensor.
int ln_lua_push_result(lua_State *L, LnLua *s, size_t scope, LnTensor *t, bool number);
// A Lua number for rank 0, else a tensor.
void ln_lua_push_value(lua_State *L, LnLua *s, LnTensor *t);
void ln_lua_push_element(lua_State *L, const LnTensor *t, const int64_t *index);
void ln_lua_push_number(lua_State *L, double v);   // a NaN without a sign: it prints as nan
LnTensor *ln_lua_check_tensor(lua_State *L, LnLua *s, int i, const char *what);
LnTensor *ln_lua_check_values(lua_State *L, LnLua *s, int i, const char *what);   // not symbolic
// A tensor, and numbers, booleans and (nested) tables of them too, of dtype d (LN_DTYPES: its own;
// float32 or bool for Lua values). What had to be made replaces the value at i, so that Lua owns
// it whatever happens next. Raises on ragged tables.
LnTensor *ln_lua_to_tensor(lua_State *L, LnLua *s, int i, LnDtype d, const char *what);

#endif
