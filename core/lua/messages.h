// Values and names in messages.
#ifndef LN_LUA_MESSAGES_H
#define LN_LUA_MESSAGES_H

#include "lua/state.h"

// What is at i, for messages: 'abc', 2.5, nil, no value, a table, a tensor of shape (2, 3); pushed.
const char *ln_lua_describe(lua_State *L, LnLua *s, int i);
const char *ln_lua_cut(lua_State *L, const char *text);   // pushed; a long text's beginning
// Raises: the method `what` was called on something else than a `receiver` ("layer").
int ln_lua_bad_self(lua_State *L, LnLua *s, const char *receiver, const char *what);
// Raises unless the value at i is a name: text, without '/' unless it may be a path.
void ln_lua_check_name(lua_State *L, int i, const char *what, bool path);
// Pushes the name most like `name` of the list of strings at the top of the stack; nil and NULL
// when none is near.
const char *ln_lua_nearest(lua_State *L, const char *name);
// Pushes "; did you mean 'units'?" for a name that is not in the list of strings at the top, or "".
const char *ln_lua_suggestion(lua_State *L, const char *name);
// The same where names of the user's own are as likely: only for a slip of a letter or two, or what
// is to do instead; otherwise NULL, with nothing pushed.
const char *ln_lua_slip(lua_State *L, const char *name);
// "unknown option 'unit' of 'Dense'; did you mean 'units'?" : the names are the strings of the
// list at the top of the stack. Quotes `what` unless it has quotes.
int ln_lua_unknown(lua_State *L, const char *kind, const char *name, const char *what);

#endif
