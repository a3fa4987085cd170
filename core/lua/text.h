// Text where a terminal reads it.
#ifndef LN_LUA_TEXT_H
#define LN_LUA_TEXT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

// Pushes the text at i as a terminal may have it: control characters and what is no UTF-8 are \xNN;
// lines: line ends and tabs stay.
void ln_lua_printable(lua_State *L, int i, bool lines);
// A byte inside a UTF-8 character, after its first.
static inline bool ln_lua_is_continuation(char byte) {
  return ((unsigned char)byte & 0xc0) == 0x80;
}
bool ln_lua_is_text(lua_State *L, int i, bool nul);   // UTF-8, and whether NUL is taken

#endif
