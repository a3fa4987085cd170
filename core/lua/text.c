// Text as a terminal may have it: control characters and what is no UTF-8 are escaped. Everything
// that is shown goes through ln_lua_printable: errors of the core and the binding in state.c, those
// of Lua in raise.lua, summaries, progress and tostring by core.printable.
#include "lua/text.h"

#include <stdint.h>
#include <stdio.h>

// Bytes of the UTF-8 character at p, 0 when there is none; its code point.
static size_t decode(const unsigned char *p, size_t n, uint32_t *code) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t size = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3
                : p[0] < 0xf8                                             ? 4 : 0;
  if (size == 0 || size > n) return 0;
  *code = size == 1 ? p[0] : p[0] & (0x7fu >> size);
  for (size_t i = 1; i < size; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0;
    *code = *code << 6 | (p[i] & 0x3f);
  }
  bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
  return *code >= least[size] && *code <= 0x10ffff && !surrogate ? size : 0;
}

// Control characters, and those that turn the direction of writing.
static bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029;
}

void ln_lua_printable(lua_State *L, int i, bool lines) {
  i = lua_absindex(L, i);
  size_t n;
  const unsigned char *text = (const unsigned char *)lua_tolstring(L, i, &n);
  size_t plain = 0;
  uint32_t code = 0;
  for (size_t size; plain < n; plain += size) {
    size = decode(text + plain, n - plain, &code);
    bool kept = lines && (code == '\n' || code == '\t');
    if (size == 0 || (is_control(code) && !kept)) break;
  }
  if (plain == n) {
    lua_pushvalue(L, i);
    return;
  }
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  for (size_t k = 0; k < n;) {
    size_t size = decode(text + k, n - k, &code);
    bool kept = lines && (code == '\n' || code == '\t');
    bool shown = size > 0 && (kept || !is_control(code));
    if (shown) {
      luaL_addlstring(&out, (const char *)text + k, size);
    } else {
      for (size_t b = 0; b < (size ? size : 1); b++) {
        char escape[8];
        int length = snprintf(escape, sizeof escape, "\\x%02X", text[k + b]);
        luaL_addlstring(&out, escape, (size_t)length);
      }
    }
    k += size ? size : 1;
  }
  luaL_pushresult(&out);
}

bool ln_lua_is_text(lua_State *L, int i, bool nul) {
  size_t n;
  const unsigned char *text = (const unsigned char *)lua_tolstring(L, i, &n);
  uint32_t code;
  for (size_t k = 0, size; k < n; k += size) {
    size = decode(text + k, n - k, &code);
    if (size == 0 || (code == 0 && !nul)) return false;
  }
  return true;
}
